/** The kernels of `assembly/`, compiled and bound to the memory of tfjs's wasm backend. */
import { readFileSync } from "node:fs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "../tensors.ts";
import { partsOf } from "./parts.ts";
import { Team } from "./team.ts";

export type UnaryName = "exp" | "tanh" | "erf" | "neg" | "square" | "sqrt" | "rsqrt" | "sigmoid" | "cube" | "threeHalves" | "relu" | "gelu" | "geluTanh";
export type BinaryName =
  | ("add" | "sub" | "mul" | "div" | "max" | "min" | "squaredDifference")
  | ("tanhGradient" | "erfGradient" | "rsqrtGradient" | "geluGradient" | "geluTanhGradient");

type Unary = (n: number, x: number, out: number) => void;
type Binary = (rows: number, n: number, a: number, aRow: number, aStride: number, b: number, bRow: number, bStride: number, out: number) => void;

/** What `assembly/index.ts` exports. Addresses are in bytes; sizes and strides count elements. */
export interface Exports extends Record<UnaryName, Unary>, Record<BinaryName, Binary> {
  matmulScratch(): number;
  matmul(...batchThenAThenBThenCThenSizes: number[]): void;
  sum(x: number, outer: number, n: number, inner: number, scale: number, out: number, scratch: number): void;
  maximum(x: number, outer: number, n: number, inner: number, out: number): void;
  permute(x: number, out: number, ...fiveSizesThenFiveStrides: number[]): void;
  copyRows(x: number, xRow: number, out: number, outRow: number, rows: number, n: number): void;
  gather(x: number, outer: number, n: number, inner: number, ids: number, count: number, out: number): number;
  segmentSum(x: number, n: number, inner: number, ids: number, segments: number, integers: boolean, out: number): void;
  spread(x: number, rows: number, n: number, xRow: number, xStride: number, scale: number, out: number): void;
  softmax(x: number, rows: number, n: number, out: number): void;
  softmaxGradient(dy: number, y: number, rows: number, n: number, out: number): void;
  layerNorm(x: number, gain: number, bias: number, rows: number, n: number, epsilon: number, out: number): void;
  layerNormGradient(dy: number, x: number, gain: number, rows: number, n: number, epsilon: number, out: number, gainSums: number, biasSums: number): void;
  crossEntropy(x: number, labels: number, rows: number, n: number, out: number, scratch: number): void;
  crossEntropyGradient(x: number, labels: number, rows: number, n: number, factor: number, out: number): void;
  adam(n: number, weights: number, gradient: number, first: number, second: number, out: number, ...constants: number[]): void;
}

export type Call = Parameters<tf.KernelFunc>[0];
export type Kernel = (call: Call, published: tf.KernelFunc) => tf.TensorInfo | tf.TensorInfo[];

/** The two builds: with fused multiply-add (relaxed SIMD), and for engines that lack it. */
export type Build = "fma" | "simd";

/** What of Emscripten's module is not declared. */
interface Emscripten {
  readonly asm?: { readonly memory?: WebAssembly.Memory };
  readonly wasmMemory?: WebAssembly.Memory;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

export interface PackOptions {
  readonly build?: Build;
  /** How many threads compute; more than one where the memory of the backend is shared. */
  readonly threads?: number;
  /** What an operation must cost to be worth several threads; for tests. */
  readonly least?: number;
}

export class KernelPack {
  readonly call: Exports;
  readonly backend: BackendWasm;
  readonly #module: Emscripten;
  readonly #threads: number;
  #scratch = { address: 0, bytes: 0, own: 0 };

  /** @param folder where the builds are, as a URL */
  static async start(backend: BackendWasm, folder: URL, { build = bestBuild(folder), threads = 1, least }: PackOptions = {}): Promise<KernelPack> {
    const { asm, wasmMemory } = backend.wasm as unknown as Emscripten;
    const memory = asm?.memory ?? wasmMemory;
    if (!memory) throw new Error("the wasm backend does not show its memory");
    const module = new WebAssembly.Module(read(folder, threads > 1 ? `${build}-shared` : build));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const team = threads > 1 ? await Team.start(threads, folder, { module, memory, exports }) : undefined;
    return new KernelPack(backend, exports as unknown as Exports, team, least);
  }

  private constructor(backend: BackendWasm, exports: Exports, team: Team | undefined, least: number | undefined) {
    this.backend = backend;
    this.#module = backend.wasm as unknown as Emscripten;
    this.#threads = team?.size ?? 1;
    this.call = team ? this.#inParts(exports, team, least) : exports;
  }

  /** The kernels, each by all threads where its work is worth it. */
  #inParts(exports: Exports, team: Team, least: number | undefined): Exports {
    const names = Object.keys(exports) as (keyof Exports)[];
    const shared = names.map((name) => {
      const whole = exports[name] as (...args: number[]) => unknown;
      const call = (...args: number[]) => {
        const parts = team.free ? partsOf(name, args, team.size, least) : undefined;
        return parts ? team.run(name, parts, SCRATCH.includes(name) ? this.#scratch.own : 0) : whole(...args);
      };
      return [name, call];
    });
    return Object.fromEntries(shared) as Exports;
  }

  address(x: tf.TensorInfo): number {
    return this.backend.dataIdMap.get(x.dataId).memoryOffset as number;
  }

  output(shape: number[], dtype: tf.DataType = "float32"): tf.TensorInfo {
    return this.backend.makeOutput(shape, dtype as "float32");
  }

  /** Memory that the next kernel may overwrite, so much for each thread; it is kept, and replaced when more is asked. */
  scratch(bytes: number): number {
    const own = Math.ceil(bytes / LINE) * LINE;
    const all = own * this.#threads;
    if (all > this.#scratch.bytes) {
      this.#module._free(this.#scratch.address);
      this.#scratch = { address: this.#module._malloc(all), bytes: all, own };
    }
    this.#scratch.own = own;
    return this.#scratch.address;
  }

  /** Another name for the same data. */
  alias({ dataId, dtype }: tf.TensorInfo, shape: number[]): tf.TensorInfo {
    this.backend.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** Puts a kernel in the place of the backend's own, which it may still call. */
  register(kernelName: string, kernel: Kernel): void {
    const published = tf.getKernel(kernelName, "wasm");
    const kernelFunc: tf.KernelFunc = (call) => kernel(call, published?.kernelFunc ?? missing(kernelName));
    if (published) tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({ ...published, kernelName, backendName: "wasm", kernelFunc });
  }
}

const missing = (name: string) => () => {
  throw new Error(`the wasm backend has no ${name} for such operands`);
};

/** Kernels whose last argument is scratch memory. */
const SCRATCH: readonly (keyof Exports)[] = ["matmul", "sum", "crossEntropy"];
/** Bytes of a line of the processor's caches. */
const LINE = 64;

const read = (folder: URL, build: string) => readFileSync(new URL(`kernels-${build}.wasm`, folder));
const bestBuild = (folder: URL): Build => (WebAssembly.validate(read(folder, "fma")) ? "fma" : "simd");

/** Whether all are of 4 bytes a value. */
export const areWide = (...tensors: tf.TensorInfo[]): boolean => tensors.every(({ dtype }) => dtype === "float32" || dtype === "int32");
export const areFloats = (...tensors: tf.TensorInfo[]): boolean => tensors.every((x) => x.dtype === "float32");
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, d) => product * d, 1);
