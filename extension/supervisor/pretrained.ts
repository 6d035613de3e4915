/** Pretrained models for a run: a process computes them, started when the run first asks. */
import { createRequire } from "node:module";
import path from "node:path";
import type { Exercise } from "../exercise/model.ts";
import { DownloadNotification, EncodeRequest, PretrainedRequest } from "../protocol/pretrained.ts";
import type { RunEvent } from "../protocol/runtime.ts";
import type { Process } from "./process.ts";

export interface PretrainedPlaces {
  readonly start: () => Process;
  /** Folders in whose node_modules `@huggingface/transformers` may be. */
  readonly folders: readonly string[];
  /** Where models of the hub are kept. */
  readonly cache: string;
}

/**
 * Answers the requests of a run's process until the run ends.
 * @returns ends the process that computes, if there is one
 */
export function servePretrained(run: Process, exercise: Exercise, places: PretrainedPlaces, onEvent: (event: RunEvent) => void): () => void {
  let computing: Promise<Process> | undefined;
  let started: Process | undefined;
  const begin = async (): Promise<Process> => {
    started = places.start();
    await started.ready;
    started.connection.onNotification(DownloadNotification, ({ loaded, total, file }) =>
      onEvent({ kind: "progress", done: loaded, total, label: `fetching ${file}` }),
    );
    const shipped = { texts: below("pretrained/", exercise.files), binaries: below("pretrained/", exercise.binaries) };
    const hub = process.env.HF_ENDPOINT; // a mirror, as for the hub's own tools
    const transformers = transformersIn(places.folders);
    await started.ask((c) => c.sendRequest(PretrainedRequest, { shipped, cache: places.cache, ...(transformers && { transformers }), ...(hub && { hub }) }));
    return started;
  };
  run.connection.onRequest(EncodeRequest, async (params) => {
    computing ??= begin();
    return (await computing).ask((c) => c.sendRequest(EncodeRequest, params));
  });
  return () => started?.kill();
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
