/**
 * Values as JSON. What JSON cannot say (tensors, NaN, bigint, undefined, a remote object) is a one-key object whose key starts with "$".
 * A runtime in another language needs to know this file, `callback.ts` and `runtime.ts`, nothing else.
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
export const encode = (value: unknown, replace?: Replace): Wire => encodeAt(value, replace, []);

/** Keys and indices that lead to a value. Words are made of them for an error only: a profile has tens of thousands of values. */
type Path = (string | number)[];

function encodeAt(value: unknown, replace: Replace | undefined, path: Path): Wire {
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
      throw new TypeError(`${wordsOf(path)} is a symbol, which cannot leave the process`);
  }
  return value === null ? null : encodeLive(value as object, replace, path);
}

function encodeLive(live: object, replace: Replace | undefined, path: Path): Wire {
  if (path.length > MAX_DEPTH) throw new TypeError(`${wordsOf(path)} is nested too deeply, or contains itself`);
  if (Array.isArray(live)) return live.map((part, i) => encodePart(part, i, replace, path));
  if (isTensorData(live)) return encodeTensor(live);
  const stand = replace?.(live);
  if (isTensorData(stand)) return encodeTensor(stand);
  if (stand) return { $handle: stand.handle, methods: [...stand.methods] };
  if (typeof live === "function") throw new TypeError(`${wordsOf(path)} is a function, which cannot leave the process`);
  if (live instanceof Float32Array) return encodeTensor({ dtype: "float32", shape: [live.length], data: live });
  if (live instanceof Int32Array) return encodeTensor({ dtype: "int32", shape: [live.length], data: live });
  if (ArrayBuffer.isView(live)) return [...(live as Uint8Array)].map((part, i) => encodePart(part, i, replace, path));
  const record = live instanceof Map ? Object.fromEntries(live) : live;
  return Object.fromEntries(Object.entries(record).map(([key, part]) => [key, encodePart(part, key, replace, path)]));
}

function encodePart(part: unknown, key: string | number, replace: Replace | undefined, path: Path): Wire {
  path.push(key);
  const encoded = encodeAt(part, replace, path);
  path.pop();
  return encoded;
}

const wordsOf = (path: Path): string => path.reduce<string>((at, key) => at + (typeof key === "number" ? `[${key}]` : `.${key}`), "value");

/**
 * @param fromHandle builds the local stand-in of a remote object
 * @throws {TypeError} when the JSON is not what `encode` writes: a runtime runs learner code, so nothing it says is trusted
 */
export const decode = (wire: unknown, fromHandle?: (ref: HandleRef) => unknown): unknown => decodeAt(wire, fromHandle, 0);

function decodeAt(wire: unknown, fromHandle: ((ref: HandleRef) => unknown) | undefined, depth: number): unknown {
  if (wire === null || typeof wire !== "object") return wire;
  if (depth > MAX_DEPTH + 1) throw new TypeError("a value is nested too deeply");
  if (Array.isArray(wire)) return wire.map((w) => decodeAt(w, fromHandle, depth + 1));
  const tagged = wire as Record<string, unknown>;
  if (tagged.$undefined === true) return undefined;
  if (typeof tagged.$number === "string") return Number(tagged.$number);
  if (typeof tagged.$bigint === "string") return decodeBigint(tagged.$bigint);
  if (typeof tagged.$tensor === "string") return decodeTensor(tagged);
  if (typeof tagged.$handle === "number") {
    if (!fromHandle) throw new TypeError("a handle stands where plain data was expected");
    const methods = Array.isArray(tagged.methods) ? tagged.methods.filter((m) => typeof m === "string") : [];
    return fromHandle({ handle: tagged.$handle, methods });
  }
  const record = Object.fromEntries(Object.entries(tagged).map(([k, v]) => [k, decodeAt(v, fromHandle, depth + 1)]));
  if (Object.hasOwn(record, "then") && typeof record.then === "function") throw new TypeError('a function named "then" would make a promise of an answer');
  return record;
}

/** Digits of a whole number: reading more takes time that grows with their square. */
const MOST_DIGITS = 1000;

function decodeBigint(text: string): bigint {
  if (text.length > MOST_DIGITS || !/^-?\d+$/.test(text)) throw new TypeError("a whole number that is none");
  return BigInt(text);
}

/** `decode` where the sender may only have sent plain data. */
export const decodeValue = (wire: unknown): Value => decode(wire) as Value;

function encodeTensor(t: TensorData): Wire {
  const bytes = Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength);
  return { $tensor: bytes.toString("base64"), dtype: t.dtype, shape: [...t.shape] };
}

/** tfjs has 6, NumPy 64. */
const MOST_AXES = 64;

function decodeTensor(wire: Record<string, unknown>): TensorData {
  const { dtype, shape } = wire;
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") throw new TypeError("a tensor of an unknown dtype");
  if (!Array.isArray(shape) || shape.length > MOST_AXES || !shape.every((d) => Number.isInteger(d) && d >= 0)) throw new TypeError("a tensor without a shape");
  const bytes = Buffer.from(wire.$tensor as string, "base64");
  if (dtype !== "bool" && bytes.length % 4 !== 0) throw new TypeError(`a tensor of ${bytes.length} bytes, which are no ${dtype}`);
  const data = viewAs(dtype as DType, bytes);
  if (data.length !== sizeOf(shape)) throw new TypeError(`a tensor of ${data.length} elements does not fit its shape [${shape}]`);
  return { dtype, shape, data };
}
