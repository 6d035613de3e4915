/** Values from one place to another, 4 bytes each whatever they mean. */
import { addTo } from "./reduce";
import { transpose4 } from "./matmul";

/** out[d0, d1, d2, d3, d4] dense, from x at the strides of its axes. The last two are the innermost loops. */
export function permute(
  x: usize, out: usize, d0: usize, d1: usize, d2: usize, d3: usize, d4: usize, s0: usize, s1: usize, s2: usize, s3: usize, s4: usize,
): void {
  for (let i: usize = 0; i < d0; i++) {
    for (let j: usize = 0; j < d1; j++) {
      for (let k: usize = 0; k < d2; k++, out += d3 * d4 * 4) plane(x + (i * s0 + j * s1 + k * s2) * 4, out, d3, d4, s3, s4);
    }
  }
}

// @ts-ignore: decorator
@inline function plane(x: usize, out: usize, rows: usize, columns: usize, row: usize, column: usize): void {
  if (column == 1) {
    for (let r: usize = 0; r < rows; r++, x += row * 4, out += columns * 4) copy(x, out, columns);
  } else if (row == 1) transposePlane(x, out, rows, columns, column);
  else {
    for (let r: usize = 0; r < rows; r++) for (let c: usize = 0; c < columns; c++, out += 4) store<u32>(out, load<u32>(x + (r * row + c * column) * 4));
  }
}

/** Faster than `memory.copy` for the short rows of a head. */
// @ts-ignore: decorator
@inline function copy(x: usize, out: usize, n: usize): void {
  if (n > 256) {
    memory.copy(out, x, n * 4);
    return;
  }
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) v128.store(out + i * 4, v128.load(x + i * 4));
  for (; i < n; i++) store<u32>(out + i * 4, load<u32>(x + i * 4));
}

/** out[rows, columns] = x[columns, rows] transposed, by squares of 4. */
function transposePlane(x: usize, out: usize, rows: usize, columns: usize, column: usize): void {
  const wholeRows = rows & ~3, wholeColumns = columns & ~3;
  for (let r: usize = 0; r < wholeRows; r += 4)
    for (let c: usize = 0; c < wholeColumns; c += 4) transpose4(x + (c * column + r) * 4, column * 4, out + (r * columns + c) * 4, columns * 4);
  for (let r: usize = 0; r < rows; r++)
    for (let c: usize = r < wholeRows ? wholeColumns : 0; c < columns; c++) store<u32>(out + (r * columns + c) * 4, load<u32>(x + (c * column + r) * 4));
}

/** A block of rows into another block of rows; strides count elements. */
export function copyRows(x: usize, xRow: usize, out: usize, outRow: usize, rows: usize, n: usize): void {
  for (let r: usize = 0; r < rows; r++, x += xRow * 4, out += outRow * 4) copy(x, out, n);
}

/** out[outer, count, inner] = x[outer, n, inner] at ids[count]. @returns whether every id is in [0, n) */
export function gather(x: usize, outer: usize, n: usize, inner: usize, ids: usize, count: usize, out: usize): bool {
  for (let i: usize = 0; i < count; i++) if (<usize>load<u32>(ids + i * 4) >= n) return false;
  for (let o: usize = 0; o < outer; o++, x += n * inner * 4)
    for (let i: usize = 0; i < count; i++, out += inner * 4) copy(x + <usize>load<u32>(ids + i * 4) * inner * 4, out, inner);
  return true;
}

/** out[segments, inner] = the sums of the rows of x[n, inner] with the same id; ids out of range are left out. */
export function segmentSum(x: usize, n: usize, inner: usize, ids: usize, segments: usize, integers: bool, out: usize): void {
  memory.fill(out, 0, segments * inner * 4);
  for (let i: usize = 0; i < n; i++, x += inner * 4) {
    const id = <usize>load<u32>(ids + i * 4);
    const sum = out + id * inner * 4;
    if (id >= segments) continue;
    if (integers) for (let j: usize = 0; j < inner; j++) store<i32>(sum + j * 4, load<i32>(sum + j * 4) + load<i32>(x + j * 4));
    else addTo(sum, x, inner);
  }
}

/** out[rows, n] = scale * x, where a stride of 0 along n repeats the row's first value. */
export function spread(x: usize, rows: usize, n: usize, xRow: usize, xStride: usize, scale: f32, out: usize): void {
  const factor = f32x4.splat(scale);
  for (let r: usize = 0; r < rows; r++, x += xRow * 4) {
    let i: usize = 0;
    for (; i + 4 <= n; i += 4, out += 16)
      v128.store(out, f32x4.mul(factor, xStride == 0 ? v128.load_splat<f32>(x) : v128.load(x + i * 4)));
    for (; i < n; i++, out += 4) store<f32>(out, scale * load<f32>(x + i * xStride * 4));
  }
}
