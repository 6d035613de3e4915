/** The implementations that a grade asks, each started once, when it is first needed. */
import type { MessageConnection } from "vscode-jsonrpc";
import type { Onnx } from "../check/index.ts";
import { BOUNDS } from "../protocol/bounds.ts";
import {
  AskRequest,
  type Budget,
  type ImplementationName,
  type Outside,
  OutsideRequest,
  PartOfAnswerRequest,
  SettleRequest,
  type StartParams,
  StartRequest,
  type StartResult,
  StopNotification,
} from "../protocol/grader.ts";
import type { ImplementationFault } from "../protocol/runtime.ts";
import type { TensorData } from "../protocol/tensor.ts";
import { decode, encode } from "../protocol/wire.ts";
import type { Parts } from "./parts.ts";
import { type Ask, AttemptFault, type Call, faulty, remote } from "./remote.ts";
import { wholeAnswer } from "./wholeAnswer.ts";

export interface Started {
  readonly impl: object;
  /** The calls since the question began, in the order in which they were answered. */
  readonly calls: Call[];
  /** What the calls of the question may take together. */
  budget: Budget;
  /** What the system says of its process. @throws {AttemptFault} when that has ended */
  readonly outside: () => Promise<Outside>;
  /** Resolves when what the last answer has left to be done is done. @throws {AttemptFault} when that has ended the process */
  readonly settled: () => Promise<void>;
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
    const starting = this.#start({ name }, () => this.#started.get(name) === starting && this.#started.delete(name));
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

  /** One in a process of its own, for this work only. */
  async alone<T>(name: ImplementationName, work: (started: Started) => Promise<T>): Promise<T> {
    const started = await this.#start({ name, alone: true }, () => {});
    try {
      return await work(started);
    } catch (error) {
      if (error instanceof AttemptFault && error.fault.before) throw new AttemptFault({ ...error.fault, before: undefined }); // nobody else asked it
      throw error;
    } finally {
      await this.#connection.sendNotification(StopNotification, { id: started.id });
    }
  }

  readonly onnx: Onnx = async (graph, inputs) => {
    this.#oracle ??= this.#startRequest({ name: "oracle" });
    this.#oracle.catch(() => {
      this.#oracle = undefined;
    });
    const { id } = await this.#oracle;
    const question = { id, implementation: 0, method: graph, args: [encode(inputs)], budget: this.parts.budget(BOUNDS.checkSeconds.run) };
    const { value } = await this.#connection.sendRequest(AskRequest, question);
    return decode(value) as Record<string, TensorData>;
  };

  async #start(params: StartParams, forget: () => void): Promise<Started & { readonly id: number }> {
    const { id, load } = await faulty(() => this.#startRequest(params));
    const calls: Call[] = [];
    const orForget = async <T>(request: () => Promise<T>): Promise<T> => {
      try {
        return await faulty(request);
      } catch (error) {
        if (error instanceof AttemptFault && ENDED.includes(error.fault.kind)) forget();
        throw error;
      }
    };
    const ask: Ask = async (call) => {
      const question = { ...call, id, implementation: load.implementation, budget: started.budget };
      const { budget } = question;
      const answer = await orForget(() => this.#connection.sendRequest(AskRequest, question));
      started.answered = true;
      return wholeAnswer(answer, (part) => orForget(() => this.#connection.sendRequest(PartOfAnswerRequest, { ...part, id, budget })));
    };
    const started = {
      ...{ id, calls, answered: false },
      budget: this.parts.budget(BOUNDS.checkSeconds.save),
      impl: remote(ask, load.exports, (call) => void calls.push(call)),
      outside: () => orForget(() => this.#connection.sendRequest(OutsideRequest, { id })),
      settled: async () => void (await orForget(() => this.#connection.sendRequest(SettleRequest, { id }))),
    };
    return started;
  }

  #startRequest(params: StartParams) {
    return this.#connection.sendRequest(StartRequest, params);
  }
}

/** Faults with which the process has ended. */
const ENDED: readonly ImplementationFault["kind"][] = ["died", "timedOut", "busy"];
