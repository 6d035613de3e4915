/** Layer norm over the last axis (Ba, Kiros and Hinton, 2016), forward and backward a pass over memory each: what a row needs stays in the cache. */
import { FLOAT, all, fma, sumOf } from "./simd";
import { sumOfRow } from "./reduce";

/** So many rows are summed up to the gradients of gain and bias before their sum is added to the others': always the same ones, whatever the threads. */
const STRETCH: usize = 64;

/** out[rows, n] = (x - mean) / sqrt(variance + epsilon) * gain + bias, where mean and variance are the row's. */
export function layerNorm(x: usize, gain: usize, bias: usize, rows: usize, n: usize, epsilon: f32, out: usize): void {
  for (let r: usize = 0; r < rows; r++, x += n * FLOAT, out += n * FLOAT) {
    const mean = sumOfRow(x, n) / <f32>n;
    const means = all(mean), factor = inverseDeviation(x, n, mean, epsilon), factors = all(factor);
    let i: usize = 0;
    for (; i + 4 <= n; i += 4) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i * FLOAT), means), factors);
      v128.store(out + i * FLOAT, fma(normal, v128.load(gain + i * FLOAT), v128.load(bias + i * FLOAT)));
    }
    for (; i < n; i++) store<f32>(out + i * FLOAT, (load<f32>(x + i * FLOAT) - mean) * factor * load<f32>(gain + i * FLOAT) + load<f32>(bias + i * FLOAT));
  }
}

/** 1 / sqrt(variance + epsilon) */
// @ts-ignore: decorator
@inline function inverseDeviation(x: usize, n: usize, mean: f32, epsilon: f32): f32 {
  const means = all(mean);
  let even = all(0), odd = even;
  let i: usize = 0;
  for (; i + 8 <= n; i += 8) {
    const a = f32x4.sub(v128.load(x + i * FLOAT), means), b = f32x4.sub(v128.load(x + i * FLOAT, 16), means);
    even = fma(a, a, even);
    odd = fma(b, b, odd);
  }
  let squares = sumOf(f32x4.add(even, odd));
  for (; i < n; i++) {
    const d = load<f32>(x + i * FLOAT) - mean;
    squares += d * d;
  }
  return 1 / sqrt<f32>(squares / <f32>n + epsilon);
}

/**
 * The gradients by x (`out`), and by gain and bias summed over each stretch of 64 rows ([stretches, n]). With z = (x - mean) / deviation and g = dy * gain:
 * dx = (g - mean(g) - z * mean(g * z)) / deviation; dgain = sum(dy * z); dbias = sum(dy).
 */
export function layerNormGradient(
  dy: usize, x: usize, gain: usize, rows: usize, n: usize, epsilon: f32, out: usize, gainSums: usize, biasSums: usize,
): void {
  for (let r: usize = 0; r < rows; r++, dy += n * FLOAT, x += n * FLOAT, out += n * FLOAT) {
    if (r % STRETCH == 0) {
      if (r > 0) {
        gainSums += n * FLOAT;
        biasSums += n * FLOAT;
      }
      memory.fill(gainSums, 0, n * FLOAT);
      memory.fill(biasSums, 0, n * FLOAT);
    }
    const mean = sumOfRow(x, n) / <f32>n;
    rowGradient(dy, x, gain, n, mean, inverseDeviation(x, n, mean, epsilon), out, gainSums, biasSums);
  }
}

function rowGradient(dy: usize, x: usize, gain: usize, n: usize, mean: f32, factor: f32, out: usize, gainSums: usize, biasSums: usize): void {
  const means = all(mean), factors = all(factor);
  let sum = all(0), products = sum;
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) {
    const at = i * FLOAT, d = v128.load(dy + at), z = f32x4.mul(f32x4.sub(v128.load(x + at), means), factors);
    const g = f32x4.mul(d, v128.load(gain + at));
    sum = f32x4.add(sum, g);
    products = fma(g, z, products);
    v128.store(gainSums + at, fma(d, z, v128.load(gainSums + at)));
    v128.store(biasSums + at, f32x4.add(d, v128.load(biasSums + at)));
  }
  let total = sumOf(sum), product = sumOf(products);
  for (; i < n; i++) {
    const at = i * FLOAT, d = load<f32>(dy + at), z = (load<f32>(x + at) - mean) * factor, g = d * load<f32>(gain + at);
    total += g;
    product += g * z;
    store<f32>(gainSums + at, load<f32>(gainSums + at) + d * z);
    store<f32>(biasSums + at, load<f32>(biasSums + at) + d);
  }
  total /= <f32>n;
  product *= factor / <f32>n; // with the factor of z
  const shift = all(total), along = all(-product);
  for (i = 0; i + 4 <= n; i += 4) {
    const at = i * FLOAT, g = f32x4.sub(f32x4.mul(v128.load(dy + at), v128.load(gain + at)), shift);
    v128.store(out + at, f32x4.mul(fma(f32x4.sub(v128.load(x + at), means), along, g), factors));
  }
  for (; i < n; i++) {
    const at = i * FLOAT, g = load<f32>(dy + at) * load<f32>(gain + at) - total;
    store<f32>(out + at, (g - (load<f32>(x + at) - mean) * product) * factor);
  }
}
