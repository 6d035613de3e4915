/** Time or memory beside the reference's: both figures come from outside of what is judged. */
import type { Expectation } from "../protocol/grade.ts";
import type { Value } from "../protocol/tensor.ts";
import { describeForm, formatNumber } from "./describe.ts";
import type { Finding } from "./numbers.ts";

type NoMore = Extract<Expectation, { kind: "noMore" }>;

/** `normalizedError`: by how much it is above the reference's, in units of what it may be. Nothing is found where the system tells neither figure. */
export function noMore(got: Value, want: Value, { of, times, plus }: NoMore): Finding {
  if (got === undefined && want === undefined) return {};
  if (!isFigure(got) || !isFigure(want)) return { mismatch: { kind: "type", path: "", got: describeForm(got), want: `a figure of ${of}` } };
  const limit = times * want + plus;
  const normalizedError = Math.max(0, got - want) / (limit - want);
  if (got <= limit) return { normalizedError };
  const told = `${VERBS[of]} ${inUnits(of, got)}, and the reference ${inUnits(of, want)} on the same inputs`;
  return { normalizedError, mismatch: { kind: "property", path: "", got: told, want: `at most ${inUnits(of, limit)}` } };
}

const VERBS = { time: "it took", memory: "it took at most" } as const;

const isFigure = (value: Value): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;

const inUnits = (of: NoMore["of"], figure: number): string =>
  of === "time" ? `${formatNumber(Math.ceil(figure))} ms` : `${formatNumber(Math.ceil(figure / 2 ** 20))} MiB`;
