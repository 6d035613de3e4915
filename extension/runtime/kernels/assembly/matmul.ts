/**
 * C[M, N] = A[M, K] B[K, N] with any strides, so that a transposed operand costs nothing. Blocks of both are packed in the order in which the
 * innermost product reads them (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
 */
import { FLOAT, fma, sumOf } from "./simd";

/** A tile of 6 rows by 2 vectors: 12 sums, 2 columns and 1 row value fill the 15 registers that V8 gives out on x64. */
const ROWS: usize = 6;
const COLUMNS: usize = 8;
/** Blocks: the packed part of B (K_BLOCK * N_BLOCK floats, 512 KiB) and of A (96 KiB) stay in the level 2 cache, a panel of B (8 KiB) in level 1. */
const K_BLOCK: usize = 256;
const M_BLOCK: usize = 96;
const N_BLOCK: usize = 512;

/** What `matmul` needs beside its operands. */
export function matmulScratch(): usize {
  return (K_BLOCK * N_BLOCK + M_BLOCK * K_BLOCK + ROWS * COLUMNS) * FLOAT;
}

/**
 * A product for each of `batch`. A stride is from one row, column or matrix to the next; C is dense but where it is part of a wider matrix.
 * @param scratch `matmulScratch()` bytes
 */
export function matmul(
  batch: usize, a: usize, aMatrix: usize, aRow: usize, aColumn: usize, b: usize, bMatrix: usize, bRow: usize, bColumn: usize,
  c: usize, cRow: usize, m: usize, n: usize, k: usize, scratch: usize,
): void {
  if (k == 0) memory.fill(c, 0, batch * m * n * FLOAT);
  for (let i: usize = 0; i < batch; i++) {
    if (m == 1) rowTimesMatrix(a, aColumn, b, bRow, bColumn, c, n, k);
    else if (n == 1) rowTimesMatrix(b, bRow, a, aColumn, aRow, c, m, k);
    else product(a, aRow, aColumn, b, bRow, bColumn, c, cRow, m, n, k, scratch);
    a += aMatrix * FLOAT;
    b += bMatrix * FLOAT;
    c += m * cRow * FLOAT;
  }
}

function product(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, c: usize, cRow: usize, m: usize, n: usize, k: usize, scratch: usize,
): void {
  const packedB = scratch;
  const packedA = packedB + K_BLOCK * N_BLOCK * FLOAT;
  const edge = packedA + M_BLOCK * K_BLOCK * FLOAT;
  for (let j: usize = 0; j < n; j += N_BLOCK) {
    const width = min(N_BLOCK, n - j);
    for (let p: usize = 0; p < k; p += K_BLOCK) {
      const depth = min(K_BLOCK, k - p);
      packB(b + (p * bRow + j * bColumn) * FLOAT, bRow, bColumn, depth, width, packedB);
      for (let i: usize = 0; i < m; i += M_BLOCK) {
        const height = min(M_BLOCK, m - i);
        packA(a + (i * aRow + p * aColumn) * FLOAT, aRow, aColumn, height, depth, packedA);
        block(packedA, packedB, c + (i * cRow + j) * FLOAT, cRow, height, width, depth, p > 0, edge);
      }
    }
  }
}

function block(a: usize, b: usize, c: usize, cRow: usize, height: usize, width: usize, depth: usize, add: bool, edge: usize): void {
  for (let j: usize = 0; j < width; j += COLUMNS) {
    const panelB = b + j * depth * FLOAT;
    for (let i: usize = 0; i < height; i += ROWS) {
      const panelA = a + i * depth * FLOAT;
      const to = c + (i * cRow + j) * FLOAT;
      if (height - i >= ROWS && width - j >= COLUMNS) tile(panelA, panelB, depth, to, cRow * FLOAT, add);
      else {
        tile(panelA, panelB, depth, edge, COLUMNS * FLOAT, false);
        copyEdge(edge, to, cRow, min(ROWS, height - i), min(COLUMNS, width - j), add);
      }
    }
  }
}

function copyEdge(from: usize, to: usize, toRow: usize, height: usize, width: usize, add: bool): void {
  for (let i: usize = 0; i < height; i++) {
    for (let j: usize = 0; j < width; j++) {
      const at = to + (i * toRow + j) * FLOAT;
      const sum = load<f32>(from + (i * COLUMNS + j) * FLOAT);
      store<f32>(at, add ? load<f32>(at) + sum : sum);
    }
  }
}

/** Where all the time goes. @param stride bytes from one row of C to the next */
function tile(a: usize, b: usize, depth: usize, c: usize, stride: usize, add: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (const end = a + depth * ROWS * FLOAT; a < end; a += ROWS * FLOAT) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    x = v128.load_splat<f32>(a, 16);
    c40 = fma(x, b0, c40); c41 = fma(x, b1, c41);
    x = v128.load_splat<f32>(a, 20);
    c50 = fma(x, b0, c50); c51 = fma(x, b1, c51);
    b += COLUMNS * FLOAT;
  }
  write(c, c00, c01, add);
  write(c + stride, c10, c11, add);
  write(c + 2 * stride, c20, c21, add);
  write(c + 3 * stride, c30, c31, add);
  write(c + 4 * stride, c40, c41, add);
  write(c + 5 * stride, c50, c51, add);
}

