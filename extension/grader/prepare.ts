/** What can be done before the attempt is there: inputs' seeds and expected answers. */
import { type CheckDefinition, Draw } from "../check/index.ts";
import { asksReference } from "../grading/expectation.ts";
import type { CheckDescription, UnaskedCheck } from "../protocol/grade.ts";
import type { PrepareParams } from "../protocol/grader.ts";
import { type Answer, ask } from "./ask.ts";
import { brokenCheck, type PreparedCheck } from "./examine.ts";
import type { Implementations } from "./implementations.ts";
import { AttemptFault, isLate } from "./remote.ts";

export async function prepareChecks(
  definitions: readonly CheckDefinition[],
  { seed, tier, only }: Pick<PrepareParams, "seed" | "tier" | "only">,
  all: Implementations,
): Promise<PreparedCheck[]> {
  const prepared: PreparedCheck[] = [];
  let late = 0;
  for (const [index, definition] of definitions.entries()) {
    if ((tier === "save" && definition.when !== "save") || only?.includes(definition.title) === false) continue;
    const check = { definition, id: idOf(definition, index), seed: mixed(seed, index) };
    const answered = late < MAX_TIMEOUTS ? await withAnswer(check, all) : { ...check, unprepared: NOT_PREPARED };
    if (answered.late) late++;
    prepared.push(answered);
  }
  return prepared;
}

export const descriptionOf = ({ title, when, points, hidden = false, catches = [], expect }: CheckDefinition): CheckDescription => ({
  title,
  when,
  points,
  hidden,
  catches,
  expectation: expect.expectation,
});

/** What is known of the checks that were left out. */
export const unaskedOf = (definitions: readonly CheckDefinition[], prepared: readonly PreparedCheck[]): UnaskedCheck[] =>
  definitions
    .map((definition, index) => ({ id: idOf(definition, index), title: definition.title, hidden: definition.hidden ?? false, points: definition.points }))
    .filter(({ id }) => !prepared.some((check) => check.id === id));

/** Two titles may differ in signs only. */
const idOf = ({ title }: CheckDefinition, index: number): string => `${index + 1}-${slug(title)}`;

/** A reference that hangs does so at every question: after this many, the rest is not asked. */
const MAX_TIMEOUTS = 2;
const NOT_PREPARED = "The reference was not asked any more, as it ran out of time at the checks before.";

async function withAnswer(check: PreparedCheck, all: Implementations): Promise<PreparedCheck & { readonly late?: boolean }> {
  try {
    return { ...check, ...(await wanted(check, all)) };
  } catch (error) {
    const { expectation } = check.definition.expect;
    const who = "source" in expectation ? expectation.source : "reference";
    if (!(error instanceof AttemptFault)) return { ...check, unprepared: brokenCheck(error) };
    return { ...check, unprepared: `The ${who} could not answer this check: ${error.message}`, late: isLate(error.fault) };
  }
}

async function wanted(check: PreparedCheck, all: Implementations): Promise<Pick<PreparedCheck, "want" | "reference">> {
  const { expectation, answer } = check.definition.expect;
  const needed = asksReference(expectation);
  const reference = needed ? await ask(check, "reference", all) : await askedAhead(check, all);
  all.parts.check(check.definition);
  const given = await answer?.(new Draw(check.seed), all.onnx);
  const ofReference = needed ? reference?.value : undefined;
  const want = expectation.kind === "each" ? { ...(ofReference as object), ...(given as object) } : (given ?? ofReference);
  return { want, ...(reference && { reference }) };
}

/** A check that takes the tools may measure, and is then held against the reference: a learner who saves need not wait for that. */
async function askedAhead(check: PreparedCheck, all: Implementations): Promise<Answer | undefined> {
  if (check.definition.when !== "save" || check.definition.ask.length < 3) return undefined;
  try {
    return await ask(check, "reference", all);
  } catch {
    return undefined; // where it is needed it is asked again, and then it is told
  }
}

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

/** Each check has a stream of its own, so that adding one does not change the inputs of the others' replay. */
function mixed(seed: number, index: number): number {
  let h = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
