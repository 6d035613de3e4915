/**
 * Values as JSON. What JSON cannot say (tensors, NaN, bigint, undefined, a remote object) is a one-key object whose key starts with "$".
 * A runtime in another language needs to know this file, `callback.ts` and `runtime.ts`, nothing else.
 */
import { BOUNDS } from "./bounds.ts";
import { type DType, isTensorData, sizeOf, type TensorData, type Value, viewAs } from "./tensor.ts";

/** A function or object that lives in a runtime and can be asked from outside. */
export interface HandleRef {
  readonly handle: number;
  readonly methods: readonly string[];
}

export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };

const MAX_DEPTH = 64;

/** What an answer may still have: it is taken from while the answer is encoded, so that none is made that nobody reads. */
export interface Room {
  bytes: number;
  handles: number;
}

export const roomOfAnswer = (): Room => ({ bytes: BOUNDS.answerBytes, handles: BOUNDS.answerHandles });

/** Bytes of a value that is neither text nor a tensor. */
export const EACH = 16;

/** @throws {Error} where there is no more room */
export function takeRoom(room: Room | undefined, bytes: number): void {
  if (!room) return;
  room.bytes -= bytes;
  if (room.bytes < 0) throw new Error(`The answer is too large: it has more than ${BOUNDS.answerBytes / 2 ** 20} MiB of tensors, text and numbers together.`);
}

function takeHandle(room: Room | undefined): void {
  if (room && --room.handles < 0)
    throw new Error(`The answer holds more than ${BOUNDS.answerHandles.toLocaleString("en")} functions and objects with methods.`);
}

/** Names of what can be asked, as they are told and as they are believed: those that nobody can have meant are left out. */
export const namesFrom = (names: unknown): string[] =>
  (Array.isArray(names) ? names.slice(0, BOUNDS.names) : []).filter((name): name is string => typeof name === "string" && name.length <= BOUNDS.nameChars);

/** What a live object is sent as: a handle that can be asked, or the tensor that it stands for; nothing for plain data. */
export type Replace = (live: object) => HandleRef | TensorData | undefined;

/**
 * @param replace what to do with a function or an object that is not plain data; by default it is an error
 * @param room what it may have; without it, whatever there is
 * @throws {TypeError} for a value that cannot cross, naming where it stands
 * @throws {Error} for one that has no room
 */
export const encode = (value: unknown, replace?: Replace, room?: Room): Wire => encodeAt(value, { replace, room }, []);

interface Means {
  readonly replace: Replace | undefined;
  readonly room: Room | undefined;
}

/** Keys and indices that lead to a value. Words are made of them for an error only: a profile has tens of thousands of values. */
type Path = (string | number)[];

function encodeAt(value: unknown, means: Means, path: Path): Wire {
  takeRoom(means.room, typeof value === "string" ? EACH + value.length : EACH);
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
  return value === null ? null : encodeLive(value as object, means, path);
}

function encodeLive(live: object, means: Means, path: Path): Wire {
  const { replace, room } = means;
  if (path.length > MAX_DEPTH) throw new TypeError(`${wordsOf(path)} is nested too deeply, or contains itself`);
  if (Array.isArray(live) || (ArrayBuffer.isView(live) && !isFloatOrInt(live))) return encodeList(live as ArrayLike<unknown>, means, path);
  if (isTensorData(live)) return encodeTensor(live, room);
  const stand = replace?.(live);
  if (isTensorData(stand)) return encodeTensor(stand, room);
  if (stand) {
    takeHandle(room);
    for (const method of stand.methods) takeRoom(room, EACH + method.length);
    return { $handle: stand.handle, methods: [...stand.methods] };
  }
  if (typeof live === "function") throw new TypeError(`${wordsOf(path)} is a function, which cannot leave the process`);
  if (live instanceof Float32Array) return encodeTensor({ dtype: "float32", shape: [live.length], data: live }, room);
  if (live instanceof Int32Array) return encodeTensor({ dtype: "int32", shape: [live.length], data: live }, room);
  const record = live instanceof Map ? Object.fromEntries(live) : live;
  return Object.fromEntries(
    Object.entries(record).map(([key, part]) => {
      takeRoom(room, key.length);
      return [key, encodePart(part, key, means, path)];
    }),
  );
}

const isFloatOrInt = (live: object): boolean => live instanceof Float32Array || live instanceof Int32Array;

/** Its length is looked at first: a list may have a thousand million places and nothing in them. */
function encodeList(list: ArrayLike<unknown>, means: Means, path: Path): Wire {
  if (means.room && list.length > means.room.bytes / EACH) takeRoom(means.room, EACH * list.length);
  return Array.from(list, (part, i) => encodePart(part, i, means, path));
}

function encodePart(part: unknown, key: string | number, means: Means, path: Path): Wire {
  path.push(key);
  const encoded = encodeAt(part, means, path);
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
    return fromHandle({ handle: tagged.$handle, methods: namesFrom(tagged.methods) });
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

function encodeTensor(t: TensorData, room?: Room): Wire {
  takeRoom(room, t.data.byteLength);
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
