/** A run, as the host shows it. */
import * as z from "zod/mini";
import type { Point } from "../state.ts";
import { backend, fromJson } from "./parts.ts";

const axis = z.optional(z.object({ label: z.optional(z.string()), log: z.optional(z.boolean()) }));
const band = z.optional(z.object({ label: z.string(), low: z.optional(z.number()), high: z.optional(z.number()) }));
const names = z.array(z.string());
const plot = z.object({ title: z.string(), series: names, x: axis, y: axis, band, powerLaw: z.optional(names), levels: z.optional(names) });
/** By hand, for there are many of them. */
const points = z.pipe(
  z.array(z.unknown()),
  z.transform((all) => all.flatMap(point)),
);
export const series = z.array(z.object({ name: z.string(), points }));

export const head = {
  id: z.string(),
  exercise: z.string(),
  title: z.string(),
  state: z.enum(["starting", "running", "grading", "finished", "cancelled", "errored"]),
  message: z.optional(z.string()),
  backend: z.optional(backend),
  scale: z.enum(["quick", "full"]),
  startedAt: z.string(),
  endedAt: z.optional(z.string()),
  progress: z.optional(z.object({ done: z.number(), total: z.number(), label: z.optional(z.string()), left: z.optional(z.string()) })),
  plots: z.array(plot),
  output: z.string(),
};

const measured = z.pipe(z.unknown(), z.transform(fromJson));
export const earlier = z.array(
  z.object({
    id: head.id,
    state: head.state,
    backend: head.backend,
    scale: head.scale,
    startedAt: head.startedAt,
    endedAt: head.endedAt,
    finals: z.array(z.object({ name: z.string(), value: measured })),
    overlay: z.optional(z.object({ plots: head.plots, series })),
  }),
);

function point(pair: unknown): readonly Point[] {
  if (!Array.isArray(pair)) return [];
  const [step, value] = pair as unknown[];
  return typeof step === "number" && Number.isFinite(step) ? [[step, fromJson(value)]] : [];
}
