/** One loaded implementation: its exports, the objects it has handed out, and how to ask them. */

import { MissingFunction } from "../child/faults.ts";
import type { BuiltIns, Namespace } from "../child/modules.ts";
import { loadModule } from "../child/modules.ts";
import { isCallback } from "../protocol/callback.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import { THE_FUNCTION_ITSELF } from "../protocol/runtime.ts";
import { isTensorData, type TensorData, tensor } from "../protocol/tensor.ts";
import { decode, EACH, encode, type HandleRef, namesFrom, type Room, roomOfAnswer, takeRoom, type Wire } from "../protocol/wire.ts";
import { functionOf } from "./callbacks.ts";
import { type MemoryUse, memoryOf } from "./memory.ts";
import * as tf from "./tensors.ts";

type Callable = (...args: unknown[]) => unknown;

export class Implementation {
  readonly tree: SourceTree;
  readonly exports: Namespace;
  readonly #handles: object[] = [];

  private constructor(tree: SourceTree, exports: Namespace) {
    this.tree = tree;
    this.exports = exports;
  }

  static async load(tree: SourceTree, builtIns: BuiltIns): Promise<Implementation> {
    return new Implementation(tree, await loadModule(tree, builtIns));
  }

  /** Calls a function of the module, or a method of an object that an earlier call has returned. */
  async call(handle: number | undefined, method: string, args: readonly Wire[]): Promise<MemoryUse & { readonly value: Wire }> {
    const values = args.map((arg) => toLive(decode(arg)));
    const { value, ...memory } = await memoryOf(() => this.#target(handle, method)(...values));
    return { value: await this.#toWire(value), ...memory };
  }

  #target(handle: number | undefined, method: string): Callable {
    const owner = handle === undefined ? this.exports : this.#handles[handle];
    if (!owner) throw new Error(`there is no object ${handle}`);
    const found = method === THE_FUNCTION_ITSELF ? owner : (owner as Namespace)[method];
    if (typeof found !== "function") throw new MissingFunction(`There is no function \`${method}\`: export it from ${this.tree.entry}.`);
    return handle === undefined || found === owner ? (found as Callable) : (found as Callable).bind(owner);
  }

  async #toWire(value: unknown): Promise<Wire> {
    const data = asData(value, roomOfAnswer());
    const tensors = new Map<object, TensorData>();
    const found = tensorsIn(data);
    const room = roomOfAnswer();
    for (const { size } of found) takeRoom(room, 4 * size); // before any is read
    for (const live of found) tensors.set(live, await dataOf(live));
    return encode(data, (live) => tensors.get(live) ?? this.#handleOf(live), roomOfAnswer());
  }

  /** Functions and objects with methods stay here and are asked by handle; data is copied. */
  #handleOf(live: object): HandleRef | undefined {
    if (typeof live !== "function" && isPlain(live)) return undefined;
    const methods = typeof live === "function" ? [THE_FUNCTION_ITSELF] : methodsOf(live);
    return { handle: this.#handles.push(live) - 1, methods };
  }
}

/** Instances of classes without methods are records: their fields and getters are what they are. */
function asData(value: unknown, room: Room, seen = new Set<object>()): unknown {
  if (typeof value !== "object" || value === null || value instanceof tf.Tensor || ArrayBuffer.isView(value) || seen.has(value)) return value;
  seen.add(value);
  takeRoom(room, EACH * (Array.isArray(value) ? value.length + 1 : 1)); // before it is walked
  if (Array.isArray(value)) return value.map((child) => asData(child, room, seen));
  if (value instanceof Map) return new Map([...value].map(([key, child]) => [key, asData(child, room, seen)]));
  if (!isPlain(value) && methodsOf(value).length > 0) return value;
  return Object.fromEntries(fieldsOf(value).map((name) => [name, asData(bound(value, name), room, seen)]));
}

/** A function that is found on an object keeps it as its `this`. */
function bound(owner: object, name: string): unknown {
  const value = (owner as Namespace)[name];
  return typeof value === "function" ? value.bind(owner) : value;
}

const isPlain = (live: object): boolean =>
  Array.isArray(live) || ArrayBuffer.isView(live) || live instanceof Map || [Object.prototype, null].includes(Object.getPrototypeOf(live));

function fieldsOf(record: object): string[] {
  const getters = isPlain(record)
    ? []
    : Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(record))).flatMap(([name, { get }]) => (get ? [name] : []));
  return [...Object.keys(record), ...getters.filter((name) => name !== "__proto__")];
}

function methodsOf(instance: object): string[] {
  const names = new Set<string>();
  for (let at = instance; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor" && typeof (instance as Namespace)[name] === "function") names.add(name);
  }
  return namesFrom([...names]);
}

function tensorsIn(value: unknown, found = new Set<tf.Tensor>(), seen = new Set<object>()): Set<tf.Tensor> {
  if (value instanceof tf.Tensor) return found.add(value);
  if (typeof value !== "object" || value === null || seen.has(value) || !isPlain(value) || ArrayBuffer.isView(value)) return found;
  seen.add(value);
  for (const child of value instanceof Map ? value.values() : Object.values(value)) tensorsIn(child, found, seen);
  return found;
}

async function dataOf(live: tf.Tensor): Promise<TensorData> {
  if (live.dtype === "complex64" || live.dtype === "string") throw new TypeError(`a tensor of dtype ${live.dtype} cannot be an answer`);
  return tensor((await live.data()) as ArrayLike<number>, live.shape, live.dtype);
}

function toLive(value: unknown): unknown {
  if (isTensorData(value)) return tf.tensor(value.data, [...value.shape], value.dtype);
  if (isCallback(value)) return functionOf(value.$callback);
  if (Array.isArray(value)) return value.map(toLive);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toLive(child)]));
}
