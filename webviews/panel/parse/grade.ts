/** A grade, as the host shows it. */
import * as z from "zod/mini";
import { checkResult, location, outcome, unaskedCheck } from "../../../extension/protocol/checkSchema.ts";
import { backend } from "./parts.ts";

export const grade = z.object({
  exercise: z.string(),
  pack: z.string(),
  packVersion: z.string(),
  outcome,
  score: z.number(),
  points: z.number(),
  tier: z.enum(["save", "run"]),
  unasked: z.optional(z.array(unaskedCheck)),
  checks: z.array(checkResult),
  problem: z.optional(z.object({ message: z.string(), location: z.optional(location) })),
  backend,
  seed: z.number(),
  digests: z.object({ attempt: z.string(), pack: z.string(), checks: z.string(), runtime: z.string() }),
  startedAt: z.string(),
  ms: z.number(),
});
