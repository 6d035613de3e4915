/** What the misconceptions answer to the checks that catch them, each asked once: ahead while nothing else is to be done, else when it is needed. */
import type { Value } from "../protocol/tensor.ts";
import { type Answer, ask } from "./ask.ts";
import type { PreparedCheck } from "./examine.ts";
import type { Implementations } from "./implementations.ts";
import { AttemptFault } from "./remote.ts";
import { NotMeasured } from "./tools.ts";

/** How long is asked ahead, in all: a learner's machine has other things to do. */
const AHEAD_MS = 1000;

/** What a misconception answers, or what it throws instead. */
export type Mistaken = { readonly answer: Value } | { readonly threw: string };

export class MistakenAnswers {
  readonly #all: Implementations;
  readonly #known = new Map<string, Promise<Mistaken | undefined>>();
  #last: Promise<unknown> = Promise.resolve();
  #ahead = true;

  constructor(all: Implementations) {
    this.#all = all;
  }

  /** Nothing when the misconception cannot answer. */
  of(check: PreparedCheck, misconception: string): Promise<Mistaken | undefined> {
    const key = `${check.id} ${misconception}`;
    const known = this.#known.get(key) ?? this.#inTurn(() => this.#ask(check, misconception));
    this.#known.set(key, known);
    return known;
  }

  /** What the reference, which shares their process, answers. */
  ofReference(check: PreparedCheck): Promise<Answer> {
    return this.#inTurn(() => ask(check, "reference", this.#all));
  }

  /** Until there is a grade to make. */
  async askAhead(checks: readonly PreparedCheck[]): Promise<void> {
    const until = performance.now() + AHEAD_MS;
    for (const check of checks) {
      for (const misconception of check.definition.catches ?? []) {
        if (!this.#ahead || performance.now() > until) return;
        await this.of(check, misconception);
      }
    }
  }

  stopAhead(): void {
    this.#ahead = false;
  }

  /** One question at a time: what a call traces belongs to the call. */
  #inTurn<T>(question: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(question);
    this.#last = answer.catch(() => {}); // whoever asked is told
    return answer;
  }

  async #ask(check: PreparedCheck, misconception: string): Promise<Mistaken | undefined> {
    try {
      return { answer: (await ask(check, `misconceptions/${misconception}`, this.#all)).value };
    } catch (error) {
      if (error instanceof AttemptFault) return error.fault.kind === "threw" ? { threw: error.fault.message } : undefined;
      if (error instanceof NotMeasured) return undefined;
      process.stderr.write(`misconception ${misconception} on "${check.definition.title}": ${String(error)}\n`);
      return undefined;
    }
  }
}
