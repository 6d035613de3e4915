/** An implementation as the checks see it: every function asynchronous, every object it returned still askable. */
import { ResponseError } from "vscode-jsonrpc";
import { faultFrom } from "../protocol/fault.ts";
import { runEventsOf } from "../protocol/runEvent.ts";
import { type CallParams, type CallResult, IMPLEMENTATION_FAULT, type ImplementationFault, type RunEvent, THE_FUNCTION_ITSELF } from "../protocol/runtime.ts";
import { decode, encode, type HandleRef, namesFrom } from "../protocol/wire.ts";

/** The implementation failed, not the check. */
export class AttemptFault extends Error {
  readonly fault: ImplementationFault;
  constructor(fault: ImplementationFault) {
    super(fault.message);
    this.name = "AttemptFault";
    this.fault = fault;
  }
}

/** Its time was over, by its own doing or by that of the machine. */
export const isLate = ({ kind }: ImplementationFault): boolean => kind === "timedOut" || kind === "busy";

/** @throws {AttemptFault} */
export type Ask = (call: Omit<CallParams, "implementation">) => Promise<CallResult>;

/** What one call answered, and what it took. */
export interface Call {
  /** Which one of all that were asked of this implementation: they are not answered in order. */
  readonly place: number;
  readonly method: string;
  /** As the check gets it: functions stand for what is asked by them. */
  readonly answer: unknown;
  /** By the grader's clock: the way there and back counts, making the inputs and reading the answer does not. */
  readonly ms: number;
  readonly peakBytes: number;
  readonly madeBytes: number;
  /** What it traced. */
  readonly events: readonly RunEvent[];
}

export function remote(ask: Ask, exports: readonly string[], onCall: (call: Call) => void): object {
  let asks = 0;
  const call = async (handle: number | undefined, method: string, args: readonly unknown[]): Promise<unknown> => {
    const place = asks++;
    const question = { handle, method, args: args.map((arg) => encode(arg)) };
    const asked = performance.now();
    const { value, trace, peakBytes, madeBytes } = await ask(question);
    const ms = performance.now() - asked;
    const answer = decode(value, fromHandle);
    onCall({ place, method, answer, ms, peakBytes: numberFrom(peakBytes), madeBytes: numberFrom(madeBytes), events: runEventsOf(trace) });
    return answer;
  };
  const fromHandle = ({ handle, methods }: HandleRef): unknown => {
    if (methods.includes(THE_FUNCTION_ITSELF)) return (...args: unknown[]) => call(handle, THE_FUNCTION_ITSELF, args);
    // An object with a `then` would be taken for a promise.
    return Object.fromEntries(methods.filter((method) => method !== "then").map((method) => [method, (...args: unknown[]) => call(handle, method, args)]));
  };
  // A function that is missing is a fault of the attempt when it is asked, not a TypeError of the check.
  return new Proxy(Object.fromEntries(namesFrom(exports).map((name) => [name, (...args: unknown[]) => call(undefined, name, args)])), {
    get: (known, name) =>
      known[name as string] ?? (typeof name === "symbol" || name === "then" ? undefined : (...args: unknown[]) => call(undefined, name, args)),
  });
}

const numberFrom = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Tells the implementation's fault from ours. */
export async function faulty<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ResponseError && error.code === IMPLEMENTATION_FAULT) throw new AttemptFault(faultFrom(error.data));
    throw error;
  }
}
