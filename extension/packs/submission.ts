/** A submission: an attempt with its grade, as one archive that an instructor can grade again. */
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import type { Grade } from "../protocol/grade.ts";
import { isPlain } from "../protocol/plainText.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import { readArchive, writeArchive } from "./archive.ts";

const RECORD = "submission.json";
const ATTEMPT = "attempt/";

/** It is shown to an instructor, and a learner has written it. */
const words = z.string().refine(isPlain);
const outcome = z.enum(["passed", "failed", "errored", "timedOut", "notGraded"]);
/** Of the grade only what is needed to grade again and to compare; the rest of it travels as it is. */
const gradeSchema = z.looseObject({
  exercise: words,
  packVersion: words,
  outcome,
  score: z.number(),
  points: z.number(),
  tier: z.enum(["save", "run"]),
  seed: z.number().int(),
  digests: z.looseObject({ attempt: z.string(), pack: z.string() }),
  checks: z.array(z.looseObject({ id: z.string(), title: words, outcome, hidden: z.boolean() })),
});
const recordSchema = z.object({ format: z.literal(1), entry: z.string(), grade: gradeSchema });

export interface Submission {
  readonly attempt: SourceTree;
  /** As the learner's machine graded it. */
  readonly grade: z.infer<typeof gradeSchema>;
}

export function writeSubmission(attempt: SourceTree, grade: Grade): Buffer {
  const files = new Map(Object.entries(attempt.files).map(([file, text]) => [`${ATTEMPT}${file}`, Buffer.from(text)]));
  files.set(RECORD, Buffer.from(`${JSON.stringify({ format: 1, entry: attempt.entry, grade }, null, 2)}\n`));
  return writeArchive(files);
}

/** @param name for messages and stack traces @throws {UserError} when it is not a submission */
export async function readSubmission(archive: Buffer, name: string): Promise<Submission> {
  const files = await readArchive(archive);
  const record = recordSchema.safeParse(jsonOf(files.get(RECORD)));
  if (!record.success) throw new UserError(`${name} is not a submission.`, "Make one with: practicum submit <exercise>");
  const { entry, grade } = record.data;
  const own = [...files].filter(([file]) => file.startsWith(ATTEMPT));
  const tree = { root: name, entry, files: Object.fromEntries(own.map(([file, text]) => [file.slice(ATTEMPT.length), text.toString("utf8")])) };
  if (!Object.hasOwn(tree.files, entry)) throw new UserError(`${name} lacks the attempt's ${entry}.`, "Ask the learner to submit again.");
  return { attempt: tree, grade };
}

/** The grade speaks of the pack that is there, and of other checks where that is not the one it was graded by. */
export const sameChecks = ({ grade }: Submission, exercise: Exercise): boolean => grade.digests.pack === exercise.pack.digest;

function jsonOf(content: Buffer | undefined): unknown {
  try {
    return JSON.parse(content?.toString("utf8") ?? "");
  } catch {
    return undefined;
  }
}
