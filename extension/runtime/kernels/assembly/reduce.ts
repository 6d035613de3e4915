/** Sums and maxima over an axis that has been made the middle one of three: x[outer, n, inner] -> out[outer, inner]. */
import { FLOAT, all, maxOf, sumOf } from "./simd";

/** So many values are added up before their sum is added to the others': rounding grows with the logarithm rather than the length. */
const STRETCH: usize = 128;

/** @param scale the sum is multiplied by it: 1, or 1 / n for the mean */
export function sum(x: usize, outer: usize, n: usize, inner: usize, scale: f32, out: usize, scratch: usize): void {
  for (let o: usize = 0; o < outer; o++) {
    const from = x + o * n * inner * FLOAT;
    if (inner == 1) store<f32>(out + o * FLOAT, sumOfRow(from, n) * scale);
    else sumOfRows(from, n, inner, scale, out + o * inner * FLOAT, scratch);
  }
}

export function sumOfRow(x: usize, n: usize): f32 {
  if (n > STRETCH) {
    const half = ((n >> 1) + 15) & ~15;
    return sumOfRow(x, half) + sumOfRow(x + half * FLOAT, n - half);
  }
  let s0 = all(0), s1 = s0, s2 = s0, s3 = s0;
  let i: usize = 0;
  for (; i + 16 <= n; i += 16, x += 64) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
  }
  for (; i + 4 <= n; i += 4, x += 16) s0 = f32x4.add(s0, v128.load(x));
  let sum = sumOf(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; i < n; i++, x += 4) sum += load<f32>(x);
  return sum;
}

/** @param scratch `inner` floats, for the sums of one stretch */
export function sumOfRows(x: usize, n: usize, inner: usize, scale: f32, out: usize, scratch: usize): void {
  memory.fill(out, 0, inner * FLOAT);
  for (let start: usize = 0; start < n; start += STRETCH) {
    const rows = min(STRETCH, n - start);
    memory.fill(scratch, 0, inner * FLOAT);
    for (let r: usize = 0; r < rows; r++, x += inner * FLOAT) addTo(scratch, x, inner);
    addTo(out, scratch, inner);
  }
  if (scale == 1) return;
  for (let i: usize = 0; i < inner; i++) store<f32>(out + i * FLOAT, load<f32>(out + i * FLOAT) * scale);
}

/** to[n] += x[n] */
// @ts-ignore: decorator
@inline export function addTo(to: usize, x: usize, n: usize): void {
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) v128.store(to + i * FLOAT, f32x4.add(v128.load(to + i * FLOAT), v128.load(x + i * FLOAT)));
  for (; i < n; i++) store<f32>(to + i * FLOAT, load<f32>(to + i * FLOAT) + load<f32>(x + i * FLOAT));
}

/** NaN where there is one. */
export function maximum(x: usize, outer: usize, n: usize, inner: usize, out: usize): void {
  for (let o: usize = 0; o < outer; o++, out += inner * FLOAT) {
    if (inner == 1) {
      store<f32>(out, maxOfRow(x, n));
      x += n * FLOAT;
      continue;
    }
    memory.copy(out, x, inner * FLOAT);
    x += inner * FLOAT;
    for (let r: usize = 1; r < n; r++, x += inner * FLOAT) {
      let i: usize = 0;
      for (; i + 4 <= inner; i += 4) v128.store(out + i * FLOAT, f32x4.max(v128.load(out + i * FLOAT), v128.load(x + i * FLOAT)));
      for (; i < inner; i++) store<f32>(out + i * FLOAT, max(load<f32>(out + i * FLOAT), load<f32>(x + i * FLOAT)));
    }
  }
}

export function maxOfRow(x: usize, n: usize): f32 {
  let m = all(-Infinity);
  let i: usize = 0;
  for (; i + 4 <= n; i += 4, x += 16) m = f32x4.max(m, v128.load(x));
  let most = maxOf(m);
  for (; i < n; i++, x += 4) most = max(most, load<f32>(x));
  return most;
}
