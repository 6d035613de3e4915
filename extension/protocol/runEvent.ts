/** Learner code runs in the process that sends run events, so nothing in them is believed before it is looked at. */
import { BOUNDS } from "./bounds.ts";
import { locationFrom } from "./fault.ts";
import { profileFrom } from "./profileEvent.ts";
import type { PlotSpec, RunEvent, Span, TracedTensor, TracePoint } from "./runtime.ts";
import { shownEvent } from "./shownEvent.ts";
import { isTensorData } from "./tensor.ts";
import { decode } from "./wire.ts";

/** The event, made anew from the parts that belong to it, with names that can be shown; nothing when it is none. */
export function runEventOf(wire: unknown): RunEvent | undefined {
  const event = eventFrom(decoded(wire));
  return event && shownEvent(event);
}

/** What a call traced; what is no event is left out. */
export function runEventsOf(wire: unknown): RunEvent[] {
  const events = decoded(wire);
  return Array.isArray(events) ? events.flatMap((event) => eventFrom(event) ?? []) : [];
}

function eventFrom(event: unknown): RunEvent | undefined {
  if (!isRecord(event)) return undefined;
  switch (event.kind) {
    case "points": {
      const { points, merged } = event;
      return isListOf(points, isPoint) && isNumberOrNothing(merged)
        ? { kind: "points", points: points.map(({ series, step, value }) => ({ series, step, value })), ...(merged !== undefined && { merged }) }
        : undefined;
    }
    case "spans":
      return isListOf(event.spans, isSpan) ? { kind: "spans", spans: event.spans.map(spanFrom) } : undefined;
    case "tensors":
      return isListOf(event.tensors, isTracedTensor) ? { kind: "tensors", tensors: event.tensors.map(tracedTensorFrom) } : undefined;
    case "plot":
      return isPlot(event.plot) ? { kind: "plot", plot: event.plot } : undefined;
    case "progress": {
      const { done, total, label, left } = event;
      return typeof done === "number" && typeof total === "number" && isTextOrNothing(label) && isTextOrNothing(left)
        ? { kind: "progress", done, total, ...(label !== undefined && { label }), ...(left !== undefined && { left }) }
        : undefined;
    }
    case "profile": {
      const profile = profileFrom(event.profile);
      return profile && { kind: "profile", profile };
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
/** What a runtime of ours has shortened fits. */
const LONGEST = 2 * BOUNDS.nameChars;
const isText = (value: unknown): value is string => typeof value === "string" && value.length <= LONGEST;
const isTextOrNothing = (value: unknown): value is string | undefined => value === undefined || isText(value);
const isFlagOrNothing = (value: unknown): boolean => value === undefined || typeof value === "boolean";

const isNumber = (value: unknown): value is number => typeof value === "number";
const isNumberOrNothing = (value: unknown): value is number | undefined => value === undefined || typeof value === "number";
const isListOf = <T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] => Array.isArray(value) && value.every(isOne);

const isPoint = (value: unknown): value is TracePoint =>
  isRecord(value) && isText(value.series) && typeof value.step === "number" && typeof value.value === "number";

const isSpan = (value: unknown): value is Span =>
  isRecord(value) &&
  isText(value.name) &&
  [value.id, value.start, value.duration, value.bytes].every((part) => typeof part === "number") &&
  [value.parent, value.count].every(isNumberOrNothing);

const spanFrom = ({ id, name, start, duration, bytes, parent, count }: Span): Span => ({
  ...{ id, name, start, duration, bytes },
  ...(parent !== undefined && { parent }),
  ...(count !== undefined && { count }),
});

const isTracedTensor = (value: unknown): value is TracedTensor =>
  isRecord(value) &&
  isText(value.name) &&
  isListOf(value.shape, isNumber) &&
  ["float32", "int32", "bool"].includes(value.dtype as string) &&
  (value.value === undefined || isTensorData(value.value)) &&
  isRecord(value.statistics) &&
  STATISTICS.every((name) => typeof (value.statistics as Record<string, unknown>)[name] === "number");

const STATISTICS = ["mean", "deviation", "min", "max", "nan", "infinite"] as const;

const tracedTensorFrom = ({ name, shape, dtype, value, statistics, location }: TracedTensor): TracedTensor => {
  const place = locationFrom(location);
  return {
    ...{ name, shape, dtype },
    ...(value && { value }),
    statistics: Object.fromEntries(STATISTICS.map((part) => [part, statistics[part]])) as unknown as TracedTensor["statistics"],
    ...(place && { location: place }),
  };
};

const isAxis = (value: unknown): boolean => value === undefined || (isRecord(value) && isTextOrNothing(value.label) && isFlagOrNothing(value.log));

const isBand = (value: unknown): boolean =>
  value === undefined || (isRecord(value) && isText(value.label) && isNumberOrNothing(value.low) && isNumberOrNothing(value.high));

const isPlot = (value: unknown): value is PlotSpec =>
  isRecord(value) &&
  isText(value.title) &&
  isListOf(value.series, isText) &&
  isAxis(value.x) &&
  isAxis(value.y) &&
  isBand(value.band) &&
  [value.powerLaw, value.levels].every((names) => names === undefined || isListOf(names, isText));
