/** What is shown of a tensor, or of a table of numbers, that differs from the expected one. Bounded, however large the tensors are. */
import type { SourceLocation } from "./runtime.ts";
import type { DType } from "./tensor.ts";

export interface TensorMismatch {
  /** Path within a structured answer, e.g. `[1]` or `.weights`; empty at the top. */
  readonly path: string;
  readonly got: TensorForm;
  readonly want: TensorForm;
  /** Where the shapes are the same: how many elements are out of tolerance. */
  readonly differing?: number;
  /** What the differences have in common, as a sentence. */
  readonly pattern?: string;
  readonly map?: ErrorMap;
  /** The largest errors first; of a hidden check in order of place, and without expected values. */
  readonly elements?: readonly DifferingElement[];
}

export interface TensorForm {
  /** "number" for lists of numbers. */
  readonly dtype: DType | "number";
  readonly shape: readonly number[];
  /** Counts of elements; not told of what a hidden check expects. */
  readonly nan?: number;
  readonly infinite?: number;
}

/** The largest error of each cell: a block of neighbouring elements. */
export interface ErrorMap {
  /** How many elements a cell is long along each axis; 1 everywhere in a small tensor. */
  readonly block: readonly number[];
  /**
   * base64 of float32 (little-endian, row-major), one for each cell. 0: every element of the cell is accepted. Infinity: one of them is NaN or infinite,
   * or ought to be. Of a hidden check 1 stands for any error.
   */
  readonly cells: string;
}

/** Numbers as text: JSON has no NaN, and two that differ are given as many digits as it takes to see it. */
export interface DifferingElement {
  readonly index: readonly number[];
  readonly got: string;
  readonly want?: string;
  /** Absent also where one of the two is NaN or infinite. */
  readonly error?: string;
  /** The largest error that would be accepted there. */
  readonly allowed?: string;
}

/** Which of the intermediates that attempt and reference have both traced is the first to differ. */
export interface Divergence {
  /** Absent where all of them agree: the answer goes wrong after the last one. */
  readonly name?: string;
  /** Those that agree before it. */
  readonly agree: readonly string[];
  /** All of it in words, and how it differs, but of a hidden check. */
  readonly sentence: string;
  /** Line of the learner's `trace.tensor`: of the one that differs, else of the last that agrees. */
  readonly location?: SourceLocation;
}
