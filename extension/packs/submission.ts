/** A submission: an attempt with its grade, as one archive that an instructor grades again. All of it is a learner's word. */
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Grade } from "../protocol/grade.ts";
import { isPlain } from "../protocol/plainText.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import { digestOf } from "../supervisor/seeds.ts";
import { type Files, writeArchive } from "./archive.ts";

const RECORD = "submission.json";
const ATTEMPT = "attempt/";
const MIB = 2 ** 20;
/** An attempt is some files of text; a record holds its checks, with the maps of a few tensors. */
export const SUBMISSION = { recordBytes: 16 * MIB, attemptBytes: 8 * MIB, checks: 1000, words: 1000 } as const;

/** It is shown to an instructor, and a learner has written it. */
const words = z.string().max(SUBMISSION.words).refine(isPlain);
const outcome = z.enum(["passed", "failed", "errored", "timedOut", "notGraded"]);
/** What is compared with the instructor's own grade, and nothing else: neither seed nor tier of it is believed. */
const claimSchema = z.object({
  exercise: words,
  pack: words.optional(),
  packVersion: words,
  outcome,
  score: z.number(),
  points: z.number(),
  tier: z.enum(["save", "run"]),
  seed: z.number(),
  replay: z.boolean().optional(),
  startedAt: words.optional(),
  digests: z.object({ attempt: words, checks: words.optional() }),
  checks: z
    .array(z.object({ title: words, outcome, points: z.number().optional() }))
    .max(SUBMISSION.checks)
    .readonly(),
});
const recordSchema = z.object({ format: z.literal(1), entry: words, grade: claimSchema });

/** What a learner's file says of the grade that it was given on the learner's machine. */
export type Claim = z.infer<typeof claimSchema>;

export interface Submission {
  readonly attempt: SourceTree;
  /** Of the attempt's files as they are here. */
  readonly digest: string;
  readonly claim: Claim;
}

export function writeSubmission(attempt: SourceTree, grade: Grade): Buffer {
  const files = new Map(Object.entries(attempt.files).map(([file, text]) => [`${ATTEMPT}${file}`, Buffer.from(text)]));
  files.set(RECORD, Buffer.from(`${JSON.stringify({ format: 1, entry: attempt.entry, grade }, null, 2)}\n`));
  return writeArchive(files);
}

/** Whether an archive is meant as one. */
export const isSubmission = (files: Files): boolean => files.has(RECORD) || [...files.keys()].some((file) => file.startsWith(ATTEMPT));

/** @param name for messages and stack traces @throws {UserError} when it is not a submission */
export function readSubmission(files: Files, name: string): Submission {
  const { entry, grade: claim } = recordOf(files.get(RECORD), name);
  const own = [...files].filter(([file]) => file.startsWith(ATTEMPT));
  if (own.reduce((sum, [, content]) => sum + content.length, 0) > SUBMISSION.attemptBytes)
    throw new UserError(`The attempt in ${name} is larger than ${SUBMISSION.attemptBytes / MIB} MiB.`, "Ask the learner to submit the code alone.");
  const tree = { root: name, entry, files: Object.fromEntries(own.map(([file, text]) => [file.slice(ATTEMPT.length), text.toString("utf8")])) };
  if (!Object.hasOwn(tree.files, entry)) throw new UserError(`${name} lacks the attempt's ${entry}.`, "Ask the learner to submit again.");
  return { attempt: tree, digest: digestOf(tree.files), claim };
}

function recordOf(content: Buffer | undefined, name: string): z.infer<typeof recordSchema> {
  if (content === undefined) throw noSubmission(name, `it lacks ${RECORD}`);
  if (content.length > SUBMISSION.recordBytes) throw noSubmission(name, `its ${RECORD} is larger than ${SUBMISSION.recordBytes / MIB} MiB`);
  const { data, error } = recordSchema.safeParse(jsonOf(content));
  if (data) return data;
  const at = error.issues[0]?.path.join(".");
  throw noSubmission(name, `its ${RECORD} is not as practicum submit writes it${at ? `, at ${at}` : ""}`);
}

const noSubmission = (name: string, why: string): UserError =>
  new UserError(`${name} is not a submission: ${why}.`, "Make one with: practicum submit <exercise>");

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
