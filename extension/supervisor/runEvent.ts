/** Learner code runs in the process that sends run events, so nothing in them is believed before it is looked at. */
import type { PlotSpec, RunEvent, TracePoint } from "../protocol/runtime.ts";
import { decode } from "../protocol/wire.ts";

/** The event, made anew from the parts that belong to it; nothing when it is none. */
export function runEventOf(wire: unknown): RunEvent | undefined {
  const event = decoded(wire);
  if (!isRecord(event)) return undefined;
  switch (event.kind) {
    case "points":
      return Array.isArray(event.points) && event.points.every(isPoint)
        ? { kind: "points", points: event.points.map(({ series, step, value }) => ({ series, step, value })) }
        : undefined;
    case "plot":
      return isPlot(event.plot) ? { kind: "plot", plot: event.plot } : undefined;
    case "progress": {
      const { done, total, label } = event;
      return typeof done === "number" && typeof total === "number" && isTextOrNothing(label)
        ? { kind: "progress", done, total, ...(label !== undefined && { label }) }
        : undefined;
    }
    default:
      return undefined;
  }
}

function decoded(wire: unknown): unknown {
  try {
    return decode(wire);
  } catch {
    return undefined; // a malformed tensor, say
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isTextOrNothing = (value: unknown): value is string | undefined => value === undefined || typeof value === "string";
const isFlagOrNothing = (value: unknown): boolean => value === undefined || typeof value === "boolean";

const isPoint = (value: unknown): value is TracePoint =>
  isRecord(value) && typeof value.series === "string" && typeof value.step === "number" && typeof value.value === "number";

const isAxis = (value: unknown): boolean => value === undefined || (isRecord(value) && isTextOrNothing(value.label) && isFlagOrNothing(value.log));

const isPlot = (value: unknown): value is PlotSpec =>
  isRecord(value) &&
  typeof value.title === "string" &&
  Array.isArray(value.series) &&
  value.series.every((s) => typeof s === "string") &&
  isAxis(value.x) &&
  isAxis(value.y);
