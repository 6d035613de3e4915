/** Asks any implementation the question of a check, always on the same inputs. */
import { type CheckDefinition, Draw } from "../check/index.ts";
import type { ImplementationName } from "../protocol/grader.ts";
import type { TracedTensor } from "../protocol/runtime.ts";
import type { Value } from "../protocol/tensor.ts";
import type { Implementations } from "./implementations.ts";
import type { MeasuredCall } from "./measuredCalls.ts";
import { type Asking, type Figure, toolsFor, tracedIn } from "./tools.ts";

export interface Question {
  readonly definition: CheckDefinition;
  /** Of its inputs. */
  readonly seed: number;
}

export interface Answer {
  readonly value: Value;
  /** The intermediates that each call has traced on the way, call by call. */
  readonly traced: readonly (readonly TracedTensor[])[];
  /** The calls whose time, memory or spans the check has looked at. */
  readonly measured: readonly MeasuredCall[];
  /** It holds what was measured, which is another thing each time. */
  readonly varies: boolean;
  /** Figures that the check asked for and the system does not tell. */
  readonly untold: readonly Figure[];
}

/** @param onFunction hears of each function of the surface that the check turns to */
export async function ask(
  { definition, seed }: Question,
  name: ImplementationName,
  all: Implementations,
  onFunction: (name: string) => void = () => {},
): Promise<Answer> {
  const started = await all.get(name);
  const { calls } = started;
  calls.length = 0;
  started.budget = all.parts.question(definition);
  const asking: Asking = {
    name,
    all,
    started,
    measured: [],
    looked: new Set(),
    varies: false,
    untold: new Set(),
    watched: (impl) => watched(impl, onFunction),
  };
  const value = (await definition.ask(asking.watched(started.impl) as never, new Draw(seed), toolsFor(asking))) as Value;
  return { value, traced: tracedIn(calls), measured: asking.measured, varies: asking.varies, untold: [...asking.untold] };
}

const watched = (impl: object, onFunction: (name: string) => void): object =>
  new Proxy(impl, {
    get: (target, name, receiver) => {
      if (typeof name === "string") onFunction(name);
      return Reflect.get(target, name, receiver);
    },
  });
