/** The backends that start on this machine, each in a process of its own, and how they are asked. */
import { type BackendInfo, type BackendName, CallRequest, LoadRequest } from "../../extension/protocol/runtime.ts";
import { isTensorData, type TensorData } from "../../extension/protocol/tensor.ts";
import { decodeValue, encode } from "../../extension/protocol/wire.ts";
import type { Ladder } from "../../extension/supervisor/ladder.ts";
import type { Process } from "../../extension/supervisor/process.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { DIST } from "../tools/paths.ts";
import { softwareTensorflow } from "../tools/tensorflow.ts";
import { type Software, softwareVulkan } from "../tools/vulkan.ts";

/** What stands in for hardware, or for a library, that this machine does not have. */
const SOFTWARE: Partial<Record<BackendName, () => Software>> = { webgpu: softwareVulkan, "tfjs-node-gpu": softwareTensorflow, "tfjs-node": softwareTensorflow };

/** The first start of all may have to download and to build. */
export const PREPARE_MS = 600_000;

/** A backend that has started, with a module of ours loaded. */
export class Rung {
  readonly backend: BackendInfo;
  readonly #process: Process;
  #implementation = Number.NaN;

  constructor(process: Process, backend: BackendInfo) {
    this.#process = process;
    this.backend = backend;
  }

  /** Loads a module; `call` asks the one that was loaded last. */
  async load(text: string): Promise<void> {
    const source = { root: import.meta.dirname, entry: "module.ts", files: { "module.ts": text } };
    const { implementation } = await this.#process.ask((connection) => connection.sendRequest(LoadRequest, { source, seed: 1 }));
    this.#implementation = implementation;
  }

  async call(method: string, ...args: unknown[]): Promise<unknown> {
    const params = { implementation: this.#implementation, method, args: args.map((arg) => encode(arg)) };
    return decodeValue((await this.#process.ask((connection) => connection.sendRequest(CallRequest, params))).value);
  }

  async tensor(method: string, ...args: unknown[]): Promise<TensorData> {
    const value = await this.call(method, ...args);
    if (!isTensorData(value)) throw new TypeError(`${method} answers no tensor`);
    return value;
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await this.#process.ended;
  }
}

/** @returns why it does not start here, where it does not. A real GPU comes before one in software. */
export async function startRung(name: BackendName): Promise<Rung | string> {
  const real = await attempt(name);
  const software = typeof real === "string" ? SOFTWARE[name]?.() : undefined;
  if (!software) return real;
  if ("reason" in software) return `${real}; ${software.reason}`;
  Object.assign(process.env, software.env);
  return attempt(name);
}

async function attempt(name: BackendName): Promise<Rung | string> {
  const found = await (await ladder()).try(name);
  return typeof found === "string" ? found : new Rung(found.process, found.backend);
}

const ladder = (): Promise<Ladder> => createSupervisor({ dist: DIST, backends: process.env.PRACTICUM_BACKENDS }).ladder();
