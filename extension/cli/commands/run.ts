import { randomUUID } from "node:crypto";
import type { Exercise } from "../../exercise/model.ts";
import type { SourceTree } from "../../protocol/runtime.ts";
import type { RunResult } from "../../supervisor/api.ts";
import { writeWhole } from "../../supervisor/files/write.ts";
import { chromeTrace } from "../../supervisor/profile/chromeTrace.ts";
import { reportOf } from "../../supervisor/profile/report.ts";
import { RunStore } from "../../supervisor/runStore.ts";
import { writeEventFile } from "../../supervisor/tensorBoard.ts";
import type { Context } from "../context.ts";
import { readCorpus } from "../corpus.ts";
import { filesOf, requireOther } from "../outputs.ts";
import { type CommandResult, exitCodeOf } from "../perform.ts";
import { profileLines } from "../profileLines.ts";
import { backendText, latestValues, problemLines, seriesLines } from "../report.ts";
import { gradeAttempt } from "./grade.ts";

export interface RunOptions {
  readonly seed?: number;
  readonly corpus?: string;
  readonly scale: "quick" | "full";
  /** False for --no-grade. */
  readonly grade: boolean;
  readonly hints?: boolean;
  /** File to write a trace of every operation to. */
  readonly profile?: string;
  /** Folder for TensorBoard's event file. */
  readonly tensorboard?: string;
}

export async function run(context: Context, wanted: string, folder: string | undefined, options: RunOptions): Promise<CommandResult> {
  const { terminal } = context;
  const exercise = await context.exercise(wanted);
  const attempt = await context.attempt(exercise, folder);
  if (options.profile !== undefined) await requireOther("--profile", options.profile, filesOf(attempt));
  terminal.print(terminal.colors.bold(exercise.title));
  const { result, store } = await runAttempt(context, exercise, attempt, options);
  context.signal.throwIfAborted();
  for (const line of seriesLines(store.snapshot().series)) terminal.print(`  ${line}`);
  if (result.fault) for (const line of problemLines(result.fault, attempt.root, terminal.colors)) terminal.print(line);
  if (options.profile !== undefined) await tellProfile(context, store, options.profile);
  if (options.tensorboard !== undefined) terminal.print(`  ${terminal.colors.dim(await writeEventFile(options.tensorboard, store.record()))}`);
  const { title: _, id: __, ...snapshot } = store.snapshot();
  const json = { run: { ...snapshot, seed: result.seed, ms: result.ms } };
  if (result.state !== "finished") return { exitCode: 1, json };
  terminal.print(`  finished in ${(result.ms / 1000).toFixed(1)} s, seed ${result.seed}`);
  if (!options.grade) return { exitCode: 0, json };
  terminal.print();
  const graded = await gradeAttempt(context, exercise, attempt, options);
  return { exitCode: exitCodeOf(graded.outcome), json: { ...json, grade: graded } };
}

/** The component table, and the trace for Perfetto, speedscope and chrome://tracing. */
async function tellProfile({ terminal }: Context, { profile, head: { title } }: RunStore, file: string): Promise<void> {
  if (!profile) return;
  for (const line of profileLines(reportOf(profile), terminal.colors)) terminal.print(line && `  ${line}`);
  await writeWhole(file, `${JSON.stringify(chromeTrace(profile, title))}\n`, { what: "The trace" });
  terminal.print(`  ${file} opens in Perfetto, speedscope and chrome://tracing`);
}

async function runAttempt(context: Context, exercise: Exercise, attempt: SourceTree, options: RunOptions): Promise<{ result: RunResult; store: RunStore }> {
  const { terminal, signal, supervisor } = context;
  const { scale, seed, profile } = options;
  let latest = "";
  const store = new RunStore({ id: randomUUID(), exercise: exercise.id, title: exercise.title, scale, startedAt: new Date().toISOString() });
  try {
    const result = await supervisor.run({
      exercise,
      attempt,
      scale,
      profile: profile !== undefined,
      seed,
      corpus: await readCorpus(options.corpus),
      signal,
      onBackend: (backend) => {
        store.backend(backend);
        terminal.print(`  ${terminal.colors.dim(backendText(backend))}`);
      },
      onEvent: (event) => {
        store.event(event);
        latest = latestValues(event) || latest;
        const { done = 0, total = 0, label, left } = store.head.progress ?? {};
        terminal.progress(done, total, [label, left, latest].filter(Boolean).join("  "));
      },
      onOutput: (text) => {
        store.output(text);
        terminal.write(text);
      },
    });
    store.move(result.state, result.fault?.message);
    return { result, store };
  } finally {
    terminal.endProgress();
  }
}
