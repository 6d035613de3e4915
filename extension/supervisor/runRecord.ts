/** A kept run, as its file says it: looked at before it is believed, for any program may have written there. Pure. */
import * as z from "zod";
import { BACKENDS } from "../protocol/runtime.ts";
import type { RunRecord, TimedPoint } from "./runStore.ts";

// Without this zod looks whether it may compile code, by a global that VS Code reports as an error when an extension touches it.
z.config({ jitless: true });

/** To be raised when a record is another: older files are then passed over. */
export const FORMAT = 1;

/** @returns the run, or what is wrong with it */
export function parseRecord(text: string): RunRecord | string {
  try {
    const parsed = record.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as RunRecord) : z.prettifyError(parsed.error);
  } catch {
    return "it is not JSON";
  }
}

const axis = z.object({ label: z.string().optional(), log: z.boolean().optional() }).optional();
const band = z.object({ label: z.string(), low: z.number().optional(), high: z.number().optional() }).optional();
const names = z.array(z.string());
const plot = z.object({ title: z.string(), series: names, x: axis, y: axis, band, powerLaw: names.optional(), levels: names.optional() });
/** By hand, for there are many of them. */
const points = z.array(z.unknown()).transform((all, context): TimedPoint[] => {
  const timed = all.map(timedPoint);
  if (timed.every((point) => point !== undefined)) return timed;
  context.addIssue("a point is not [step, value, time]");
  return z.NEVER;
});
const record = z
  .object({
    format: z.literal(FORMAT),
    id: z.string(),
    exercise: z.string(),
    title: z.string(),
    state: z.enum(["finished", "cancelled", "errored"]),
    message: z.string().optional(),
    backend: z.object({ name: z.enum(BACKENDS), device: z.string(), skipped: z.array(z.object({ name: z.enum(BACKENDS), reason: z.string() })) }).optional(),
    scale: z.enum(["quick", "full"]),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    plots: z.array(plot),
    series: z.array(z.object({ name: z.string(), points })),
  })
  .transform(({ format: _, ...run }) => ({ ...run, output: "" }));

function timedPoint(data: unknown): TimedPoint | undefined {
  if (!Array.isArray(data)) return undefined;
  const [step, value, at] = data as unknown[];
  const read = numberOf(value);
  return typeof step === "number" && read !== undefined && typeof at === "number" ? [step, read, at] : undefined;
}

/** What is not finite stands there as text. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : undefined;
}