// @ts-ignore: decorator
@inline function write(to: usize, left: v128, right: v128, add: bool): void {
  v128.store(to, add ? f32x4.add(v128.load(to), left) : left);
  v128.store(to, add ? f32x4.add(v128.load(to, 16), right) : right, 16);
}

/** Panels of 8 columns: for each k the 8 values side by side, 0 where there is no column. */
function packB(b: usize, row: usize, column: usize, depth: usize, width: usize, to: usize): void {
  const next = row * FLOAT;
  for (let j: usize = 0; j < width; j += COLUMNS) {
    const w = min(COLUMNS, width - j);
    let from = b + j * column * FLOAT;
    if (w == COLUMNS && column == 1) {
      for (let k: usize = 0; k < depth; k++, from += next, to += 32) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
    } else if (w == COLUMNS && row == 1) {
      const apart = column * FLOAT;
      let k: usize = 0;
      for (; k + 4 <= depth; k += 4, from += 16, to += 128) {
        transpose4(from, apart, to, 32);
        transpose4(from + 4 * apart, apart, to + 16, 32);
      }
      for (; k < depth; k++, from += 4, to += 32) packColumn(from, column, COLUMNS, COLUMNS, to);
    } else {
      for (let k: usize = 0; k < depth; k++, from += next, to += 32) packColumn(from, column, w, COLUMNS, to);
    }
  }
}

/** Panels of 6 rows: for each k the 6 values side by side, 0 where there is no row. */
function packA(a: usize, row: usize, column: usize, height: usize, depth: usize, to: usize): void {
  const next = column * FLOAT;
  for (let i: usize = 0; i < height; i += ROWS) {
    const h = min(ROWS, height - i);
    let from = a + i * row * FLOAT;
    let k: usize = 0;
    if (h == ROWS && row == 1) {
      for (; k < depth; k++, from += next, to += 24) {
        v128.store(to, v128.load(from));
        store<u64>(to, load<u64>(from, 16), 16);
      }
    } else if (h == ROWS && column == 1) {
      const apart = row * FLOAT;
      for (; k + 4 <= depth; k += 4, from += 16, to += 96) {
        transpose4(from, apart, to, 24);
        const r4 = v128.load(from + 4 * apart), r5 = v128.load(from + 5 * apart);
        const low = v128.shuffle<i32>(r4, r5, 0, 4, 1, 5), high = v128.shuffle<i32>(r4, r5, 2, 6, 3, 7);
        v128.store_lane<u64>(to + 16, low, 0);
        v128.store_lane<u64>(to + 40, low, 1);
        v128.store_lane<u64>(to + 64, high, 0);
        v128.store_lane<u64>(to + 88, high, 1);
      }
    }
    for (; k < depth; k++, from += next, to += 24) packColumn(from, row, h, ROWS, to);
  }
}

function packColumn(from: usize, stride: usize, count: usize, full: usize, to: usize): void {
  for (let i: usize = 0; i < full; i++) store<f32>(to + i * FLOAT, i < count ? load<f32>(from + i * stride * FLOAT) : 0);
}

/** 4 rows of 4, `apart` bytes from each other, become 4 columns. */
// @ts-ignore: decorator
@inline export function transpose4(from: usize, apart: usize, to: usize, toApart: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + apart), r2 = v128.load(from + 2 * apart), r3 = v128.load(from + 3 * apart);
  const a = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7), d = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(to + toApart, v128.shuffle<i64>(a, b, 1, 3));
  v128.store(to + 2 * toApart, v128.shuffle<i64>(c, d, 0, 2));
  v128.store(to + 3 * toApart, v128.shuffle<i64>(c, d, 1, 3));
}

/** c[n] = a[k] B[k, n]: each value of B is used once, so packing would not pay. */
function rowTimesMatrix(a: usize, aStride: usize, b: usize, bRow: usize, bColumn: usize, c: usize, n: usize, k: usize): void {
  if (bRow == 1 && aStride == 1) {
    for (let j: usize = 0; j < n; j++) store<f32>(c + j * FLOAT, dot(a, b + j * bColumn * FLOAT, k));
    return;
  }
  memory.fill(c, 0, n * FLOAT);
  for (let p: usize = 0; p < k; p++) {
    const x = load<f32>(a + p * aStride * FLOAT);
    const row = b + p * bRow * FLOAT;
    let j: usize = 0;
    if (bColumn == 1) {
      const factor = f32x4.splat(x);
      for (; j + 4 <= n; j += 4) v128.store(c + j * FLOAT, fma(factor, v128.load(row + j * FLOAT), v128.load(c + j * FLOAT)));
    }
    for (; j < n; j++) store<f32>(c + j * FLOAT, load<f32>(c + j * FLOAT) + x * load<f32>(row + j * bColumn * FLOAT));
  }
}

function dot(a: usize, b: usize, n: usize): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let i: usize = 0;
  for (; i + 16 <= n; i += 16, a += 64, b += 64) {
    s0 = fma(v128.load(a), v128.load(b), s0);
    s1 = fma(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = fma(v128.load(a, 32), v128.load(b, 32), s2);
    s3 = fma(v128.load(a, 48), v128.load(b, 48), s3);
  }
  for (; i + 4 <= n; i += 4, a += 16, b += 16) s0 = fma(v128.load(a), v128.load(b), s0);
  let sum = sumOf(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; i < n; i++, a += 4, b += 4) sum += load<f32>(a) * load<f32>(b);
  return sum;
}
