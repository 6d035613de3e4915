/**
 * Tensors as every process of Practicum sees them: plain data, no backend.
 * On the wire `data` is base64 of little-endian bytes; in memory it is a typed array.
 */

export type DType = "float32" | "int32" | "bool";

/** A dense tensor in row-major order; `data.length` is the product of `shape`. */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Anything that can be asked, answered and compared. */
export type Value = undefined | null | boolean | number | bigint | string | TensorData | readonly Value[] | { readonly [key: string]: Value };

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Number of elements of a shape; the empty shape is a scalar and has one. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/**
 * Builds a tensor from numbers in row-major order.
 * @throws {RangeError} when the count of values does not fit the shape
 */
export function tensor(values: ArrayLike<number>, shape: readonly number[], dtype: DType = "float32"): TensorData {
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(`${values.length} values do not fit the shape [${shape}]`);
  }
  return { dtype, shape: [...shape], data: ARRAYS[dtype].from(values) };
}

export function isTensorData(value: unknown): value is TensorData {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, shape, data } = value as Partial<TensorData>;
  return typeof dtype === "string" && dtype in ARRAYS && Array.isArray(shape) && ArrayBuffer.isView(data);
}

/** A typed array of the dtype from a copy of the bytes. @throws {RangeError} when the bytes do not fit. */
export function viewAs(dtype: DType, bytes: Uint8Array): TensorData["data"] {
  const ArrayType = ARRAYS[dtype];
  const copy = new Uint8Array(bytes); // its own buffer, so that the offset is aligned (`slice` of a Buffer would share its pool)
  return new ArrayType(copy.buffer, 0, copy.byteLength / ArrayType.BYTES_PER_ELEMENT);
}
