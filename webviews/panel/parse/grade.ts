/** A grade, as the host shows it. */
import * as z from "zod/mini";
import { backend, location, measured } from "./parts.ts";

const outcome = z.enum(["passed", "failed", "errored", "timedOut", "notGraded"]);
const mismatch = z.object({
  kind: z.enum(["type", "dtype", "shape", "values", "property"]),
  path: z.string(),
  got: z.string(),
  want: z.string(),
  worstIndex: z.optional(z.array(z.number())),
  differing: z.optional(z.number()),
  total: z.optional(z.number()),
  nan: z.optional(z.number()),
  infinite: z.optional(z.number()),
  maxError: z.optional(measured),
});
const check = z.object({
  id: z.string(),
  title: z.string(),
  hidden: z.boolean(),
  when: z.enum(["save", "run"]),
  points: z.number(),
  outcome,
  message: z.string(),
  hint: z.optional(z.string()),
  diagnosis: z.optional(z.object({ misconception: z.string(), sentence: z.string(), distance: measured })),
  mismatch: z.optional(mismatch),
  location: z.optional(location),
  ms: z.number(),
});
export const grade = z.object({
  exercise: z.string(),
  pack: z.string(),
  packVersion: z.string(),
  outcome,
  score: z.number(),
  points: z.number(),
  tier: z.enum(["save", "run"]),
  unasked: z.optional(z.array(z.object({ id: z.string(), title: z.string(), hidden: z.boolean(), points: z.number() }))),
  checks: z.array(check),
  problem: z.optional(z.object({ message: z.string(), location: z.optional(location) })),
  backend,
  seed: z.number(),
  digests: z.object({ attempt: z.string(), pack: z.string(), checks: z.string(), runtime: z.string() }),
  startedAt: z.string(),
  ms: z.number(),
});
