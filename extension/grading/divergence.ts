/** Where two computations of the same answer part: the first of their named intermediates that is not the same. */
import type { TracedTensor } from "../protocol/runtime.ts";
import type { Divergence } from "../protocol/tensorMismatch.ts";
import { compare } from "./compare.ts";
import { explain } from "./explain.ts";
import { tensorMismatches } from "./tensorMismatch.ts";

/** Wide, as an intermediate has no verdict: rounding adds up, and its scale is not that of the answer. Of a value, and of the largest one. */
const ALIKE = 1e-3;

/**
 * @param got what each call of the attempt has traced, in order
 * @param want the same of the reference, to the same question
 * @returns nothing where they have no name in common
 */
export function divergenceOf(
  got: readonly (readonly TracedTensor[])[],
  want: readonly (readonly TracedTensor[])[],
  { hidden }: { readonly hidden: boolean },
): Divergence | undefined {
  let last: Divergence | undefined;
  for (const [call, expected] of want.entries()) {
    const agree: string[] = [];
    for (const [mine, theirs] of inCommon(got[call] ?? [], expected)) {
      const place = mine.location && { location: mine.location };
      const detail = differenceOf(mine, theirs);
      if (detail !== undefined) return told({ name: mine.name, agree: distinct(agree), ...place }, hidden ? "" : detail);
      agree.push(mine.name);
      last = told({ agree: distinct(agree), ...place });
    }
  }
  return last;
}

/** e.g. "First difference: `scores` (`q`, `k` agree)." */
function told(divergence: Omit<Divergence, "sentence">, detail = ""): Divergence {
  const { name, agree } = divergence;
  const names = agree.map((each) => `\`${each}\``).join(", ");
  const are = agree.length === 1 ? "agrees" : "agree";
  const sentence =
    name === undefined
      ? `${names} ${are} with the reference's: the answer goes wrong after that.`
      : `First difference: \`${name}\`${agree.length > 0 ? ` (${names} ${are})` : ""}.`;
  return { ...divergence, sentence: [sentence, detail].filter(Boolean).join(" ") };
}

/** In the reference's order; the n-th of a name belongs to the n-th. */
function inCommon(got: readonly TracedTensor[], want: readonly TracedTensor[]): [TracedTensor, TracedTensor][] {
  const left = [...got];
  return want.flatMap((theirs): [TracedTensor, TracedTensor][] => {
    const at = left.findIndex(({ name }) => name === theirs.name);
    return at < 0 ? [] : [[left.splice(at, 1)[0] as TracedTensor, theirs]];
  });
}

/** In words; nothing where they are alike. */
function differenceOf(got: TracedTensor, want: TracedTensor): string | undefined {
  const scale = Math.max(Math.abs(want.statistics.min), Math.abs(want.statistics.max)) || 0;
  const tolerance = { rtol: ALIKE, atol: ALIKE * scale };
  const [mine, theirs] = got.value && want.value ? [got.value, want.value] : [summaryOf(got), summaryOf(want)];
  const { mismatch } = compare(mine, theirs, tolerance);
  if (!mismatch) return undefined;
  return explain(mismatch, { hidden: false, tensors: tensorMismatches(mine, theirs, { kind: "near", source: "reference", tolerance }, { hidden: false }) });
}

/** What is known of one that is too large to be told. */
const summaryOf = ({ shape, statistics: { mean, deviation, nan, infinite } }: TracedTensor) => ({ shape: [...shape], mean, deviation, nan, infinite });

const distinct = (names: readonly string[]): string[] => [...new Set(names)];
