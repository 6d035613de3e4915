/**
 * What is measured is judged: every answer that was measured is held against the reference's on the same inputs. An attempt that is fast, or small, because it
 * answers anything fails, whatever the check looks at.
 */
import { type Comparison, compare, together } from "../grading/compare.ts";
import type { Tolerance } from "../protocol/grade.ts";
import { isTensorData, type Value } from "../protocol/tensor.ts";
import type { Call } from "./remote.ts";

export interface MeasuredCall {
  readonly method: string;
  readonly answer: Value;
  readonly tolerance: Tolerance;
}

/** In the order in which they were asked. */
export const measuredCalls = (calls: readonly Call[], tolerance: Tolerance): MeasuredCall[] =>
  [...calls].sort((a, b) => a.place - b.place).map(({ method, answer }) => ({ method, answer: comparable(answer), tolerance }));

/** The first that differs, and the largest error of all. */
export function compareMeasured(got: readonly MeasuredCall[], want: readonly MeasuredCall[]): Comparison {
  if (got.length !== want.length)
    return { mismatch: { kind: "property", path: "", got: `${calls(got.length)} measured`, want: `${want.length}, as of the reference` } };
  return together(
    want.map(({ method, answer, tolerance }, i) => {
      const { mismatch, ...others } = compare(got[i]?.answer, answer, tolerance);
      return mismatch ? { ...others, mismatch: { ...mismatch, path: `${method}${got.length > 1 ? `, measured call ${i + 1}` : ""}${mismatch.path}` } } : others;
    }),
  );
}

const calls = (count: number): string => `${count} ${count === 1 ? "call was" : "calls were"}`;

/** Functions that an answer holds are asked by calls of their own. */
function comparable(answer: unknown): Value {
  if (typeof answer === "function") return "a function";
  if (typeof answer !== "object" || answer === null || isTensorData(answer)) return answer as Value;
  if (Array.isArray(answer)) return answer.map(comparable);
  return Object.fromEntries(Object.entries(answer).map(([name, part]) => [name, comparable(part)]));
}
