/** A tensor as it is told: whole where it is small, by its statistics otherwise. */
import type { SourceLocation, TensorStatistics, TracedTensor } from "../../protocol/runtime.ts";
import { type DType, tensor } from "../../protocol/tensor.ts";

/** 64 KiB of float32. */
const MAX_ELEMENTS = 16_384;

/** @throws {TypeError} for a dtype that does not cross processes */
export function tracedTensor(
  name: string,
  { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: string },
  values: ArrayLike<number>,
  location?: SourceLocation,
): TracedTensor {
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") throw new TypeError(`trace.tensor: "${name}" is of dtype ${dtype}, which cannot be traced`);
  const value = values.length <= MAX_ELEMENTS ? { value: tensor(values, shape, dtype as DType) } : {};
  return { name, shape: [...shape], dtype, ...value, statistics: statisticsOf(values), ...(location && { location }) };
}

function statisticsOf(values: ArrayLike<number>): TensorStatistics {
  let [count, mean, squares, min, max, nan] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (!Number.isFinite(x)) {
      if (Number.isNaN(x)) nan++;
      continue;
    }
    count++;
    const off = x - mean; // Welford (1962): `squares` is the sum of squared deviations from the running mean
    mean += off / count;
    squares += off * (x - mean);
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const of = (x: number) => (count > 0 ? x : Number.NaN);
  return { mean: of(mean), deviation: of(Math.sqrt(squares / count)), min: of(min), max: of(max), nan, infinite: values.length - count - nan };
}
