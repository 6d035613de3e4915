/**
 * One value from one, or from two of which either may stay the same along a row. Each operation is a function of its own, because V8 loses the
 * constants of a loop in a function that has many.
 */
import { FLOAT, all, erf4, exp4, fma, tanh4 } from "./simd";
import { gelu4, geluSlope4, geluTanh4, geluTanhSlope4 } from "./gelu";

export function add(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(0, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function sub(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(1, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function mul(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(2, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function div(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(3, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function max(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(4, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function min(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(5, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function squaredDifference(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(6, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function tanhGradient(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(7, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function erfGradient(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(8, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function rsqrtGradient(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(9, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function geluGradient(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(10, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

export function geluTanhGradient(rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  binary(11, rows, n, a, aRow, aStride, b, bRow, bStride, out);
}

/** out[rows, n] = a op b; a stride of 0 along n repeats the row's first value, strides between rows count elements. */
// @ts-ignore: decorator
@inline function binary(op: i32, rows: usize, n: usize, a: usize, aRow: usize, aStride: usize, b: usize, bRow: usize, bStride: usize, out: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    binaryRow(op, n, a, aStride, b, bStride, out);
    a += aRow * FLOAT;
    b += bRow * FLOAT;
    out += n * FLOAT;
  }
}

// @ts-ignore: decorator
@inline function applyBinary(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  if (op == 3) return f32x4.div(a, b);
  if (op == 4) return f32x4.max(a, b);
  if (op == 5) return f32x4.min(a, b);
  if (op == 6) { const d = f32x4.sub(a, b); return f32x4.mul(d, d); }
  if (op == 7) return f32x4.mul(a, fma(f32x4.neg(b), b, all(1))); // gradient of tanh: dy, y
  if (op == 8) return f32x4.mul(a, f32x4.mul(all(1.12837917), exp4(f32x4.neg(f32x4.mul(b, b))))); // gradient of erf: dy, x
  if (op == 9) return f32x4.div(f32x4.mul(a, all(-0.5)), f32x4.mul(b, f32x4.sqrt(b))); // gradient of rsqrt: dy, x
  if (op == 10) return f32x4.mul(a, geluSlope4(b)); // gradient of gelu: dy, x
  return f32x4.mul(a, geluTanhSlope4(b));
}

// @ts-ignore: decorator
@inline function binaryRow(op: i32, n: usize, a: usize, aStride: usize, b: usize, bStride: usize, out: usize): void {
  const end = out + (n & ~3) * FLOAT;
  if (aStride == 0) {
    const x = v128.load_splat<f32>(a);
    for (; out < end; out += 16, b += 16) v128.store(out, applyBinary(op, x, v128.load(b)));
  } else if (bStride == 0) {
    const y = v128.load_splat<f32>(b);
    for (; out < end; out += 16, a += 16) v128.store(out, applyBinary(op, v128.load(a), y));
  } else {
    for (; out < end; out += 16, a += 16, b += 16) v128.store(out, applyBinary(op, v128.load(a), v128.load(b)));
  }
  for (let i: usize = 0; i < (n & 3); i++) {
    v128.store_lane<f32>(out + i * FLOAT, applyBinary(op, v128.load_splat<f32>(a + i * aStride * FLOAT), v128.load_splat<f32>(b + i * bStride * FLOAT)), 0);
  }
}

export function exp(n: usize, x: usize, out: usize): void {
  unaryRow(0, n, x, out);
}

export function tanh(n: usize, x: usize, out: usize): void {
  unaryRow(1, n, x, out);
}

export function erf(n: usize, x: usize, out: usize): void {
  unaryRow(2, n, x, out);
}

export function neg(n: usize, x: usize, out: usize): void {
  unaryRow(3, n, x, out);
}

export function square(n: usize, x: usize, out: usize): void {
  unaryRow(4, n, x, out);
}

export function sqrt(n: usize, x: usize, out: usize): void {
  unaryRow(5, n, x, out);
}

export function rsqrt(n: usize, x: usize, out: usize): void {
  unaryRow(6, n, x, out);
}

export function sigmoid(n: usize, x: usize, out: usize): void {
  unaryRow(7, n, x, out);
}

export function cube(n: usize, x: usize, out: usize): void {
  unaryRow(8, n, x, out);
}

export function threeHalves(n: usize, x: usize, out: usize): void {
  unaryRow(9, n, x, out);
}

export function relu(n: usize, x: usize, out: usize): void {
  unaryRow(10, n, x, out);
}

export function gelu(n: usize, x: usize, out: usize): void {
  unaryRow(11, n, x, out);
}

export function geluTanh(n: usize, x: usize, out: usize): void {
  unaryRow(12, n, x, out);
}

// @ts-ignore: decorator
@inline function applyUnary(op: i32, x: v128): v128 {
  if (op == 0) return exp4(x);
  if (op == 1) return tanh4(x);
  if (op == 2) return erf4(x);
  if (op == 3) return f32x4.neg(x);
  if (op == 4) return f32x4.mul(x, x);
  if (op == 5) return f32x4.sqrt(x);
  if (op == 6) return f32x4.div(all(1), f32x4.sqrt(x));
  if (op == 7) return f32x4.div(all(1), f32x4.add(all(1), exp4(f32x4.neg(x)))); // sigmoid
  if (op == 8) return f32x4.mul(f32x4.mul(x, x), x);
  if (op == 9) return f32x4.mul(x, f32x4.sqrt(x)); // x ^ 1.5
  if (op == 10) return f32x4.max(x, all(0)); // relu
  if (op == 11) return gelu4(x);
  return geluTanh4(x);
}

/** out[n] = op(x[n]) */
// @ts-ignore: decorator
@inline function unaryRow(op: i32, n: usize, x: usize, out: usize): void {
  const end = out + (n & ~3) * FLOAT;
  for (; out < end; out += 16, x += 16) v128.store(out, applyUnary(op, v128.load(x)));
  for (let i: usize = 0; i < (n & 3); i++) v128.store_lane<f32>(out + i * FLOAT, applyUnary(op, v128.load_splat<f32>(x + i * FLOAT)), 0);
}
