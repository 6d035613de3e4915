/** Runs an exercise on its attempt, one at a time, and grades what was run. */
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { messageOf } from "../errors.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import type { RunResult } from "../supervisor/api.ts";
import { readAttempt } from "../supervisor/attempt.ts";
import type { KeptRuns } from "../supervisor/keptRuns.ts";
import { type RunHead, RunStore } from "../supervisor/runStore.ts";
import type { Attempt } from "./attempts.ts";
import { readCorpus } from "./corpus.ts";
import { setContext, setting } from "./editor.ts";
import type { Grading } from "./grading.ts";
import type { Runner } from "./supervision.ts";
import { requireTrust } from "./trust.ts";

export interface Run {
  readonly attempt: Attempt;
  readonly store: RunStore;
  readonly abort: AbortController;
  /** Why it is errored. */
  fault?: RunResult["fault"];
}

/** Whether it is under way, its grade included. */
export const isLive = ({ store }: Run): boolean => ["starting", "running", "grading"].includes(store.head.state);

export class Runs implements vscode.Disposable {
  readonly #supervisor: Runner;
  readonly #grading: Grading;
  /** Those that have ended, of other windows and of earlier days too. */
  readonly kept: KeptRuns;
  readonly #changed = new vscode.EventEmitter<Run>();
  /** Fires after every change of the newest run. */
  readonly onDidChange = this.#changed.event;
  #output: vscode.OutputChannel | undefined;
  #current: Run | undefined;
  /** Of each exercise the newest. */
  readonly #latest = new Map<string, Run>();

  constructor(supervisor: Runner, grading: Grading, kept: KeptRuns) {
    this.#supervisor = supervisor;
    this.#grading = grading;
    this.kept = kept;
  }

  get current(): Run | undefined {
    return this.#current;
  }

  /** The exercise's newest run, under way or over. */
  of(exercise: string): Run | undefined {
    return this.#latest.get(exercise);
  }

  /**
   * Ends the run before, starts a new one, and grades all checks after it, unless it was to be profiled.
   * @param profile records every operation
   * @returns the run as it ended
   * @throws {UserError} when it may not start
   */
  async run(attempt: Attempt, profile = false): Promise<RunHead> {
    requireTrust();
    const ended = this.#current && isLive(this.#current) ? this.#current : undefined;
    this.cancel();
    const run = this.#begin(attempt, ended && restartText(ended, attempt));
    try {
      const source = await readAttempt(attempt.exercise, attempt.folder);
      const result = await this.#supervise(run, source, profile);
      if (result.state === "finished" && !profile && !run.abort.signal.aborted) await this.#grade(run, source);
      else this.#end(run, result);
    } catch (thrown) {
      if (!run.abort.signal.aborted) {
        run.store.move("errored", messageOf(thrown));
        throw thrown;
      }
      run.store.move("cancelled");
    } finally {
      if (this.#current === run) void setContext("practicum.running", false);
      await this.kept.keep(run.store.record());
    }
    return run.store.head;
  }

  /** Ends the run's processes at once; what it traced stays. */
  cancel(): void {
    this.#current?.abort.abort();
  }

  dispose(): void {
    this.cancel();
    this.#changed.dispose();
    this.#output?.dispose();
  }

  #begin(attempt: Attempt, message: string | undefined): Run {
    const { id: exercise, title } = attempt.exercise;
    const store = new RunStore({ id: crypto.randomUUID(), exercise, title, scale: setting("practicum.scale"), startedAt: new Date().toISOString() });
    const run: Run = { attempt, store, abort: new AbortController() };
    this.#current = run;
    this.#latest.set(exercise, run);
    if (message) store.move("starting", message);
    store.onChange(() => this.#current === run && this.#changed.fire(run));
    this.#changed.fire(run);
    void setContext("practicum.running", true);
    return run;
  }

  async #supervise({ attempt, store, abort }: Run, source: SourceTree, profile: boolean): Promise<RunResult> {
    this.#output ??= vscode.window.createOutputChannel("Practicum Run");
    const output = this.#output;
    output.clear();
    const corpus = await readCorpus();
    return this.#supervisor.run({
      exercise: attempt.exercise,
      attempt: source,
      scale: store.head.scale,
      profile,
      signal: abort.signal,
      onBackend: (backend) => store.backend(backend),
      onEvent: (event) => store.event(event),
      onOutput: (text) => {
        store.output(text);
        output.append(text);
      },
      ...(corpus !== undefined && { corpus }),
    });
  }

  /** A grade is about the attempt as it is now: where it was saved anew since, the run's own grade would be stale. */
  async #grade({ attempt, store, abort }: Run, source: SourceTree): Promise<void> {
    const now = await readAttempt(attempt.exercise, attempt.folder);
    if (!isDeepStrictEqual(now, source)) return store.move("finished", "The attempt was saved since this run began. Run again for the slow checks.");
    store.move("grading");
    const stop = () => this.#grading.cancel(attempt);
    abort.signal.addEventListener("abort", stop, { once: true });
    const grade = await this.#grading.grade(attempt, "run", source);
    abort.signal.removeEventListener("abort", stop);
    if (abort.signal.aborted) store.move("cancelled");
    else store.move("finished", grade ? undefined : "The run is complete, but not graded.");
  }

  #end(run: Run, result: RunResult): void {
    if (result.fault) run.fault = result.fault;
    run.store.move(run.abort.signal.aborted ? "cancelled" : result.state, result.fault?.message);
  }
}

/** One runs at a time, and the one that was stopped is named. */
function restartText({ attempt, store }: Run, next: Attempt): string {
  const { progress } = store.head;
  const share = progress && progress.total > 0 ? ` at ${Math.floor((100 * progress.done) / progress.total)} %` : "";
  return attempt.exercise.id === next.exercise.id
    ? `Started anew: the run before was stopped${share}.`
    : `The run of ${attempt.exercise.title} was stopped${share}.`;
}
