/** One run of `run.ts` on an attempt, in a process of its own that ends with it. */
import { ResponseError } from "vscode-jsonrpc/node";
import { BOUNDS } from "../protocol/bounds.ts";
import { faultFrom } from "../protocol/fault.ts";
import { runEventOf } from "../protocol/runEvent.ts";
import {
  type BackendInfo,
  IMPLEMENTATION_FAULT,
  type ImplementationFault,
  LoadRequest,
  RunEventNotification,
  RunRequest,
  type SourceTree,
} from "../protocol/runtime.ts";
import type { RunRequest as Request, RunResult } from "./api.ts";
import { serveCheckpoints } from "./checkpoints.ts";
import { Clock, timeFault } from "./clock.ts";
import type { Climbed } from "./ladder.ts";
import { type PretrainedPlaces, servePretrained } from "./pretrained.ts";
import { killed, type Process } from "./process.ts";
import { runtimeSeed } from "./seeds.ts";
import { runMemory, watch } from "./watch.ts";

type Log = (line: string) => void;

/** Never rejects for what the attempt does, nor when it is cancelled: the result says so. */
export async function run(
  climb: (signal?: AbortSignal) => Promise<Climbed>,
  request: Request,
  seed: number,
  log: Log,
  pretrained: PretrainedPlaces,
): Promise<RunResult> {
  const started = performance.now();
  let limits: Limits | undefined;
  let endPretrained: (() => void) | undefined;
  let tidyCheckpoints: (() => Promise<void>) | undefined;
  let process: Process | undefined;
  let backend: BackendInfo | undefined;
  const result = (state: RunResult["state"], fault?: ImplementationFault): RunResult => ({
    state,
    backend,
    seed,
    ms: performance.now() - started,
    ...(fault && { fault }),
  });
  try {
    request.signal?.throwIfAborted();
    ({ process, backend } = await climb(request.signal));
    limits = new Limits(process, request);
    endPretrained = servePretrained(process, request.exercise, pretrained, request);
    tidyCheckpoints = serveCheckpoints(process.connection, request.attempt.root);
    request.signal?.throwIfAborted();
    request.onBackend?.(backend);
    log(`${request.exercise.id} runs in process ${process.pid} on ${backend.name}`);
    await runProgram(process, log, request, seed);
    return result("finished");
  } catch (error) {
    if (request.signal?.aborted) return result("cancelled");
    if (error instanceof ResponseError && error.code === IMPLEMENTATION_FAULT) return result("errored", faultFrom(error.data));
    throw error;
  } finally {
    limits?.dispose();
    if (process) await killed([process]);
    endPretrained?.();
    await tidyCheckpoints?.();
  }
}

/** Of a flood of what is no event, the first few are told. */
const REFUSALS_TOLD = 10;

async function runProgram(
  process: Process,
  log: Log,
  { exercise, attempt, scale = "quick", profile, corpus, onEvent, onOutput }: Request,
  seed: number,
): Promise<void> {
  if (onOutput) process.onOutput = onOutput;
  let refused = 0;
  process.connection.onNotification(RunEventNotification, (wire) => {
    const event = runEventOf(wire);
    if (event) onEvent(event);
    else if (refused++ < REFUSALS_TOLD) log(`${exercise.id}: a run event that is none was refused: ${JSON.stringify(wire).slice(0, 200)}`);
  });
  const program: SourceTree = { root: attempt.root, entry: "run.ts", files: { "run.ts": exercise.files["run.ts"] ?? "", ...attempt.files } };
  const { implementation } = await process.ask((c) =>
    c.sendRequest(LoadRequest, { source: attempt, seed: runtimeSeed(seed), corpus: corpus ?? exercise.files["corpus.txt"] }),
  );
  await process.ask((c) => c.sendRequest(RunRequest, { implementation, program, scale, profile }));
}

/** Cancellation, time, processors and memory: each ends the process. */
class Limits {
  readonly #dispose: () => void;

  constructor(process: Process, { exercise, signal }: Request) {
    const { runSeconds = BOUNDS.runSeconds, memoryMiB } = exercise.limits ?? {};
    const cancel = () => process.kill();
    signal?.addEventListener("abort", cancel, { once: true });
    const late = `The run was stopped after its limit of ${runSeconds} s.`;
    const clock = new Clock({ pid: () => process.programPid, limitMs: runSeconds * 1000, onOver: (over, clock) => process.stop(timeFault(over, clock, late)) });
    clock.run();
    const unwatch = watch(process, { who: "The run", memoryMiB: runMemory(memoryMiB), processorSeconds: runSeconds * BOUNDS.runProcessors });
    this.#dispose = () => {
      signal?.removeEventListener("abort", cancel);
      clock.rest();
      unwatch();
    };
  }

  dispose(): void {
    this.#dispose();
  }
}
