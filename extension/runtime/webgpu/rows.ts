/** Softmax's gradient, layer norm and cross-entropy: what is computed of each row by itself. */
import type * as tf from "../tensors.ts";
import type { Register } from "./install.ts";
import { type CommandQueue, sizeOf } from "./queue.ts";
import { LANES, rowwise, Shader } from "./shader.ts";

const softmaxGradient = new Shader({
  name: "SoftmaxGrad",
  writes: "out",
  reads: "dy y",
  uniforms: "rows: u32, n: u32",
  body: rowwise(`
    var sum = 0.0;
    for (var j = lane; j < u.n; j += ${LANES}u) { sum += dy[row * u.n + j] * y[row * u.n + j]; }
    sum = total(sum, lane);
    for (var j = lane; j < u.n; j += ${LANES}u) { out[row * u.n + j] = y[row * u.n + j] * (dy[row * u.n + j] - sum); }`),
});

/** Mean and 1 / sqrt(variance + epsilon) of a row of x. */
const MOMENTS = `
    var mean = 0.0;
    for (var j = lane; j < u.n; j += ${LANES}u) { mean += x[row * u.n + j]; }
    mean = total(mean, lane) / f32(u.n);
    var variance = 0.0;
    for (var j = lane; j < u.n; j += ${LANES}u) { let centred = x[row * u.n + j] - mean; variance += centred * centred; }
    let scale = inverseSqrt(total(variance, lane) / f32(u.n) + u.epsilon);`;

const layerNorm = new Shader({
  name: "LayerNorm",
  writes: "out",
  reads: "x gain bias",
  uniforms: "rows: u32, n: u32, epsilon: f32",
  body: rowwise(`${MOMENTS}
    for (var j = lane; j < u.n; j += ${LANES}u) { out[row * u.n + j] = (x[row * u.n + j] - mean) * scale * gain[j] + bias[j]; }`),
});

/** Beside the gradient by x: the rows without gain and bias, which the gradient by the gain needs. */
const layerNormGradient = new Shader({
  name: "LayerNormGrad",
  writes: "out normed",
  reads: "dy x gain",
  uniforms: "rows: u32, n: u32, epsilon: f32",
  body: rowwise(`${MOMENTS}
    var mean1 = 0.0;
    var mean2 = 0.0;
    for (var j = lane; j < u.n; j += ${LANES}u) {
      let g = dy[row * u.n + j] * gain[j];
      mean1 += g;
      mean2 += g * (x[row * u.n + j] - mean) * scale;
    }
    mean1 = total(mean1, lane) / f32(u.n);
    mean2 = total(mean2, lane) / f32(u.n);
    for (var j = lane; j < u.n; j += ${LANES}u) {
      let y = (x[row * u.n + j] - mean) * scale;
      normed[row * u.n + j] = y;
      out[row * u.n + j] = scale * (dy[row * u.n + j] * gain[j] - mean1 - y * mean2);
    }`),
});

/** Rows that one thread sums. */
const STRETCH = 32;

/** Sums of stretches of rows, of dy and of dy * y; the sums of the stretches are summed in the same way. */
const columnSums = new Shader({
  name: "ColumnSums",
  writes: "products sums",
  reads: "dy y",
  uniforms: "rows: u32, n: u32, weighted: u32",
  body: `
  @compute @workgroup_size(${LANES}) fn main(@builtin(workgroup_id) at: vec3u, @builtin(num_workgroups) all: vec3u, @builtin(local_invocation_index) lane: u32) {
    let wide = (u.n + ${LANES - 1}u) / ${LANES}u;
    let group = at.x + at.y * all.x;
    let column = group % wide * ${LANES}u + lane;
    let first = group / wide * ${STRETCH}u;
    if (column >= u.n || first >= u.rows) { return; }
    var product = 0.0;
    var sum = 0.0;
    for (var row = first; row < min(first + ${STRETCH}u, u.rows); row++) {
      let d = dy[row * u.n + column];
      sum += d;
      product += select(y[row * u.n + column], d * y[row * u.n + column], u.weighted == 1u);
    }
    products[group / wide * u.n + column] = product;
    sums[group / wide * u.n + column] = sum;
  }`,
});

const crossEntropy = new Shader({
  name: "CrossEntropy",
  writes: "out",
  reads: "logits labels:i32",
  uniforms: "rows: u32, n: u32",
  body: rowwise(`
    var highest = -3.4e38;
    for (var j = lane; j < u.n; j += ${LANES}u) { highest = max(highest, logits[row * u.n + j]); }
    highest = most(highest, lane);
    var sum = 0.0;
    for (var j = lane; j < u.n; j += ${LANES}u) { sum += exp(logits[row * u.n + j] - highest); }
    sum = total(sum, lane);
    if (lane == 0u) { out[row] = highest - logits[row * u.n + u32(labels[row])] + log(sum); }`),
});

