/** A profile, as the host shows it. */
import * as z from "zod/mini";
import { location } from "./parts.ts";

const place = z.optional(location);
const pair = z.tuple([z.number(), z.number()]);
const component = z.object({ name: z.string(), isSpan: z.boolean(), calls: z.number(), ms: z.number(), flops: z.number(), place });
const times = { name: z.string(), calls: z.number(), total: z.number(), self: z.number(), bytes: z.number(), flops: z.number(), place };

export const profile = z.object({
  clock: z.enum(["computed", "device", "queued"]),
  ops: z.boolean(),
  ms: z.number(),
  gigaflops: z.optional(z.number()),
  findings: z.array(z.string()),
  notes: z.array(z.string()),
  components: z.array(component),
  table: z.array(z.object({ ...times, lines: z.number() })),
  nodes: z.array(z.object({ ...times, kind: z.enum(["span", "op"]), parent: z.optional(z.number()) })),
  frames: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
  gap: z.optional(z.object({ from: z.number(), to: z.number(), calls: z.number() })),
  memory: z.array(pair),
  peak: z.optional(z.object({ ms: z.number(), bytes: z.number(), where: z.string(), place })),
});
