/** One operator: how tfjs or `practicum` is asked, and the same in double precision. */
import type * as Tf from "@tensorflow/tfjs";
import type * as Practicum from "../../extension/runtime/practicum.ts";
import type { Doubles } from "./doubles.ts";

/** Whatever rank an operator asks for. */
// biome-ignore lint/suspicious/noExplicitAny: ranks are types in tfjs, and a table has them all
export type Operand = any;
type Operands = readonly [Operand, Operand, Operand, Operand];

export interface Input {
  readonly shape: readonly number[];
  /** Of what the numbers are drawn: "normal" by default; the whole numbers are below `below`. */
  readonly from?: "normal" | "positive" | "unit";
}
export interface WholeInput {
  readonly shape: readonly number[];
  readonly below: number;
}

export interface Case {
  readonly name: string;
  readonly inputs: readonly Input[];
  /** Inputs of dtype int32: token ids, labels. They come after the others. */
  readonly whole?: readonly WholeInput[];
  /** Runs in the backend's process, as text: it sees nothing but its arguments. */
  readonly ask: (tf: typeof Tf, x: Operands, n: Operands, practicum: typeof Practicum) => unknown;
  readonly expect: (x: readonly [Doubles, Doubles, Doubles, Doubles], n: readonly [Doubles, Doubles, Doubles, Doubles]) => Doubles;
  /** Whether it has gradients that are compared too; they are, by default. */
  readonly gradient?: boolean;
  /** Largest error, as a part of the largest value expected; 2e-5 by default. */
  readonly tolerance?: number;
}

export const shape = (...lengths: number[]): Input => ({ shape: lengths });
export const positive = (...lengths: number[]): Input => ({ shape: lengths, from: "positive" });
/** In [0, 1). */
export const unit = (...lengths: number[]): Input => ({ shape: lengths, from: "unit" });
export const whole = (below: number, ...lengths: number[]): WholeInput => ({ shape: lengths, below });
