// The parabola by Gram-Schmidt: three polynomials that are orthogonal on these points, each fitted alone; plans by sorting; powers instead of roots.
import type { Allocation, Measurement, Model, Plan, PowerLaw, Study } from "./surface.ts";
import { trainModel } from "./training.ts";

export const trainingFlops = (parameters: number, tokens: number): number => {
  const forward = 2 * parameters;
  const backward = 2 * forward;
  return (forward + backward) * tokens;
};

export const optimalAllocation = (flops: number, tokensPerParameter: number): Allocation => {
  const tokens = ((flops * tokensPerParameter) / 6) ** 0.5;
  return { parameters: tokens / tokensPerParameter, tokens };
};

export const planTraining = (flops: number, study: Study): Plan => {
  const { parameters: wanted } = optimalAllocation(flops, study.tokensPerParameter);
  const [best] = study.shapes
    .map((shape) => ({ shape, parameters: 12 * shape.layers * shape.width * shape.width }))
    .map((known) => ({ ...known, ratio: Math.max(known.parameters / wanted, wanted / known.parameters) }))
    .sort((a, b) => a.ratio - b.ratio);
  if (!best) throw new RangeError("there are no shapes to choose from");
  const tokens = flops / trainingFlops(best.parameters, 1);
  return { shape: best.shape, parameters: best.parameters, tokens, steps: Math.round(tokens / study.batch / study.context) || 1 };
};

export const trainOptimal = async (flops: number, study: Study): Promise<{ plan: Plan; model: Model }> => {
  const plan = planTraining(flops, study);
  const config = { ...plan.shape, vocabulary: study.vocabulary, context: study.context };
  const hooks = { ...(study.onStart && { onStart: study.onStart }), ...(study.onStep && { onStep: study.onStep }) };
  return { plan, model: await trainModel(config, { source: study.source, batch: study.batch }, { steps: plan.steps, seed: study.seed, ...hooks }) };
};

export const fitIsoFlop = (measurements: readonly Measurement[]): Measurement => {
  const x = measurements.map(({ parameters }) => Math.log(parameters));
  const y = measurements.map(({ loss }) => loss);
  const ones = x.map(() => 1);
  const line = without(x, [ones]);
  const bend = without(
    line.map((v) => v * v),
    [ones, line],
  );
  const [onLine, onBend] = [dot(y, line) / dot(line, line), dot(y, bend) / dot(bend, bend)];
  // bend = line^2 - p line - q, so the sum is onBend line^2 + (onLine - onBend p) line + ...
  const [p, q] = [dot(times(line, line), line) / dot(line, line), dot(line, line) / line.length];
  const lowest = p / 2 - onLine / (2 * onBend);
  const loss = dot(y, ones) / y.length + onLine * lowest + onBend * (lowest * lowest - p * lowest - q);
  return { parameters: Math.exp(lowest + dot(x, ones) / x.length), loss };
};

export const fitPowerLaw = (points: readonly (readonly [number, number])[]): PowerLaw => {
  const [x, y] = [points.map(([a]) => Math.log2(a)), points.map(([, b]) => Math.log2(b))];
  const ones = x.map(() => 1);
  const line = without(x, [ones]);
  const exponent = dot(line, y) / dot(line, line);
  return { exponent, coefficient: 2 ** ((dot(y, ones) - exponent * dot(x, ones)) / x.length) };
};

/** What is left of a list when its shares of orthogonal ones are taken off. */
const without = (list: readonly number[], others: readonly (readonly number[])[]): number[] =>
  others.reduce<number[]>((rest, other) => rest.map((value, i) => value - (dot(list, other) / dot(other, other)) * (other[i] as number)), [...list]);

const times = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value * (b[i] as number));
const dot = (a: readonly number[], b: readonly number[]): number => times(a, b).reduce((sum, value) => sum + value, 0);
