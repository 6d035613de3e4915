/** Operations of a training step that are one pass over memory instead of many. */
import { FLOAT, all, exp4, fma, maxOf, sumOf } from "./simd";

/** out[rows, n] = softmax of each row of x. */
export function softmax(x: usize, rows: usize, n: usize, out: usize): void {
  for (let r: usize = 0; r < rows; r++, x += n * FLOAT, out += n * FLOAT) {
    scale(out, n, 1 / exponentials(x, n, largest(x, n), out));
  }
}

/** x[n] *= factor */
// @ts-ignore: decorator
@inline export function scale(x: usize, n: usize, factor: f32): void {
  const factors = all(factor);
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) v128.store(x + i * FLOAT, f32x4.mul(v128.load(x + i * FLOAT), factors));
  for (; i < n; i++) store<f32>(x + i * FLOAT, load<f32>(x + i * FLOAT) * factor);
}

/** The largest that is not NaN: any NaN shows in the sum. */
// @ts-ignore: decorator
@inline export function largest(x: usize, n: usize): f32 {
  let m = all(-Infinity);
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) m = f32x4.pmax(m, v128.load(x + i * FLOAT));
  for (; i < n; i++) m = f32x4.pmax(m, v128.load_splat<f32>(x + i * FLOAT));
  return maxOf(m);
}

/** out[n] = e^(x - most). @returns their sum */
// @ts-ignore: decorator
@inline export function exponentials(x: usize, n: usize, most: f32, out: usize): f32 {
  const shift = all(most);
  let sum = all(0);
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) {
    const e = exp4(f32x4.sub(v128.load(x + i * FLOAT), shift));
    v128.store(out + i * FLOAT, e);
    sum = f32x4.add(sum, e);
  }
  let total = sumOf(sum);
  for (; i < n; i++) {
    const e = f32x4.extract_lane(exp4(f32x4.sub(v128.load_splat<f32>(x + i * FLOAT), shift)), 0);
    store<f32>(out + i * FLOAT, e);
    total += e;
  }
  return total;
}

/** dx = (dy - sum(dy * y)) * y for each row. */
export function softmaxGradient(dy: usize, y: usize, rows: usize, n: usize, out: usize): void {
  for (let r: usize = 0; r < rows; r++, dy += n * FLOAT, y += n * FLOAT, out += n * FLOAT) {
    let sum = all(0);
    let i: usize = 0;
    for (; i + 4 <= n; i += 4) sum = fma(v128.load(dy + i * FLOAT), v128.load(y + i * FLOAT), sum);
    let total = sumOf(sum);
    for (; i < n; i++) total += load<f32>(dy + i * FLOAT) * load<f32>(y + i * FLOAT);
    const shift = all(total);
    for (i = 0; i + 4 <= n; i += 4)
      v128.store(out + i * FLOAT, f32x4.mul(f32x4.sub(v128.load(dy + i * FLOAT), shift), v128.load(y + i * FLOAT)));
    for (; i < n; i++) store<f32>(out + i * FLOAT, (load<f32>(dy + i * FLOAT) - total) * load<f32>(y + i * FLOAT));
  }
}

/** One step of Adam (Kingma and Ba, 2015) on n weights, with the roundings of tfjs's own. `correction`: 1 - beta^step. */
export function adam(
  n: usize, weights: usize, gradient: usize, first: usize, second: usize, out: usize,
  rate: f32, beta1: f32, beta2: f32, correction1: f32, correction2: f32, epsilon: f32,
): void {
  const b1 = all(beta1), b2 = all(beta2), c1 = all(correction1), c2 = all(correction2), e = all(epsilon), step = all(-rate);
  const rest1 = all(1 - beta1), rest2 = all(1 - beta2);
  for (let i: usize = 0; i < n; i += 4) {
    const at = i * FLOAT, whole = i + 4 <= n, left = n - i;
    const g = whole ? v128.load(gradient + at) : part(gradient + at, left);
    const m = f32x4.add(f32x4.mul(whole ? v128.load(first + at) : part(first + at, left), b1), f32x4.mul(g, rest1));
    const v = f32x4.add(f32x4.mul(whole ? v128.load(second + at) : part(second + at, left), b2), f32x4.mul(f32x4.mul(g, g), rest2));
    const change = f32x4.mul(f32x4.div(f32x4.div(m, c1), f32x4.add(f32x4.sqrt(f32x4.div(v, c2)), e)), step);
    const w = f32x4.add(change, whole ? v128.load(weights + at) : part(weights + at, left));
    if (whole) {
      v128.store(first + at, m);
      v128.store(second + at, v);
      v128.store(out + at, w);
    } else {
      storePart(first + at, m, left);
      storePart(second + at, v, left);
      storePart(out + at, w, left);
    }
  }
}

/** The last 1 to 3 values of an array. */
function part(from: usize, n: usize): v128 {
  let x = v128.load_zero<f32>(from);
  if (n > 1) x = f32x4.replace_lane(x, 1, load<f32>(from, 4));
  if (n > 2) x = f32x4.replace_lane(x, 2, load<f32>(from, 8));
  return x;
}

function storePart(to: usize, x: v128, n: usize): void {
  v128.store_lane<f32>(to, x, 0);
  if (n > 1) v128.store_lane<f32>(to, x, 1, 4);
  if (n > 2) v128.store_lane<f32>(to, x, 2, 8);
}
