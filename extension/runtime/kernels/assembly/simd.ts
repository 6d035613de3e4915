/** Four floats at a time: what the kernels share. Sizes and strides count elements, addresses count bytes. */

// @ts-ignore: decorator
@inline export const FLOAT: usize = 4;

/** a * b + c; rounded once in the build with relaxed SIMD (on processors that can), twice in the other. */
// @ts-ignore: decorator
@inline export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline export function all(x: f32): v128 {
  return f32x4.splat(x);
}

/** The lanes in an order that is always the same. */
// @ts-ignore: decorator
@inline export function sumOf(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

// @ts-ignore: decorator
@inline export function maxOf(x: v128): f32 {
  return max(max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)), max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)));
}

/**
 * Within 2 units in the last place: range reduction by ln 2 in two parts, the polynomial of Cephes' expf, and a power of two made of its exponent.
 * Answers below 4e-38 are 0: what is masked before a softmax would otherwise cost the processor's detour for subnormal numbers.
 */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  const clamped = f32x4.pmax(f32x4.pmin(x, all(89)), all(-86)); // NaN stays NaN
  const shifted = fma(clamped, all(1.44269504), all(12582912)); // the last bits of 1.5 * 2^23 + n are n
  const n = f32x4.sub(shifted, all(12582912));
  const r = fma(n, all(2.12194440e-4), fma(n, all(-0.693359375), clamped));
  let p = fma(all(1.9875691500e-4), r, all(1.3981999507e-3));
  p = fma(p, r, all(8.3334519073e-3));
  p = fma(p, r, all(4.1665795894e-2));
  p = fma(p, r, all(1.6666665459e-1));
  p = fma(p, r, all(5.0000001201e-1));
  p = f32x4.add(fma(f32x4.mul(r, r), p, r), all(1));
  const half = f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(126)), 23)); // p * 2^(n - 1), so that twice it may be infinity
  return v128.andnot(f32x4.add(half, half), f32x4.lt(x, all(-86)));
}

/** Cephes' tanhf: a polynomial near 0, where 1 - 2 / (e^2x + 1) would lose digits. */
// @ts-ignore: decorator
@inline export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const far = f32x4.sub(all(1), f32x4.div(all(2), f32x4.add(exp4(f32x4.add(size, size)), all(1))));
  const z = f32x4.mul(x, x);
  let p = fma(all(-5.70498872745e-3), z, all(2.06390887954e-2));
  p = fma(p, z, all(-5.37397155531e-2));
  p = fma(p, z, all(1.33314422036e-1));
  p = fma(p, z, all(-3.33332819422e-1));
  const near = fma(f32x4.mul(p, z), x, x);
  return v128.bitselect(near, withSignOf(far, x), f32x4.lt(size, all(0.625)));
}

/** Two polynomials of N. Juffa's: within 1 unit in the last place with fused rounding. */
// @ts-ignore: decorator
@inline export function erf4(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), all(4)); // from there on it is 1
  const s = f32x4.mul(size, size);
  let far = fma(all(-1.72853470e-5), size, all(3.83197126e-4));
  far = fma(far, s, fma(all(-3.88396438e-3), size, all(2.42546219e-2)));
  far = fma(far, size, all(-1.06777877e-1));
  far = fma(far, size, all(-6.34846687e-1));
  far = fma(far, size, all(-1.28717512e-1));
  far = f32x4.sub(all(1), exp4(fma(far, size, f32x4.neg(size))));
  let near = fma(all(-5.96761703e-4), s, all(4.99119423e-3));
  near = fma(near, s, all(-2.67681349e-2));
  near = fma(near, s, all(1.12819925e-1));
  near = fma(near, s, all(-3.76125336e-1));
  near = fma(near, s, all(1.28379166e-1));
  near = fma(near, x, x);
  return v128.bitselect(withSignOf(far, x), near, f32x4.gt(size, all(0.927734375)));
}

// @ts-ignore: decorator
@inline function withSignOf(size: v128, x: v128): v128 {
  return v128.bitselect(x, size, i32x4.splat(0x80000000));
}
