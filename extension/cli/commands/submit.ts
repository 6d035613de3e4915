import path from "node:path";
import { writeSubmission } from "../../packs/submission.ts";
import { writeWhole } from "../../supervisor/files/write.ts";
import type { Context } from "../context.ts";
import { filesOf, requireOther } from "../outputs.ts";
import { type CommandResult, exitCodeOf } from "../perform.ts";
import { gradeAttempt } from "./grade.ts";

/** Grades all checks, and writes attempt and grade to one archive. */
export async function submit(context: Context, wanted: string, folder: string | undefined, { out }: { readonly out?: string }): Promise<CommandResult> {
  const exercise = await context.exercise(wanted);
  const attempt = await context.attempt(exercise, folder);
  const file = path.resolve(out ?? `${exercise.slug}.submission.tgz`);
  await requireOther("--out", file, filesOf(attempt));
  const grade = await gradeAttempt(context, exercise, attempt, {});
  if (grade.outcome === "notGraded") return { exitCode: exitCodeOf(grade.outcome), json: grade };
  await writeWhole(file, writeSubmission(attempt, grade), { what: "The submission" });
  context.terminal.print(`\nWritten to ${file}. Hand it in as it is.`);
  return { exitCode: 0, json: { file, grade } };
}
