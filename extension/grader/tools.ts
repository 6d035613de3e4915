/** The tools of a question. What they say of time and memory comes from the system, or is said to be the word of the judged. */
import type { AskTools } from "../check/index.ts";
import type { Tolerance } from "../protocol/grade.ts";
import type { ImplementationName, Outside } from "../protocol/grader.ts";
import type { RunEvent, TracedTensor } from "../protocol/runtime.ts";
import type { Implementations, Started } from "./implementations.ts";
import { type MeasuredCall, measuredCalls } from "./measuredCalls.ts";
import type { Call } from "./remote.ts";

export type Figure = "time" | "memory";

/** A question that is being asked. */
export interface Asking {
  readonly name: ImplementationName;
  readonly all: Implementations;
  readonly started: Started;
  readonly measured: MeasuredCall[];
  /** Their calls: each is judged once. */
  readonly looked: Set<Call>;
  /** Time or memory was measured: another answer each time. */
  varies: boolean;
  readonly untold: Set<Figure>;
  readonly watched: (impl: object) => object;
}

/** A misconception is told by what is cheap to ask: no process is started for one. */
export class NotMeasured extends Error {}

/** Two runs of the same float32 arithmetic in another order. */
const SAME_ANSWERS = { rtol: 1e-3, atol: 1e-3 };

export const toolsFor = (asking: Asking): AskTools => ({
  trace: () => eventsOf(asking.started.calls).flatMap((event) => (event.kind === "points" ? event.points : [])),
  spans: () => spansIn(asking),
  tensors: () => tracedIn(asking.started.calls).flat(),
  measure: (question, tolerance = SAME_ANSWERS) => measure(asking, question, tolerance),
  resident: (question, tolerance = SAME_ANSWERS) => resident(asking, question as (impl: object) => Promise<never>, tolerance),
});

/** Whoever looks at spans judges what was computed in them. */
function spansIn(asking: Asking) {
  const { calls } = asking.started;
  note(asking, calls, SAME_ANSWERS);
  return eventsOf(calls).flatMap((event) => (event.kind === "spans" ? event.spans : []));
}

function note({ measured, looked }: Asking, calls: readonly Call[], tolerance: Tolerance): void {
  measured.push(
    ...measuredCalls(
      calls.filter((call) => !looked.has(call)),
      tolerance,
    ),
  );
  for (const call of calls) looked.add(call);
}

async function measure<T>(asking: Asking, question: () => Promise<T>, tolerance: Tolerance) {
  const { started, untold } = asking;
  asking.varies = true;
  const before = started.calls.length;
  const from = await started.outside();
  const value = await question();
  const to = await started.outside();
  const own = started.calls.slice(before);
  note(asking, own, tolerance);
  const ms = between(from, to);
  if (ms === undefined) untold.add("time");
  const elapsedMs = sum(own, "ms");
  return { value, ms: ms ?? elapsedMs, elapsedMs, peakBytes: Math.max(0, ...own.map(({ peakBytes }) => peakBytes)), madeBytes: sum(own, "madeBytes") };
}

const between = (from: Outside, to: Outside): number | undefined =>
  from.processorMs === undefined || to.processorMs === undefined ? undefined : to.processorMs - from.processorMs;

const sum = (calls: readonly Call[], of: "ms" | "madeBytes"): number => calls.reduce((all, call) => all + call[of], 0);

async function resident<T>(asking: Asking, question: (impl: object) => Promise<T>, tolerance: Tolerance) {
  const { name, all, untold, watched } = asking;
  asking.varies = true;
  if (name.startsWith("misconceptions/")) throw new NotMeasured();
  return all.alone(name, async (alone) => {
    const { impl, calls, outside, settled } = alone;
    alone.budget = asking.started.budget;
    const value = await question(watched(impl));
    const { peakBytes: residentBytes } = await outside();
    await settled();
    note(asking, calls, tolerance);
    if (residentBytes === undefined) untold.add("memory");
    return { value, residentBytes, peakBytes: Math.max(0, ...calls.map(({ peakBytes }) => peakBytes)) };
  });
}

export const tracedIn = (calls: readonly Call[]): TracedTensor[][] =>
  calls.map(({ events }) => events.flatMap((event) => (event.kind === "tensors" ? event.tensors : [])));

const eventsOf = (calls: readonly Call[]): RunEvent[] => calls.flatMap(({ events }) => events);
