/** The cross-entropy of softmax(x) and a label for each row, from the logits x: the probabilities are never divided, nor their logarithms taken. */
import { FLOAT } from "./simd";
import { exponentials, largest, scale } from "./training";

/** out[rows] = ln(sum(e^x)) - x[label]; labels are in [0, n). @param scratch n floats */
export function crossEntropy(x: usize, labels: usize, rows: usize, n: usize, out: usize, scratch: usize): void {
  for (let r: usize = 0; r < rows; r++, x += n * FLOAT) {
    const most = largest(x, n);
    const total = exponentials(x, n, most, scratch);
    store<f32>(out + r * FLOAT, ln(total) + (most - load<f32>(x + load<u32>(labels + r * 4) * FLOAT)));
  }
}

/** out[rows, n] = (softmax(x) - 1 at the label) * factor */
export function crossEntropyGradient(x: usize, labels: usize, rows: usize, n: usize, factor: f32, out: usize): void {
  for (let r: usize = 0; r < rows; r++, x += n * FLOAT, out += n * FLOAT) {
    scale(out, n, factor / exponentials(x, n, largest(x, n), out));
    const right = out + load<u32>(labels + r * 4) * FLOAT;
    store<f32>(right, load<f32>(right) - factor);
  }
}

/** Natural logarithm, by Cephes' logf. @param x 1 or more, or NaN */
function ln(x: f32): f32 {
  if (x != x) return x;
  const bits = reinterpret<i32>(x);
  const e = (bits - 0x3f3504f3) >> 23; // x = m * 2^e, m from sqrt(1/2) on
  const exponent = <f32>e;
  const m = reinterpret<f32>(bits - (e << 23)) - 1;
  const z = m * m;
  let p: f32 = 7.0376836292e-2;
  p = p * m - 1.1514610310e-1;
  p = p * m + 1.1676998740e-1;
  p = p * m - 1.2420140846e-1;
  p = p * m + 1.4249322787e-1;
  p = p * m - 1.6668057665e-1;
  p = p * m + 2.0000714765e-1;
  p = p * m - 2.4999993993e-1;
  p = p * m + 3.3333331174e-1;
  return m + (p * m * z - exponent * 2.12194440e-4 - 0.5 * z) + exponent * 0.693359375;
}
