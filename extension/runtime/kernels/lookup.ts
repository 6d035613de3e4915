/** Rows looked up by number, and the gradient of that, which the published backend lacks. */
import * as tf from "../tensors.ts";
import { areWide, type KernelPack, sizeOf } from "./pack.ts";

export function registerLookup(pack: KernelPack): void {
  pack.register("GatherV2", (call, published) => {
    const { x, indices } = call.inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    const { axis, batchDims = 0 } = call.attrs as unknown as { axis: number; batchDims?: number };
    if (areWide(x)) return gather(pack, x, indices, tf.util.parseAxisParam(axis, x.shape)[0] as number, batchDims);
    if (batchDims === 0) return published(call); // which takes any other number for 0 and reads beyond the tensor
    throw new TypeError(`gather: batchDims is for float32 and int32, not ${x.dtype}`);
  });
  pack.register("UnsortedSegmentSum", ({ inputs, attrs }) => {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as unknown as { numSegments: number };
    const inner = x.shape.slice(segmentIds.shape.length);
    const out = pack.output([numSegments, ...inner], x.dtype);
    const [from, ids, to] = [pack.address(x), pack.address(segmentIds), pack.address(out)];
    pack.call.segmentSum(from, sizeOf(segmentIds.shape), sizeOf(inner), ids, numSegments, x.dtype === "int32", to);
    return out;
  });
}

/** x: [batch, outer, n, inner], indices: [batch, count] -> [batch, outer, count, inner] */
function gather(pack: KernelPack, x: tf.TensorInfo, indices: tf.TensorInfo, axis: number, batchDims: number): tf.TensorInfo {
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as tf.Tensor,
    indices as tf.Tensor,
    axis,
    batchDims,
  );
  const out = pack.output(outputShape, x.dtype);
  const count = sizeOf(indices.shape) / Math.max(batchSize, 1);
  const [X, ids, to] = [pack.address(x), pack.address(indices), pack.address(out)];
  for (let batch = 0; batch < batchSize; batch++) {
    const [from, own] = [X + 4 * batch * outerSize * dimSize * sliceSize, ids + 4 * batch * count];
    if (pack.call.gather(from, outerSize, dimSize, sliceSize, own, count, to + 4 * batch * outerSize * count * sliceSize)) continue;
    const wrong = pack.backend.typedArrayFromHeap(indices).find((id) => id < 0 || id >= dimSize);
    pack.backend.disposeData(out.dataId);
    throw new RangeError(`gather: index ${wrong} is not in [0, ${dimSize - 1}]`);
  }
  return out;
}
