/** Where the wrong answers of a grade part from the reference: only where an attempt traces, so that nobody else pays for it. */
import { messageOf } from "../errors.ts";
import { divergenceOf } from "../grading/divergence.ts";
import type { Divergence } from "../protocol/tensorMismatch.ts";
import type { Answer } from "./ask.ts";
import { type WrongAnswer, withinLimit } from "./diagnoses.ts";
import type { PreparedCheck } from "./examine.ts";
import type { MistakenAnswers } from "./mistakenAnswers.ts";

/** @returns check id -> divergence, for the checks that have one */
export async function divergences(wrong: readonly WrongAnswer[], mistaken: MistakenAnswers): Promise<Map<string, Divergence>> {
  const found = new Map<string, Divergence>();
  await withinLimit(async (late) => {
    for (const { check, wrong: answer } of wrong) {
      if (late() || "threw" in answer || answer.traced.flat().length === 0) continue;
      const { hidden = false } = check.definition;
      const divergence = divergenceOf(answer.traced, await tracedByReference(check, mistaken), { hidden });
      if (divergence) found.set(check.id, divergence);
    }
  });
  return found;
}

/** Known where its answer was the expected one. Otherwise it is asked, unless that would be a training. */
async function tracedByReference(check: PreparedCheck, mistaken: MistakenAnswers): Promise<Answer["traced"]> {
  if (check.reference || check.definition.when === "run") return check.reference?.traced ?? [];
  try {
    return (await mistaken.ofReference(check)).traced;
  } catch (error) {
    process.stderr.write(`the reference on "${check.definition.title}": ${messageOf(error)}\n`);
    return [];
  }
}
