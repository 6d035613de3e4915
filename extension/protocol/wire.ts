/**
 * Values as JSON. What JSON cannot say (tensors, NaN, bigint, undefined, a remote object) is a one-key object whose key starts with "$".
 * A runtime in another language needs to know this file and `runtime.ts`, nothing else.
 */
import { type DType, isTensorData, sizeOf, type TensorData, type Value, viewAs } from "./tensor.ts";

/** A function or object that lives in a runtime and can be asked from outside. */
export interface HandleRef {
  readonly handle: number;
  readonly methods: readonly string[];
}

export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };

const MAX_DEPTH = 64;

/** What a live object is sent as: a handle that can be asked, or the tensor that it stands for; nothing for plain data. */
export type Replace = (live: object) => HandleRef | TensorData | undefined;

/**
 * @param replace what to do with a function or an object that is not plain data; by default it is an error
 * @throws {TypeError} for a value that cannot cross, naming where it stands
 */
export function encode(value: unknown, replace?: Replace, at = "value", depth = 0): Wire {
  if (depth > MAX_DEPTH) throw new TypeError(`${at} is nested too deeply, or contains itself`);
  switch (typeof value) {
    case "undefined":
      return { $undefined: true };
    case "boolean":
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "bigint":
      return { $bigint: String(value) };
    case "symbol":
      throw new TypeError(`${at} is a symbol, which cannot leave the process`);
  }
  if (value === null) return null;
  if (isTensorData(value)) return encodeTensor(value);
  const live = value as object;
  const stand = replace?.(live);
  if (isTensorData(stand)) return encodeTensor(stand);
  if (stand) return { $handle: stand.handle, methods: [...stand.methods] };
  if (typeof value === "function") throw new TypeError(`${at} is a function, which cannot leave the process`);
  if (Array.isArray(value)) return value.map((v, i) => encode(v, replace, `${at}[${i}]`, depth + 1));
  if (value instanceof Float32Array) return encodeTensor({ dtype: "float32", shape: [value.length], data: value });
  if (value instanceof Int32Array) return encodeTensor({ dtype: "int32", shape: [value.length], data: value });
  if (ArrayBuffer.isView(value)) return [...(value as Uint8Array)].map((v) => encode(v));
  if (value instanceof Map) return encode(Object.fromEntries(value), replace, at, depth + 1);
  return Object.fromEntries(Object.entries(live).map(([k, v]) => [k, encode(v, replace, `${at}.${k}`, depth + 1)]));
}

/**
 * @param fromHandle builds the local stand-in of a remote object
 * @throws {TypeError} when the JSON is not what `encode` writes: a runtime runs learner code, so nothing it says is trusted
 */
export function decode(wire: unknown, fromHandle?: (ref: HandleRef) => unknown): unknown {
  if (wire === null || typeof wire !== "object") return wire;
  if (Array.isArray(wire)) return wire.map((w) => decode(w, fromHandle));
  const tagged = wire as Record<string, unknown>;
  if (tagged.$undefined === true) return undefined;
  if (typeof tagged.$number === "string") return Number(tagged.$number);
  if (typeof tagged.$bigint === "string") return BigInt(tagged.$bigint);
  if (typeof tagged.$tensor === "string") return decodeTensor(tagged);
  if (typeof tagged.$handle === "number") {
    if (!fromHandle) throw new TypeError("a handle stands where plain data was expected");
    const methods = Array.isArray(tagged.methods) ? tagged.methods.filter((m) => typeof m === "string") : [];
    return fromHandle({ handle: tagged.$handle, methods });
  }
  return Object.fromEntries(Object.entries(tagged).map(([k, v]) => [k, decode(v, fromHandle)]));
}

/** `decode` where the sender may only have sent plain data. */
export const decodeValue = (wire: unknown): Value => decode(wire) as Value;

function encodeTensor(t: TensorData): Wire {
  const bytes = Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength);
  return { $tensor: bytes.toString("base64"), dtype: t.dtype, shape: [...t.shape] };
}

function decodeTensor(wire: Record<string, unknown>): TensorData {
  const { dtype, shape } = wire;
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") throw new TypeError(`unknown dtype ${String(dtype)}`);
  if (!Array.isArray(shape) || !shape.every((d) => Number.isInteger(d) && d >= 0)) throw new TypeError("a tensor without a shape");
  const data = viewAs(dtype as DType, Buffer.from(wire.$tensor as string, "base64"));
  if (data.length !== sizeOf(shape)) throw new TypeError(`a tensor of ${data.length} elements does not fit its shape [${shape}]`);
  return { dtype, shape, data };
}
