/** Which misconceptions the wrong answers of a grade are, found out together: one that explains more of them is the likelier mistake. */
import { diagnose } from "../grading/diagnose.ts";
import type { Diagnosis } from "../protocol/grade.ts";
import type { PreparedCheck, Wrong } from "./examine.ts";
import type { Mistaken, MistakenAnswers } from "./mistakenAnswers.ts";

export interface WrongAnswer {
  readonly check: PreparedCheck;
  readonly wrong: Wrong;
}

/** All diagnosing of a grade together; a misconception that does not answer within it explains nothing. */
const LIMIT_MS = 20_000;

/** @returns check id -> diagnosis, for the checks that have one */
export async function diagnoses(
  wrong: readonly WrongAnswer[],
  mistaken: MistakenAnswers,
  sentences: Readonly<Record<string, string>>,
): Promise<Map<string, Diagnosis>> {
  const found = new Map<string, Diagnosis[]>();
  await withinLimit(async (late) => {
    for (const answer of wrong) found.set(answer.check.id, await matches(answer, mistaken, sentences, late));
  });
  const explained = new Map<string, number>();
  for (const { misconception } of [...found.values()].flat()) explained.set(misconception, (explained.get(misconception) ?? 0) + 1);
  const likelier = (a: Diagnosis, b: Diagnosis) => (explained.get(b.misconception) ?? 0) - (explained.get(a.misconception) ?? 0) || a.distance - b.distance;
  return new Map(
    [...found].flatMap(([id, candidates]) =>
      candidates
        .sort(likelier)
        .slice(0, 1)
        .map((best) => [id, best] as const),
    ),
  );
}

async function matches(
  { check, wrong }: WrongAnswer,
  mistaken: MistakenAnswers,
  sentences: Readonly<Record<string, string>>,
  late: () => boolean,
): Promise<Diagnosis[]> {
  const found: Diagnosis[] = [];
  for (const misconception of check.definition.catches ?? []) {
    if (late()) break;
    const known = await mistaken.of(check, misconception);
    const diagnosis = known && match(check, wrong, known, { misconception, sentence: sentences[misconception] ?? misconception });
    if (diagnosis) found.push(diagnosis);
  }
  return found;
}

/** The same wrong answer, or the same error in its place. */
function match(check: PreparedCheck, wrong: Wrong, known: Mistaken, named: Omit<Diagnosis, "distance">): Diagnosis | undefined {
  if ("threw" in wrong) return "threw" in known && known.threw === wrong.threw ? { ...named, distance: 0 } : undefined;
  return "answer" in known ? diagnose(wrong.got, [{ ...named, answer: known.answer }], check.want, check.definition.expect.expectation) : undefined;
}

export async function withinLimit(work: (late: () => boolean) => Promise<void>): Promise<void> {
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      over = true;
      resolve();
    }, LIMIT_MS);
  });
  await Promise.race([work(() => over), limit]);
  clearTimeout(timer);
}
