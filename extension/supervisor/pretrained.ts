/** Pretrained models for a run: each is computed by a process of its own, started when the run first asks for it. */
import { ResponseError } from "vscode-jsonrpc/node";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { faultFrom } from "../protocol/fault.ts";
import { ComputedOnNotification, type EncodeParams, EncodeRequest, PROVIDERS, PretrainedRequest, type ProviderName } from "../protocol/pretrained.ts";
import { IMPLEMENTATION_FAULT } from "../protocol/runtime.ts";
import type { Wire } from "../protocol/wire.ts";
import type { RunRequest } from "./api.ts";
import { fetchModel } from "./fetchModel.ts";
import { allowed } from "./ladder.ts";
import { type Located, locate } from "./modelFiles.ts";
import type { Process } from "./process.ts";
import { runMemory, watch } from "./watch.ts";

export interface PretrainedPlaces {
  /** @param readable all files and folders that the program reads, beside what every program reads @param writable folders that it writes */
  readonly start: (program: "pretrained" | "fetch", readable: readonly string[], writable?: readonly string[]) => Process;
  /** Folders in whose node_modules `@huggingface/transformers` may be. */
  readonly folders: readonly string[];
  /** Where models of the hub are kept. */
  readonly cache: string;
  /** The one execution provider that the learner wants; the best by default. */
  readonly pin?: ProviderName;
  readonly log: (line: string) => void;
}

type Told = Pick<RunRequest, "onEvent" | "onOutput">;

/** Models that a run may use: each is a process with the model in its memory. */
const MOST_MODELS = 4;

/**
 * Answers the requests of a run's process until the run ends.
 * @returns ends the processes that compute and fetch, if there are any
 */
export function servePretrained(run: Process, exercise: Exercise, places: PretrainedPlaces, told: Told): () => void {
  const models = new Models(run, exercise, places, told);
  run.connection.onRequest(EncodeRequest, async (params) => {
    try {
      return await models.encode(params);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const message = `${error.message} ${error.remedy}`;
      throw new ResponseError(IMPLEMENTATION_FAULT, message, { kind: "threw", message });
    }
  });
  return () => models.end();
}

/** A process that computes a model, from when it is wanted. */
interface Computing {
  readonly process: Promise<Process>;
  provider?: ProviderName;
}

class Models {
  readonly #run: Process;
  readonly #exercise: Exercise;
  readonly #places: PretrainedPlaces;
  readonly #told: Told;
  readonly #providers: readonly ProviderName[];
  readonly #computing = new Map<string, Computing>();
  readonly #started = new Set<Process>();
  #over = false;

  constructor(run: Process, exercise: Exercise, places: PretrainedPlaces, told: Told) {
    this.#run = run;
    this.#exercise = exercise;
    this.#places = places;
    this.#told = told;
    this.#providers = allowed(PROVIDERS, exercise.executionProvider, places.pin);
  }

  async encode(params: EncodeParams): Promise<Wire> {
    requireQuestion(params);
    if (this.#providers.length === 0) throw NONE_ALLOWED;
    const { model } = params;
    const first = this.#computing.get(model) ?? this.#begin(model, this.#providers);
    const process = await first.process;
    try {
      return await asked(process, params);
    } catch (error) {
      const byDriver = died(error) && this.#run.running && first.provider !== "cpu" && this.#providers.includes("cpu");
      if (!byDriver) throw error;
      const next = this.#computing.get(model);
      if (next && next !== first) return asked(await next.process, params);
      this.#places.log(`${this.#exercise.id}: the process of its pretrained model ended, as a driver may make it; the processor goes on`);
      return asked(await this.#begin(model, ["cpu"]).process, params);
    }
  }

  end(): void {
    this.#over = true;
    for (const process of this.#started) process.kill();
  }

  #begin(model: string, providers: readonly ProviderName[]): Computing {
    if (this.#computing.size >= MOST_MODELS && !this.#computing.has(model))
      throw new UserError(`A run can use ${MOST_MODELS} pretrained models, and this is one more.`, "Use fewer models, or run them one after the other.");
    const computing: Computing = { process: this.#start(model, providers, (provider) => (computing.provider = provider)) };
    this.#computing.set(model, computing);
    computing.process.catch(() => this.#computing.get(model) === computing && this.#computing.delete(model)); // the next try may find a network
    return computing;
  }

  async #start(model: string, providers: readonly ProviderName[], onProvider: (provider: ProviderName) => void): Promise<Process> {
    const { source, readable } = await this.#locate(model);
    const process = this.#program("pretrained", readable);
    watch(process, { who: "The process of the pretrained model", memoryMiB: runMemory(this.#exercise.limits?.memoryMiB) });
    await process.ready;
    process.connection.onNotification(ComputedOnNotification, ({ on }) => {
      onProvider(on.provider);
      this.#told.onOutput?.(`${model} is computed by ONNX Runtime on ${on.provider}.\n`);
      for (const { name, reason } of on.skipped) this.#places.log(`${model} is not computed on ${name}: ${reason}`);
    });
    await process.ask((c) => c.sendRequest(PretrainedRequest, { model, source, providers }));
    return process;
  }

  /** Fetched first, where it is one of the hub that is not kept yet. */
  async #locate(model: string): Promise<Located> {
    const { folders, cache } = this.#places;
    const there = await locate(model, this.#exercise, cache);
    if (there !== "to fetch") return there;
    const onDownload = ({ loaded, total, file }: { loaded: number; total: number; file: string }) =>
      this.#told.onEvent({ kind: "progress", done: loaded, total, label: `fetching ${file}` });
    await fetchModel(model, { start: (...given) => this.#program(...given), folders, cache, onDownload });
    const fetched = await locate(model, this.#exercise, cache);
    if (fetched === "to fetch") throw new Error(`${model} was fetched, and is not there`);
    return fetched;
  }

  #program(...given: Parameters<PretrainedPlaces["start"]>): Process {
    if (this.#over) throw new Error("the run has ended");
    const process = this.#places.start(...given);
    this.#started.add(process);
    return process;
  }
}

const asked = (process: Process, params: EncodeParams): Promise<Wire> => process.ask((c) => c.sendRequest(EncodeRequest, params));

/** Learner code runs in the process that asks. */
function requireQuestion(params: unknown): void {
  const { model, texts } = (params ?? {}) as Partial<Record<keyof EncodeParams, unknown>>;
  if (typeof model === "string" && Array.isArray(texts) && texts.every((text) => typeof text === "string")) return;
  throw new UserError("A pretrained model is asked with its name and a list of texts.", "Call pretrained.bert(name).encode([text, ...]).");
}

const NONE_ALLOWED = new UserError(
  "This exercise cannot use the execution provider of your choice.",
  'Choose another in the setting practicum.executionProvider, or "auto".',
);

const died = (error: unknown): boolean => error instanceof ResponseError && faultFrom(error.data).kind === "died";
