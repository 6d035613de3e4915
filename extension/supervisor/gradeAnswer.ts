/** What a grader says, looked at before it is believed: pack code runs in its process. */
import * as z from "zod/mini";
import { checkResult, unaskedCheck } from "../protocol/checkSchema.ts";
import type { CheckDescription, CheckResult, UnaskedCheck } from "../protocol/grade.ts";
import { plain } from "../protocol/plainText.ts";

const gradeAnswer = z.object({ results: z.array(checkResult), unasked: z.array(unaskedCheck) });

/** The result, made anew from the parts that belong to it; nothing, and a line in the log, when it is none. */
export function resultFrom(data: unknown, log: (line: string) => void): CheckResult | undefined {
  const parsed = checkResult.safeParse(data);
  if (!parsed.success) log(`a check result that is none was refused: ${reasonOf(parsed.error)}: ${JSON.stringify(data)?.slice(0, 200)}`);
  return parsed.data;
}

/** @throws {TypeError} when it is no answer: then nothing is known of the attempt */
export function answerFrom(data: unknown): { readonly results: readonly CheckResult[]; readonly unasked: readonly UnaskedCheck[] } {
  const parsed = gradeAnswer.safeParse(data);
  if (!parsed.success) throw new TypeError(`the grader's answer is no grade: ${reasonOf(parsed.error)}`);
  return parsed.data;
}

/** What a grader says of its checks, with titles that can be shown. @throws {TypeError} when it is no such list */
export function descriptionsFrom(checks: readonly CheckDescription[]): readonly CheckDescription[] {
  if (!Array.isArray(checks) || checks.some((check) => typeof check?.title !== "string")) throw new TypeError("the grader's answer is no list of checks");
  return checks.map((check) => ({ ...check, title: plain(check.title) }));
}

const reasonOf = (error: z.core.$ZodError): string => error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": ")).join("; ");
