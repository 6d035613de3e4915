/** What this machine computes on: every backend and every execution provider of ONNX Runtime is started, and told how fast it is or why not. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { totalmem } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { firstLineOf, messageOf } from "../errors.ts";
import type { Containment } from "../protocol/containment.ts";
import {
  BACKENDS,
  type BackendInfo,
  type BackendName,
  type Benchmark,
  BenchmarkRequest,
  CallRequest,
  LoadRequest,
  ProvidersRequest,
} from "../protocol/runtime.ts";
import { tensor } from "../protocol/tensor.ts";
import { encode } from "../protocol/wire.ts";
import type { Supervisor } from "./api.ts";
import type { NodeProgram } from "./node.ts";
import { killed, type Process } from "./process.ts";
import { type Figures, figures } from "./resources.ts";

export interface BackendReport {
  readonly name: BackendName;
  /** Why it does not start here; absent, it does. */
  readonly reason?: string;
  readonly device?: string;
  readonly memoryBytes?: number;
  readonly sandbox?: BackendInfo["sandbox"];
  readonly containment?: BackendInfo["containment"];
  readonly benchmark?: Benchmark;
  /** Why there is no benchmark although it starts. */
  readonly unmeasured?: string;
}

export interface ProviderReport {
  readonly name: string;
  readonly reason?: string;
  readonly matmulGflops?: number;
}

export interface DoctorReport {
  readonly node: NodeProgram;
  /** What of the operating system holds the programs that run code of learners and packs. */
  readonly containment: Containment;
  /** What decides how much of its time a program has used. */
  readonly clock: Figures;
  readonly backends: readonly BackendReport[];
  /** Of ONNX Runtime, which computes oracles on "cpu" and pretrained models on the best. */
  readonly providers: readonly ProviderReport[];
}

export interface DoctorOptions {
  readonly dist: string;
  readonly signal?: AbortSignal;
  /** Told before each part. */
  readonly onStep?: (what: string) => void;
}

/** For one backend or provider; a driver may hang. */
const LIMIT_MS = 8000;
const SIZE = 512;

export async function examine(supervisor: Supervisor, { dist, signal, onStep = () => {} }: DoctorOptions): Promise<DoctorReport> {
  const [node, containment] = [await supervisor.node(), await supervisor.containment()];
  const graphics = await graphicsMemory();
  const backends: BackendReport[] = [];
  for (const name of BACKENDS) {
    signal?.throwIfAborted();
    onStep(name);
    backends.push(await examineBackend(supervisor, name, graphics, signal));
  }
  signal?.throwIfAborted();
  onStep("ONNX Runtime");
  return { node, containment, clock: figures(), backends, providers: await examineProviders(supervisor, dist, signal) };
}

async function examineBackend(supervisor: Supervisor, name: BackendName, graphics: number | undefined, signal?: AbortSignal): Promise<BackendReport> {
  const found = await (await supervisor.ladder()).try(name, signal);
  if (typeof found === "string") return { name, reason: found };
  const { process, backend } = found;
  const { device, sandbox, containment, memoryBytes } = backend;
  const about = { name, device, sandbox, containment, memoryBytes: memoryBytes ?? memoryOf(name, graphics) };
  try {
    return { ...about, benchmark: await within(process, (c) => c.sendRequest(BenchmarkRequest, null)) };
  } catch (error) {
    const why = firstLine(error);
    return error instanceof Late ? { ...about, unmeasured: why } : { ...about, reason: `it starts, but fails: ${why}` };
  } finally {
    await killed([process]);
  }
}

/** WebAssembly addresses 4 GiB; a GPU's memory is known where the driver's tool tells it. */
const memoryOf = (name: BackendName, graphics: number | undefined): number | undefined =>
  name === "wasm" ? 2 ** 32 : name === "cpu" || name === "tfjs-node" ? totalmem() : graphics;

async function graphicsMemory(): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", ["--query-gpu=memory.total", "--format=csv,noheader,nounits"], { timeout: LIMIT_MS });
    return Number.parseInt(stdout, 10) * 2 ** 20;
  } catch {
    return undefined; // no such tool, no such GPU
  }
}

async function examineProviders(supervisor: Supervisor, dist: string, signal?: AbortSignal): Promise<ProviderReport[]> {
  const graph = (await readFile(path.join(dist, "product.onnx"))).toString("base64");
  const listing = await supervisor.oracle();
  try {
    const names = await within(listing, (c) => c.sendRequest(ProvidersRequest, null));
    const reports: ProviderReport[] = [];
    for (const name of names) {
      signal?.throwIfAborted();
      reports.push(await examineProvider(await supervisor.oracle(name), name, graph));
    }
    return reports;
  } catch (error) {
    signal?.throwIfAborted();
    return [{ name: "ONNX Runtime", reason: firstLine(error) }];
  } finally {
    await killed([listing]);
  }
}

async function examineProvider(oracle: Process, name: string, graph: string): Promise<ProviderReport> {
  const square = tensor(new Float32Array(SIZE * SIZE).fill(1), [SIZE, SIZE]);
  const args = [encode({ a: square, b: square })];
  try {
    await within(oracle, (c) => c.sendRequest(LoadRequest, { source: { root: "", entry: "", files: { product: graph } }, seed: 0 }));
    const seconds = await within(oracle, (c) =>
      c.sendRequest(CallRequest, { implementation: 0, method: "product", args }).then(({ seconds = Number.NaN }) => seconds),
    );
    return { name, matmulGflops: (2 * SIZE ** 3) / seconds / 1e9 };
  } catch (error) {
    return { name, reason: firstLine(error) };
  } finally {
    await killed([oracle]);
  }
}

/** Asks a process that has this long to answer. */
async function within<R>(process: Process, request: Parameters<typeof process.ask<R>>[0]): Promise<R> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.kill();
  }, LIMIT_MS);
  try {
    await process.ready;
    return await process.ask(request);
  } catch (error) {
    throw late ? new Late(`no answer within ${LIMIT_MS / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}

class Late extends Error {}

/** Without what the protocol's library says before. */
const firstLine = (error: unknown): string => firstLineOf(messageOf(error).replace(/^Request \w+ failed with message: /, ""));
