/** A profile in the trace event format that Chrome, Perfetto and speedscope read. Pure. */
import type { CallNode, Frame, Profile } from "../../protocol/profile.ts";
import { gapOf, rowsOf } from "./layout.ts";
import { locationOf } from "./report.ts";

export interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M" | "C" | "i";
  readonly pid: number;
  readonly tid: number;
  /** Microseconds, as `dur`. */
  readonly ts: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly s?: "p";
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface ChromeTrace {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly TraceEvent[];
}

const PID = 1;

export function chromeTrace(profile: Profile, title: string): ChromeTrace {
  const placed = rowsOf(profile);
  const lanes = [...new Set(placed.map(({ lane }) => lane))];
  const gap = gapOf(profile);
  const missing = gap && { name: `${gap.calls.toLocaleString("en-US")} calls are left out here`, ts: micro(gap.from) };
  return {
    displayTimeUnit: "ms",
    traceEvents: [
      named("process_name", 0, title),
      ...lanes.map((lane) => named("thread_name", lane + 1, lane === 0 ? "program" : `program, beside it (${lane})`)),
      ...placed.map(({ frame, lane }) => callEvent(profile, frame, lane)),
      ...profile.memory.map(([ms, bytes]): TraceEvent => ({ name: "tensors", ph: "C", pid: PID, tid: 0, ts: micro(ms), args: { bytes } })),
      ...(missing ? [{ ...missing, ph: "i" as const, pid: PID, tid: 0, s: "p" as const }] : []),
    ],
  };
}

function callEvent({ nodes, places, files }: Profile, [node, start, duration, place]: Frame, lane: number): TraceEvent {
  const { name, kind } = nodes[node] as CallNode;
  const at = place < 0 ? undefined : places[place];
  const { file, line } = at ? locationOf(at, files) : { file: "", line: 0 };
  return {
    name,
    ph: "X",
    cat: kind,
    pid: PID,
    tid: lane + 1,
    ts: micro(start),
    dur: micro(start + duration) - micro(start),
    ...(at && { args: { line: `${file}:${line}` } }),
  };
}

const named = (name: "process_name" | "thread_name", tid: number, to: string): TraceEvent => ({ name, ph: "M", pid: PID, tid, ts: 0, args: { name: to } });

/** Whole microseconds, of which the first is 1: Chrome's DevTools take 0 for an event without a time. */
const micro = (ms: number): number => Math.round(ms * 1000) + 1;
