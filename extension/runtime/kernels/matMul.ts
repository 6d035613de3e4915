/** Products of matrices in every layout: transposed or not, batches that are spread over each other, bias and activation. */
import * as tf from "../tensors.ts";
import { areFloats, type Call, type KernelPack, sizeOf } from "./pack.ts";
import { broadcastStrides, collapse, walk } from "./strides.ts";

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export function registerMatMul(pack: KernelPack): void {
  pack.register("BatchMatMul", (call, published) => {
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    return areFloats(a, b) ? multiply(pack, a, b, call.attrs as unknown as Transposes) : published(call);
  });
  pack.register("_FusedMatMul", (call, published) => {
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    return areFloats(a, b) ? finish(pack, multiply(pack, a, b, call.attrs as unknown as Transposes), call) : published(call);
  });
}

function multiply(pack: KernelPack, a: tf.TensorInfo, b: tf.TensorInfo, { transposeA, transposeB }: Transposes): tf.TensorInfo {
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [n, inner] = transposeB ? [bRows, bColumns] : [bColumns, bRows];
  if (inner !== k) throw new Error(`matMul: the inner sizes of [${a.shape}] and [${b.shape}] are ${k} and ${inner}`);
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(aBatch, bBatch);
  const out = pack.output([...batch, m, n]);
  const scratch = pack.scratch(pack.call.matmulScratch());
  const [A, B, C] = [pack.address(a), pack.address(b), pack.address(out)];
  const [aRow, aColumn] = transposeA ? [1, aColumns] : [aColumns, 1];
  const [bRow, bColumn] = transposeB ? [1, bColumns] : [bColumns, 1];
  const run = (count: number, a0: number, aMatrix: number, b0: number, bMatrix: number, c0: number, rows: number) =>
    pack.call.matmul(count, A + 4 * a0, aMatrix, aRow, aColumn, B + 4 * b0, bMatrix, bRow, bColumn, C + 4 * c0, n, rows, n, k, scratch);
  if (sizeOf(bBatch) === 1 && !transposeA)
    run(1, 0, 0, 0, 0, 0, sizeOf(batch) * m); // one tall product
  else {
    const scaled = (shape: number[], size: number) => broadcastStrides(shape, batch).map((stride) => stride * size);
    const loops = collapse(batch, [scaled(aBatch, m * k), scaled(bBatch, k * n)]);
    const last = loops.sizes.length - 1;
    const [count, aMatrix, bMatrix] = [loops.sizes[last] ?? 1, loops.strides[0]?.[last] ?? 0, loops.strides[1]?.[last] ?? 0];
    walk(loops, 1, ([a0, b0], place) => run(count, a0 as number, aMatrix, b0 as number, bMatrix, place * count * m * n, m));
  }
  return out;
}

/** Bias and activation, by the kernels of those names. */
function finish(pack: KernelPack, product: tf.TensorInfo, { inputs, attrs, backend }: Call): tf.TensorInfo {
  const { bias, preluActivationWeights } = inputs as { bias?: tf.TensorInfo; preluActivationWeights?: tf.TensorInfo };
  const { activation = "linear", leakyreluAlpha } = attrs as unknown as { activation?: string; leakyreluAlpha?: number };
  const then = (x: tf.TensorInfo, name: string, others: Record<string, tf.TensorInfo>, own = {}) => {
    const kernel = tf.getKernel(name, "wasm");
    if (!kernel) throw new Error(`the wasm backend has no ${name}`);
    const y = kernel.kernelFunc({ inputs: { ...others }, attrs: own, backend }) as tf.TensorInfo;
    pack.backend.disposeData(x.dataId);
    return y;
  };
  const sum = bias ? then(product, "Add", { a: product, b: bias }) : product;
  if (activation === "linear") return sum;
  if (activation === "prelu") return then(sum, "Prelu", { x: sum, alpha: preluActivationWeights as tf.TensorInfo });
  if (activation === "leakyrelu") return then(sum, "LeakyRelu", { x: sum }, { alpha: leakyreluAlpha });
  return then(sum, activation[0]?.toUpperCase() + activation.slice(1), { x: sum });
}