/** Of all values, by one workgroup. */
const mean = new Shader({
  name: "Mean",
  writes: "out",
  reads: "x",
  uniforms: "rows: u32, n: u32",
  body: rowwise(`
    var sum = 0.0;
    for (var j = lane; j < u.n; j += ${LANES}u) { sum += x[j]; }
    sum = total(sum, lane);
    if (lane == 0u) { out[0] = sum / f32(u.n); }`),
});

const crossEntropyGradient = new Shader({
  name: "CrossEntropyGrad",
  writes: "out",
  reads: "dy logits labels:i32",
  uniforms: "rows: u32, n: u32",
  body: rowwise(`
    var highest = -3.4e38;
    for (var j = lane; j < u.n; j += ${LANES}u) { highest = max(highest, logits[row * u.n + j]); }
    highest = most(highest, lane);
    var sum = 0.0;
    for (var j = lane; j < u.n; j += ${LANES}u) { sum += exp(logits[row * u.n + j] - highest); }
    sum = total(sum, lane);
    let factor = dy[0] / f32(u.rows);
    for (var j = lane; j < u.n; j += ${LANES}u) {
      let hot = select(0.0, 1.0, u32(labels[row]) == j);
      out[row * u.n + j] = factor * (exp(logits[row * u.n + j] - highest) / sum - hot);
    }`),
});

export function registerRows(queue: CommandQueue, register: Register): void {
  register("SoftmaxGrad", ({ dy, y }) => {
    const [rows, n] = rowsOf(y);
    return written(queue, softmaxGradient, y.shape, [dy, y], [rows, n], rows);
  });
  register("LayerNorm", ({ x, gain, bias }, { epsilon }) => {
    const [rows, n] = rowsOf(x);
    return written(queue, layerNorm, x.shape, [x, gain, bias], [rows, n, epsilon as number], rows);
  });
  register("LayerNormGrad", ({ dy, x, gain }, { epsilon }) => {
    const [rows, n] = rowsOf(x);
    if (rows * n === 0) return [queue.zeros(x.shape), queue.zeros([n]), queue.zeros([n])];
    const [out, normed] = [queue.output(x.shape), queue.output(x.shape)];
    layerNormGradient.run(queue, [out, normed, dy, x, gain], [rows, n, epsilon as number], rows);
    const sums = sumOfRows(queue, dy, normed, rows, n);
    queue.free(normed);
    return [out, ...sums];
  });
  register("CrossEntropy", ({ logits, labels }) => {
    const rows = sizeOf(labels.shape);
    const each = written(queue, crossEntropy, [rows], [logits, labels], [rows, logits.shape.at(-1) as number], rows);
    const result = written(queue, mean, [], [each], [1, rows], 1);
    queue.free(each);
    return result;
  });
  register("CrossEntropyGrad", ({ dy, logits, labels }) => {
    const rows = sizeOf(labels.shape);
    return written(queue, crossEntropyGradient, logits.shape, [dy, logits, labels], [rows, logits.shape.at(-1) as number], rows);
  });
}

function written(
  queue: CommandQueue,
  shader: Shader,
  shape: readonly number[],
  reads: readonly tf.TensorInfo[],
  numbers: readonly number[],
  groups: number,
): tf.TensorInfo {
  const out = queue.output(shape);
  shader.run(queue, [out, ...reads], numbers, groups);
  return out;
}

/** Over the rows, [n]: the sum of dy * y, and of dy. */
function sumOfRows(queue: CommandQueue, dy: tf.TensorInfo, y: tf.TensorInfo, rows: number, n: number): [tf.TensorInfo, tf.TensorInfo] {
  let [products, sums, left, weighted] = [y, dy, rows, 1];
  do {
    const stretches = Math.ceil(left / STRETCH);
    const [nextProducts, nextSums] = [queue.output(stretches === 1 ? [n] : [stretches, n]), queue.output(stretches === 1 ? [n] : [stretches, n])];
    columnSums.run(queue, [nextProducts, nextSums, sums, products], [left, n, weighted], stretches * Math.ceil(n / LANES));
    if (weighted === 0) for (const one of [products, sums]) queue.free(one);
    [products, sums, left, weighted] = [nextProducts, nextSums, stretches, 0];
  } while (left > 1);
  return [products, sums];
}

const rowsOf = ({ shape }: tf.TensorInfo): [rows: number, n: number] => [sizeOf(shape.slice(0, -1)), shape.at(-1) ?? 1];
