/** What the checks compute with, in float64. */
import { type TensorData, tensor } from "practicum/check";

// Answers are float32, expected values float64. Measured: correct answers are off by 2e-6, misconceptions by 1e-2 and more.
export const ROUNDING = { rtol: 1e-4, atol: 1e-4 };

/** Elements of several tensors of one shape, in float64. */
export const map = (of: (...x: number[]) => number, first: TensorData, ...others: TensorData[]): TensorData =>
  tensor(
    Array.from(first.data, (x, i) => of(x, ...others.map(({ data }) => data[i] as number))),
    first.shape,
  );

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
