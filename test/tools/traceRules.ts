/**
 * What Perfetto asks of a trace in the trace event format, by its importer (src/trace_processor/importers/json in its sources, and "Chrome JSON format" in
 * its documentation) and the format's own description. Perfetto itself cannot be had from a package registry; what breaks none of these, it reads whole.
 */
interface AnyEvent {
  readonly name?: unknown;
  readonly ph?: unknown;
  readonly pid?: unknown;
  readonly tid?: unknown;
  readonly ts?: unknown;
  readonly dur?: unknown;
  readonly s?: unknown;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** @param text of the file @returns a sentence for each rule that it breaks */
export function brokenTraceRules(text: string): string[] {
  const { displayTimeUnit, traceEvents } = JSON.parse(text) as { displayTimeUnit?: unknown; traceEvents?: readonly AnyEvent[] };
  const whole: string[] = [];
  if (!/^\{\s*"/.test(text)) whole.push("the file is not an object, by which it is told to be a trace");
  if (displayTimeUnit !== "ms" && displayTimeUnit !== "ns") whole.push("displayTimeUnit is neither ms nor ns");
  if (text.indexOf('"displayTimeUnit"') > text.indexOf('"traceEvents"')) whole.push("displayTimeUnit is looked for before the events only");
  if (!Array.isArray(traceEvents)) return [...whole, "there is no list traceEvents"];
  return [...whole, ...traceEvents.flatMap(brokenBy), ...crossing(traceEvents), ...unnamed(traceEvents)];
}

/** Perfetto reads ids as numbers of 32 bits, and a text as a name. */
const isId = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
const isTime = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;

function brokenBy(event: AnyEvent): string[] {
  const { name, ph, pid, tid, ts } = event;
  const of = (rule: string): string => `${ph} ${String(name)}: ${rule}`;
  const own = PHASES[String(ph)];
  return [
    ...(typeof name === "string" ? [] : [of("the name is no text")]),
    ...(isId(pid) && isId(tid) ? [] : [of("process and thread are not numbers")]),
    ...(isTime(ts) ? [] : [of("the time is no number of microseconds")]),
    ...(own === undefined ? [of("no such phase")] : own.holds(event) ? [] : [of(own.rule)]),
  ];
}

const PHASES: Readonly<Record<string, { readonly rule: string; readonly holds: (event: AnyEvent) => boolean }>> = {
  X: { rule: "the duration is no number of microseconds", holds: ({ dur }) => isTime(dur) },
  C: {
    rule: "a counter has numbers, and one at least",
    holds: ({ args }) => Object.values(args ?? {}).length > 0 && Object.values(args ?? {}).every(Number.isFinite),
  },
  i: { rule: "an instant is of everything, a process or a thread", holds: ({ s }) => s === "g" || s === "p" || s === "t" },
  M: {
    rule: "metadata names a process or a thread",
    holds: ({ name, args }) => /^(process|thread)_name$/.test(String(name)) && typeof args?.name === "string" && args.name !== "",
  },
};

interface Slice {
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
}
const slicesOf = (events: readonly AnyEvent[]): readonly Slice[] => events.filter(({ ph }) => ph === "X") as readonly unknown[] as readonly Slice[];
const threadOf = ({ pid, tid }: AnyEvent): string => `process ${pid}, thread ${tid}`;

/** Slices of a thread that lie across each other: Perfetto takes them out of their row, and others leave them out. */
function crossing(events: readonly AnyEvent[]): string[] {
  const open = new Map<string, Slice[]>(); // of each thread, what is under way, outermost first
  const inOrder = [...slicesOf(events)].sort((a, b) => a.ts - b.ts); // those of one time stay as they are written: the outer one first
  return inOrder.flatMap((slice) => {
    const thread = threadOf(slice);
    const around = (open.get(thread) ?? []).filter((other) => endOf(other) > slice.ts);
    open.set(thread, [...around, slice]);
    const crossed = around.find((other) => endOf(slice) > endOf(other));
    return crossed ? [`${thread}: ${slice.name} at ${slice.ts} ends after ${crossed.name}, in which it began`] : [];
  });
}
const endOf = ({ ts, dur }: Slice): number => ts + dur;

function unnamed(events: readonly AnyEvent[]): string[] {
  const named = new Set(events.filter(({ ph, name }) => ph === "M" && name === "thread_name").map(threadOf));
  return [...new Set(slicesOf(events).map(threadOf))].filter((thread) => !named.has(thread)).map((thread) => `${thread} has no name`);
}
