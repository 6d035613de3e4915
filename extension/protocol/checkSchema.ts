/** What a check's result has to look like: nobody who gets one believes it before it is looked at, neither the host, as pack code runs in the grader, nor the panel. */
import * as z from "zod/mini";
import { BOUNDS } from "./bounds.ts";
import { plain, readable } from "./plainText.ts";

// Without this zod probes for `eval`, which the policy of the panel's page forbids and VS Code reports.
z.config({ jitless: true });

const optional = z.optional;
/** Text of a pack or an attempt: of several lines, or of one. */
const bounded = z.string().check(z.maxLength(BOUNDS.textChars));
const text = z.pipe(bounded, z.transform(readable));
const line = z.pipe(bounded, z.transform(plain));
const count = z.int().check(z.nonnegative());
const shape = z.array(count);

export const location = z.object({ file: line, line: z.number(), column: z.number() });

const mismatch = z.object({
  kind: z.enum(["type", "dtype", "shape", "values", "property"]),
  path: text,
  got: text,
  want: text,
  worstIndex: optional(shape),
  differing: optional(count),
  total: optional(count),
  nan: optional(count),
  infinite: optional(count),
  maxError: optional(z.number()),
});

const form = z.object({ dtype: z.enum(["float32", "int32", "bool", "number"]), shape, nan: optional(count), infinite: optional(count) });
const map = z.object({ block: z.array(z.int().check(z.positive())), cells: z.base64() });
const tensor = z.object({
  path: text,
  got: form,
  want: form,
  differing: optional(count),
  pattern: optional(text),
  map: optional(map),
  elements: optional(z.array(z.object({ index: shape, got: text, want: optional(text), error: optional(text), allowed: optional(text) }))),
});
const tensors = z.array(tensor.check(z.refine(({ map, want }) => !map || fits(map, want.shape), { error: "the map does not fit its tensor" })));

/** 4 bytes for each cell. */
function fits({ block, cells }: z.infer<typeof map>, size: readonly number[]): boolean {
  const cellCount = size.reduce((n, length, axis) => n * Math.ceil(length / (block[axis] ?? 1)), 1);
  const padding = cells.endsWith("==") ? 2 : Number(cells.endsWith("="));
  return block.length === size.length && (cells.length * 3) / 4 - padding === 4 * cellCount;
}

export const outcome = z.enum(["passed", "failed", "errored", "timedOut", "notGraded"]);

const unasked = { id: line, title: line, hidden: z.boolean(), points: z.number() };
export const unaskedCheck = z.object(unasked);

export const checkResult = z.object({
  ...unasked,
  when: z.enum(["save", "run"]),
  outcome,
  message: text,
  remark: optional(text),
  hint: optional(text),
  diagnosis: optional(z.object({ misconception: line, sentence: text, distance: z.number() })),
  mismatch: optional(mismatch),
  asks: optional(line),
  location: optional(location),
  ms: z.number(),
  error: optional(z.number()),
  tolerance: optional(z.object({ rtol: z.number(), atol: z.number() })),
  evidence: optional(z.object({ normalizedError: optional(z.number()), digest: optional(text), measured: optional(z.boolean()) })),
  tensors: optional(tensors),
  divergence: optional(z.object({ name: optional(line), agree: z.array(line), sentence: text, location: optional(location) })),
});
