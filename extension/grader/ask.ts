/** Asks any implementation the question of a check, always on the same inputs. */
import { type AskTools, type CheckDefinition, Draw } from "../check/index.ts";
import type { ImplementationName } from "../protocol/grader.ts";
import type { RunEvent, TracedTensor } from "../protocol/runtime.ts";
import type { Value } from "../protocol/tensor.ts";
import type { Implementations } from "./implementations.ts";
import type { Call } from "./remote.ts";

export interface Question {
  readonly definition: CheckDefinition;
  /** Of its inputs. */
  readonly seed: number;
}

export interface Watch {
  /** Hears of each function of the surface that the check turns to. */
  readonly onFunction?: (name: string) => void;
  /** Hears that the check measures. */
  readonly onMeasure?: () => void;
}

export interface Answer {
  readonly value: Value;
  /** The intermediates that each call has traced on the way, call by call. */
  readonly traced: readonly (readonly TracedTensor[])[];
}

export async function ask({ definition, seed }: Question, name: ImplementationName, all: Implementations, watch: Watch = {}): Promise<Answer> {
  const started = await all.get(name);
  const { impl, calls } = started;
  calls.length = 0;
  started.budget = all.parts.question(definition);
  const value = (await definition.ask(watched(impl, watch) as never, new Draw(seed), toolsFor(calls, watch))) as Value;
  return { value, traced: tracedIn(calls) };
}

const toolsFor = (calls: readonly Call[], { onMeasure }: Watch): AskTools => ({
  trace: () => eventsOf(calls).flatMap((event) => (event.kind === "points" ? event.points : [])),
  spans: () => eventsOf(calls).flatMap((event) => (event.kind === "spans" ? event.spans : [])),
  tensors: () => tracedIn(calls).flat(),
  measure: async (question) => {
    onMeasure?.();
    const before = calls.length;
    const value = await question();
    const own = calls.slice(before);
    const total = (of: "ms" | "madeBytes") => own.reduce((sum, call) => sum + call[of], 0);
    return { value, ms: total("ms"), peakBytes: Math.max(0, ...own.map(({ peakBytes }) => peakBytes)), madeBytes: total("madeBytes") };
  },
});

const tracedIn = (calls: readonly Call[]): TracedTensor[][] =>
  calls.map(({ events }) => events.flatMap((event) => (event.kind === "tensors" ? event.tensors : [])));

const eventsOf = (calls: readonly Call[]): RunEvent[] => calls.flatMap(({ events }) => events);

const watched = (impl: object, { onFunction }: Watch): object =>
  new Proxy(impl, {
    get: (target, name, receiver) => {
      if (typeof name === "string") onFunction?.(name);
      return Reflect.get(target, name, receiver);
    },
  });
