/**
 * A function that a check hands over, as data: nothing leads back from a runtime into a check, so a runtime makes the function of what is said here.
 * Each call takes a moment: whoever does not wait for it goes on before any of this is done.
 */
import type { Value } from "./tensor.ts";

export interface CallbackSpec {
  /** What variables are set to, each at its place within the first argument. A name that ends with "()" is that of a method, which gives what the place is in. */
  readonly assigns?: Value;
  /** The series that tells of the calls, each by a point: at the first argument, with the second as its value. */
  readonly tells?: string;
  /** What a call returns, as a promise. */
  readonly gives?: Value;
}

export interface Callback {
  readonly $callback: CallbackSpec;
}

export const isCallback = (value: unknown): value is Callback =>
  typeof value === "object" && value !== null && typeof (value as Partial<Callback>).$callback === "object";
