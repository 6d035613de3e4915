import type { Exercise } from "../../exercise/model.ts";
import { sealedChecks } from "../../packs/seal.ts";
import type { Grade } from "../../protocol/grade.ts";
import type { SourceTree } from "../../protocol/runtime.ts";
import type { Context } from "../context.ts";
import { readCorpus } from "../corpus.ts";
import { type CommandResult, exitCodeOf } from "../perform.ts";
import { checkLines, gradeLines, Saying } from "../report.ts";

export interface GradeOptions {
  readonly seed?: number;
  readonly corpus?: string;
  readonly fast?: boolean;
  /** The hint of every check that failed, not of the first one only. */
  readonly hints?: boolean;
  /** False where the attempt is somebody else's. */
  readonly record?: false;
}

export async function grade(context: Context, wanted: string, folder: string | undefined, options: GradeOptions): Promise<CommandResult> {
  const exercise = await context.exercise(wanted);
  const attempt = await context.attempt(exercise, folder);
  context.terminal.print(context.terminal.colors.bold(exercise.title));
  const result = await gradeAttempt(context, exercise, attempt, options);
  const sealed = sealedChecks(exercise);
  if (sealed > 0)
    context.terminal.print(context.terminal.colors.dim(`${sealed} sealed ${sealed === 1 ? "file" : "files"} of checks: your instructor asks those.`));
  return { exitCode: exitCodeOf(result.outcome), json: result };
}

/** Grades, and prints each check as it finishes. */
export async function gradeAttempt(context: Context, exercise: Exercise, attempt: SourceTree, options: GradeOptions): Promise<Grade> {
  const { terminal, signal, supervisor } = context;
  const saying = new Saying(options.hints);
  const result = await supervisor.grade({
    exercise,
    attempt,
    tier: options.fast ? "save" : "run",
    seed: options.seed,
    corpus: await readCorpus(options.corpus),
    signal,
    onCheck: (check) => {
      for (const line of checkLines(check, attempt.root, terminal.colors, saying)) terminal.print(line);
    },
    onOutput: (text) => terminal.writeAside(text),
  });
  for (const line of gradeLines(result, attempt.root, terminal.colors, saying)) terminal.print(line);
  if (options.record !== false) await context.record(attempt, result);
  return result;
}
