/** A mismatch in one or two sentences for a learner. */
import type { Mismatch } from "../protocol/grade.ts";
import type { TensorMismatch } from "../protocol/tensorMismatch.ts";

interface Options {
  /** The expected value, and anything it follows from, is left out. */
  readonly hidden: boolean;
  /** What is known of the tensors in which the answer differs. */
  readonly tensors?: readonly TensorMismatch[];
}

export function explain(mismatch: Mismatch, { hidden, tensors = [] }: Options): string {
  const where = mismatch.path === "" ? "" : `At \`${mismatch.path}\`: `;
  const text = where + sentences(mismatch, hidden);
  const pattern = tensors.find(({ path }) => path === mismatch.path)?.pattern;
  return [text.charAt(0).toUpperCase() + text.slice(1), pattern].filter(Boolean).join(" ");
}

/** The mismatch without what a hidden check keeps to itself. */
export function redact(mismatch: Mismatch): Mismatch {
  if (mismatch.kind !== "values" && mismatch.kind !== "property") return mismatch;
  const { maxError: _, ...rest } = mismatch;
  return { ...rest, want: "" };
}

function sentences(mismatch: Mismatch, hidden: boolean): string {
  const { kind, got, want } = mismatch;
  switch (kind) {
    case "type":
      return `expected ${want}, got ${got}.${got.startsWith("nothing") ? " Is a `return` missing?" : ""}`;
    case "dtype":
      return `expected dtype ${want}, got ${got}.`;
    case "shape":
      return `expected ${shapeName(want)}, got ${shapeName(got)}.${transposed(got, want) ? " These are the same axes in another order." : ""}`;
    case "property":
      return hidden ? `${got}.` : `${got}; expected ${want}.`;
    case "values":
      return (mismatch.total ?? 1) > 1
        ? `${several(mismatch, hidden)}${nonFinite(mismatch)}`
        : hidden
          ? `got ${got}, which is not the expected answer.`
          : `got ${got}, expected ${want}.`;
  }
}

function several({ differing = 0, total = 0, worstIndex, got, want }: Mismatch, hidden: boolean): string {
  const count = differing === total ? `all ${total} values differ` : `${differing} of ${total} values ${differing === 1 ? "differs" : "differ"}`;
  const worst = `${differing === 1 ? "" : "most of all "}at [${worstIndex?.join(", ")}]`;
  return `${count}, ${worst}: got ${got}${hidden ? "" : `, expected ${want}`}.`;
}

function nonFinite({ nan = 0, infinite = 0, differing = 0 }: Mismatch): string {
  const kinds = [nan > 0 ? `${nan} NaN` : "", infinite > 0 ? `${infinite} infinite` : ""].filter(Boolean);
  if (kinds.length === 0 || differing === 1) return "";
  return ` Among them ${nan + infinite === 1 ? "is" : "are"} ${kinds.join(" and ")}.`;
}

const shapeName = (shape: string): string => (shape === "[]" ? "a single number" : `shape ${shape}`);

/** Whether one shape is the other with its axes in another order. */
function transposed(got: string, want: string): boolean {
  const axes = (shape: string) => shape.slice(1, -1).split(", ").sort().join();
  return axes(got) === axes(want);
}
