/** GELU and its slope, of four values; both forms take one exponential each, where composed operations take two functions. */
import { all, exp4, fma } from "./simd";

/** x * Φ(x) */
// @ts-ignore: decorator
@inline export function gelu4(x: v128): v128 {
  return f32x4.mul(x, normal4(x, bell4(x)));
}

/** Φ(x) + x * φ(x) */
// @ts-ignore: decorator
@inline export function geluSlope4(x: v128): v128 {
  const bell = bell4(x);
  return fma(f32x4.mul(x, all(0.3989422804)), bell, normal4(x, bell)); // 1 / sqrt(2 π)
}

/** e^(-x² / 2) */
// @ts-ignore: decorator
@inline function bell4(x: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(x, x), all(-0.5)));
}

/** Φ(x), within 3e-7 as it is rounded: Abramowitz and Stegun 7.1.26, which has the exponential that the slope needs too. */
// @ts-ignore: decorator
@inline function normal4(x: v128, bell: v128): v128 {
  const t = f32x4.div(all(1), fma(f32x4.abs(x), all(0.2316418882), all(1))); // 0.3275911 / sqrt(2)
  let p = fma(all(0.5307027145), t, all(-0.7265760135)); // half of the published ones
  p = fma(p, t, all(0.7107068705));
  p = fma(p, t, all(-0.142248368));
  p = fma(p, t, all(0.127414796));
  const tail = f32x4.mul(f32x4.mul(p, t), bell); // Φ(-|x|)
  return v128.bitselect(tail, f32x4.sub(all(1), tail), f32x4.lt(x, all(0)));
}

/** x / 2 * (1 + tanh(u)), which is x * sigmoid(2u), where u = sqrt(2 / π) * (x + 0.044715 x³) */
// @ts-ignore: decorator
@inline export function geluTanh4(x: v128): v128 {
  return f32x4.mul(x, sigmoidOf2u(x));
}

/** s + x * s * (1 - s) * 2u' */
// @ts-ignore: decorator
@inline export function geluTanhSlope4(x: v128): v128 {
  const s = sigmoidOf2u(x);
  const slope = fma(f32x4.mul(x, x), all(0.2140644488), all(1.5957691216)); // 6 * 0.044715 * sqrt(2 / π), 2 * sqrt(2 / π)
  return fma(f32x4.mul(f32x4.mul(x, s), f32x4.sub(all(1), s)), slope, s);
}

// @ts-ignore: decorator
@inline function sigmoidOf2u(x: v128): v128 {
  const minus2u = f32x4.mul(x, fma(f32x4.mul(x, x), all(-0.0713548163), all(-1.5957691216))); // 2 * sqrt(2 / π), times 0.044715 and alone
  return f32x4.div(all(1), f32x4.add(all(1), exp4(minus2u)));
}
