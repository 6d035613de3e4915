/** The implementations that a grade asks, each started once, when it is first needed. */
import type { MessageConnection } from "vscode-jsonrpc";
import type { Onnx } from "../check/index.ts";
import { AskRequest, type ImplementationName, StartRequest, type StartResult, StopNotification } from "../protocol/grader.ts";
import type { TensorData } from "../protocol/tensor.ts";
import { decode, encode } from "../protocol/wire.ts";
import { type Ask, AttemptFault, type Call, faulty, remote } from "./remote.ts";

export interface Started {
  readonly impl: object;
  /** The calls since the question began, in the order in which they were answered. */
  readonly calls: Call[];
  /** Whether its process has answered anything. */
  answered: boolean;
}

export class Implementations {
  readonly #connection: MessageConnection;
  readonly #started = new Map<ImplementationName, Promise<Started & { readonly id: number }>>();
  #oracle: Promise<StartResult> | undefined;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
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
    const { value } = await this.#connection.sendRequest(AskRequest, { id, implementation: 0, method: graph, args: [encode(inputs)] });
    return decode(value) as Record<string, TensorData>;
  };

  async #start(name: ImplementationName, forget: () => void): Promise<Started & { readonly id: number }> {
    const { id, load } = await faulty(() => this.#startRequest(name));
    const calls: Call[] = [];
    const ask: Ask = async (call) => {
      try {
        const answer = await faulty(() => this.#connection.sendRequest(AskRequest, { ...call, id, implementation: load.implementation }));
        started.answered = true;
        return answer;
      } catch (error) {
        if (error instanceof AttemptFault && error.fault.kind === "died") forget();
        throw error;
      }
    };
    const impl = remote(ask, load.exports, (call) => void calls.push(call));
    const started = { id, impl, calls, answered: false };
    return started;
  }

  #startRequest(name: ImplementationName) {
    return this.#connection.sendRequest(StartRequest, { name });
  }
}
