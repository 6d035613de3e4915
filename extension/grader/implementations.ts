/** The implementations that a grade asks, each started once, when it is first needed. */
import type { MessageConnection } from "vscode-jsonrpc";
import type { Onnx } from "../check/index.ts";
import { BOUNDS } from "../protocol/bounds.ts";
import { AskRequest, type Budget, type ImplementationName, StartRequest, type StartResult, StopNotification } from "../protocol/grader.ts";
import type { ImplementationFault } from "../protocol/runtime.ts";
import type { TensorData } from "../protocol/tensor.ts";
import { decode, encode } from "../protocol/wire.ts";
import type { Parts } from "./parts.ts";
import { type Ask, AttemptFault, type Call, faulty, remote } from "./remote.ts";

export interface Started {
  readonly impl: object;
  /** The calls since the question began, in the order in which they were answered. */
  readonly calls: Call[];
  /** What the calls of the question may take together. */
  budget: Budget;
  /** Whether its process has answered anything. */
  answered: boolean;
}

export class Implementations {
  readonly parts: Parts;
  readonly #connection: MessageConnection;
  readonly #started = new Map<ImplementationName, Promise<Started & { readonly id: number }>>();
  #oracle: Promise<StartResult> | undefined;

  constructor(connection: MessageConnection, parts: Parts) {
    this.#connection = connection;
    this.parts = parts;
  }

  /** One whose process has ended is started anew. */
  get(name: ImplementationName): Promise<Started> {
    const known = this.#started.get(name);
    if (known) return known;
    const starting = this.#start(name, () => this.#started.get(name) === starting && this.#started.delete(name));
    this.#started.set(name, starting);
    return starting;
  }

  /** The next `get` starts it anew. */
  async stop(name: ImplementationName): Promise<void> {
    const started = this.#started.get(name);
    this.#started.delete(name);
    const id = await started?.then(
      (s) => s.id,
      () => undefined, // it never started
    );
    if (id !== undefined) await this.#connection.sendNotification(StopNotification, { id });
  }

  readonly onnx: Onnx = async (graph, inputs) => {
    this.#oracle ??= this.#startRequest("oracle");
    this.#oracle.catch(() => {
      this.#oracle = undefined;
    });
    const { id } = await this.#oracle;
    const question = { id, implementation: 0, method: graph, args: [encode(inputs)], budget: this.parts.budget(BOUNDS.checkSeconds.run) };
    const { value } = await this.#connection.sendRequest(AskRequest, question);
    return decode(value) as Record<string, TensorData>;
  };

  async #start(name: ImplementationName, forget: () => void): Promise<Started & { readonly id: number }> {
    const { id, load } = await faulty(() => this.#startRequest(name));
    const calls: Call[] = [];
    const ask: Ask = async (call) => {
      try {
        const answer = await faulty(() =>
          this.#connection.sendRequest(AskRequest, { ...call, id, implementation: load.implementation, budget: started.budget }),
        );
        started.answered = true;
        return answer;
      } catch (error) {
        if (error instanceof AttemptFault && ENDED.includes(error.fault.kind)) forget();
        throw error;
      }
    };
    const impl = remote(ask, load.exports, (call) => void calls.push(call));
    const started = { id, impl, calls, budget: this.parts.budget(BOUNDS.checkSeconds.save), answered: false };
    return started;
  }

  #startRequest(name: ImplementationName) {
    return this.#connection.sendRequest(StartRequest, { name });
  }
}

/** Faults with which the process has ended. */
const ENDED: readonly ImplementationFault["kind"][] = ["died", "timedOut", "busy"];
