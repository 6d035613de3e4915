import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../errors.ts";
import { readKeys } from "../../packs/keys.ts";
import { keyFolder } from "../../packs/places.ts";
import { unseal } from "../../packs/seal.ts";
import { differences, readSubmission, sameChecks, writeSubmission } from "../../packs/submission.ts";
import type { Context } from "../context.ts";
import { type CommandResult, exitCodeOf } from "../perform.ts";
import { gradeJson } from "../report.ts";
import { gradeAttempt } from "./grade.ts";

/** Grades all checks, and writes attempt and grade to one archive. */
export async function submit(context: Context, wanted: string, folder: string | undefined, { out }: { readonly out?: string }): Promise<CommandResult> {
  const exercise = await context.exercise(wanted);
  const attempt = await context.attempt(exercise, folder);
  const grade = await gradeAttempt(context, exercise, attempt, {});
  if (grade.outcome === "notGraded") return { exitCode: exitCodeOf(grade.outcome), json: gradeJson(grade) };
  const file = path.resolve(out ?? `${exercise.slug}.submission.tgz`);
  await writeFile(file, writeSubmission(attempt, grade));
  context.terminal.print(`\nWritten to ${file}. Hand it in as it is.`);
  return { exitCode: 0, json: { file, grade: gradeJson(grade) } };
}

/** Grades a submission again, on the inputs that it was graded on, and says what differs. */
export async function gradeSubmission(context: Context, file: string, { keys = keyFolder() }: { readonly keys?: string }): Promise<CommandResult> {
  const { terminal } = context;
  const archive = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`${file} cannot be read (${cause.code}).`, "Name a file that practicum submit has written.", { cause });
  });
  const submission = await readSubmission(archive, path.resolve(file));
  const published = await context.exercise(submission.grade.exercise);
  const { sealing } = await readKeys(keys);
  const exercise = sealing === undefined ? published : unseal(published, sealing);
  terminal.print(terminal.colors.bold(exercise.title));
  if (!sameChecks(submission, exercise)) {
    terminal.print(terminal.colors.yellow(`It was graded by version ${submission.grade.packVersion} of the pack; here is ${exercise.pack.version}.`));
  }
  const grade = await gradeAttempt(context, exercise, submission.attempt, { seed: submission.grade.seed, fast: submission.grade.tier === "save" });
  const changed = differences(submission.grade, grade);
  for (const { title, before = "not asked", after = "not asked" } of changed) terminal.print(`  ${title}: ${before} → ${after}`);
  if (changed.length === 0) terminal.print(terminal.colors.dim(`As submitted: ${submission.grade.score}/${submission.grade.points} points.`));
  return { exitCode: exitCodeOf(grade.outcome), json: { submitted: submission.grade, grade: gradeJson(grade), differences: changed } };
}
