/** Pretrained models for a run: a process computes them, started when the run first asks. */
import { createRequire } from "node:module";
import path from "node:path";
import { ResponseError } from "vscode-jsonrpc/node";
import type { Exercise } from "../exercise/model.ts";
import { faultFrom } from "../protocol/fault.ts";
import {
  ComputedOnNotification,
  DownloadNotification,
  type EncodeParams,
  EncodeRequest,
  PROVIDERS,
  type PretrainedOptions,
  PretrainedRequest,
  type ProviderName,
} from "../protocol/pretrained.ts";
import { IMPLEMENTATION_FAULT } from "../protocol/runtime.ts";
import type { RunRequest } from "./api.ts";
import { allowed } from "./ladder.ts";
import type { Process } from "./process.ts";
import { runMemory, watch } from "./watch.ts";

export interface PretrainedPlaces {
  readonly start: () => Process;
  /** Folders in whose node_modules `@huggingface/transformers` may be. */
  readonly folders: readonly string[];
  /** Where models of the hub are kept. */
  readonly cache: string;
  /** The one execution provider that the learner wants; the best by default. */
  readonly pin?: ProviderName;
  readonly log: (line: string) => void;
}

type Told = Pick<RunRequest, "onEvent" | "onOutput">;

/**
 * Answers the requests of a run's process until the run ends.
 * @returns ends the process that computes, if there is one
 */
export function servePretrained(run: Process, exercise: Exercise, places: PretrainedPlaces, told: Told): () => void {
  const providers = allowed(PROVIDERS, exercise.executionProvider, places.pin);
  let computing: Promise<Process> | undefined;
  let started: Process | undefined;
  let provider: ProviderName | undefined;
  const begin = async (providers: readonly ProviderName[]): Promise<Process> => {
    started = places.start();
    watch(started, { who: "The process of the pretrained model", memoryMiB: runMemory(exercise.limits?.memoryMiB) });
    await started.ready;
    started.connection.onNotification(DownloadNotification, ({ loaded, total, file }) =>
      told.onEvent({ kind: "progress", done: loaded, total, label: `fetching ${file}` }),
    );
    started.connection.onNotification(ComputedOnNotification, ({ model, on }) => {
      provider = on.provider;
      told.onOutput?.(`${model} is computed by ONNX Runtime on ${provider}.\n`);
      for (const { name, reason } of on.skipped) places.log(`${model} is not computed on ${name}: ${reason}`);
    });
    await started.ask((c) => c.sendRequest(PretrainedRequest, optionsOf(exercise, places, providers)));
    return started;
  };
  const encode = async (process: Promise<Process>, params: EncodeParams) => (await process).ask((c) => c.sendRequest(EncodeRequest, params));
  run.connection.onRequest(EncodeRequest, async (params) => {
    if (providers.length === 0) throw new ResponseError(IMPLEMENTATION_FAULT, NONE_ALLOWED, { kind: "threw", message: NONE_ALLOWED });
    computing ??= begin(providers);
    const asked = computing;
    try {
      return await encode(asked, params);
    } catch (error) {
      const byDriver = died(error) && run.running && provider !== "cpu" && providers.includes("cpu");
      if (!byDriver) throw error;
      if (computing === asked) {
        places.log(`${exercise.id}: the process of its pretrained model ended, as a driver may make it; the processor goes on`);
        computing = begin(["cpu"]);
      }
      return encode(computing, params);
    }
  });
  return () => started?.kill();
}

const NONE_ALLOWED = 'This exercise cannot use the execution provider of your choice. Choose another in the setting practicum.executionProvider, or "auto".';

const died = (error: unknown): boolean => error instanceof ResponseError && faultFrom(error.data).kind === "died";

function optionsOf(exercise: Exercise, { folders, cache }: PretrainedPlaces, providers: readonly ProviderName[]): PretrainedOptions {
  const shipped = { texts: below("pretrained/", exercise.files), binaries: below("pretrained/", exercise.binaries) };
  const hub = process.env.HF_ENDPOINT; // a mirror, as for the hub's own tools
  const transformers = transformersIn(folders);
  return { shipped, providers, cache, ...(transformers && { transformers }), ...(hub && { hub }) };
}

function transformersIn(folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    try {
      return createRequire(path.join(folder, "_.js")).resolve("@huggingface/transformers");
    } catch {
      // not in this one
    }
  }
  return undefined;
}

const below = (prefix: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).filter(([file]) => file.startsWith(prefix)));
