/** A measuring program in a runtime of ours, as a run: what a learner's program would see. */
import { backendsFolder } from "../../extension/packs/places.ts";
import type { BackendName, RunEvent } from "../../extension/protocol/runtime.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, REFERENCE, tinyExercise } from "../processes/tinyPack.ts";
import type { Row } from "./measure.ts";

/** Those that compute on a GPU. */
export const GPU_BACKENDS: readonly BackendName[] = ["tfjs-node-gpu", "webgpu"];

export interface Measured {
  /** Every value of every series, in order. */
  readonly series: ReadonlyMap<string, readonly number[]>;
  readonly backend: string;
}

/**
 * @param body of run.ts, which has `tf` and all of `practicum`, and logs what it measured
 * @param backend the only one that it may run on; the best by default
 * @throws {Error} when the program does
 */
export async function measuredBy(dist: string, body: string, backend?: BackendName): Promise<Measured> {
  const supervisor = createSupervisor({ dist, backend, backends: process.env.PRACTICUM_BACKENDS ?? backendsFolder() });
  const events: RunEvent[] = [];
  const program = `import * as tf from "@tensorflow/tfjs";\nimport { breathe, crossEntropy, device, gelu, layerNorm, random, trace } from "practicum";\nexport default async function run(): Promise<void> {\n${body}\n}\n`;
  try {
    const exercise = await tinyExercise({ "run.ts": program });
    const result = await supervisor.run({ exercise, attempt: attemptOf(REFERENCE), onEvent: (event) => events.push(event) });
    if (result.state !== "finished") throw new Error(result.fault?.message ?? result.state);
    const series = new Map<string, number[]>();
    for (const event of events) {
      if (event.kind === "points") for (const { series: name, value } of event.points) series.set(name, [...(series.get(name) ?? []), value]);
    }
    return { series, backend: result.backend?.name ?? "none" };
  } finally {
    await supervisor.dispose();
  }
}

/** A row of what could not be measured, with the reason. */
export const absent = (row: Omit<Row, "value">, error: unknown): Row => ({ ...row, note: error instanceof Error ? error.message : String(error) });
