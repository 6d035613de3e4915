// You draw the parabola through three measurements only: noise in one of them moves it. Least squares take all of them.
import type { Allocation, Measurement, Model, Plan, PowerLaw, Shape, Study } from "./surface.ts";
import { trainModel } from "./training.ts";

/** 2 N for each token forward, a multiplication and an addition for each weight, and twice that backward. */
export function trainingFlops(parameters: number, tokens: number): number {
  return 6 * parameters * tokens;
}

/** With D = r N the budget is C = 6 r N^2. */
export function optimalAllocation(flops: number, tokensPerParameter: number): Allocation {
  const parameters = Math.sqrt(flops / (6 * tokensPerParameter));
  return { parameters, tokens: tokensPerParameter * parameters };
}

/** No shape has exactly the N that is wanted; the tokens make up for it, so that the budget is spent. */
export function planTraining(flops: number, { shapes, tokensPerParameter, batch, context }: Study): Plan {
  const wanted = optimalAllocation(flops, tokensPerParameter).parameters;
  const away = (shape: Shape) => Math.abs(Math.log(blockParameters(shape) / wanted));
  const shape = shapes.reduce((best, other) => (away(other) < away(best) ? other : best));
  const parameters = blockParameters(shape);
  const tokens = flops / (6 * parameters);
  return { shape, parameters, tokens, steps: Math.max(1, Math.round(tokens / (batch * context))) };
}

const blockParameters = ({ layers, width }: Shape): number => 12 * layers * width ** 2;

export async function trainOptimal(flops: number, study: Study): Promise<{ plan: Plan; model: Model }> {
  const plan = planTraining(flops, study);
  const { vocabulary, context, seed, onStart, onStep } = study;
  const model = await trainModel({ ...plan.shape, vocabulary, context }, study, { steps: plan.steps, seed, onStart, onStep });
  return { plan, model };
}

/** loss = a u^2 + b u + c by least squares, with u = ln N - mean of ln N: a polynomial is better behaved around 0. */
export function fitIsoFlop(all: readonly Measurement[]): Measurement {
  const sorted = all.toSorted((a, b) => a.parameters - b.parameters);
  const best = sorted.findIndex(({ loss }) => loss === Math.min(...sorted.map((other) => other.loss)));
  const first = Math.min(Math.max(best - 1, 0), sorted.length - 3);
  const measurements = sorted.slice(first, first + 3); // the best and its neighbours
  const x = measurements.map(({ parameters }) => Math.log(parameters));
  const y = measurements.map(({ loss }) => loss);
  const u = x.map((xi) => xi - mean(x));
  const moment = (power: number) => mean(u.map((ui) => ui ** power));
  const against = (power: number) => mean(u.map((ui, i) => ui ** power * (y[i] as number)));
  const normal = [
    [moment(4), moment(3), moment(2)],
    [moment(3), moment(2), 0],
    [moment(2), 0, 1],
  ]; // of the three derivatives, each 0 at the least sum of squares
  const [a, b, c] = solve(normal, [against(2), against(1), against(0)]) as [number, number, number];
  const lowest = -b / (2 * a);
  return { parameters: Math.exp(lowest + mean(x)), loss: a * lowest ** 2 + b * lowest + c };
}

export function fitPowerLaw(points: readonly (readonly [number, number])[]): PowerLaw {
  const x = points.map(([xi]) => Math.log(xi));
  const y = points.map(([, yi]) => Math.log(yi));
  const [meanX, meanY] = [mean(x), mean(y)];
  const exponent = mean(x.map((xi, i) => (xi - meanX) * ((y[i] as number) - meanY))) / mean(x.map((xi) => (xi - meanX) ** 2));
  return { coefficient: Math.exp(meanY - exponent * meanX), exponent };
}

/** Cramer's rule for three equations. */
function solve(rows: readonly (readonly number[])[], right: readonly number[]): number[] {
  const whole = determinant(rows);
  return rows.map((_, column) => determinant(rows.map((row, i) => row.map((value, j) => (j === column ? (right[i] as number) : value)))) / whole);
}

function determinant(rows: readonly (readonly number[])[]): number {
  const [a, b, c] = rows as [readonly number[], readonly number[], readonly number[]];
  const cross = [0, 1, 2].map((i) => {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    return (b[j] as number) * (c[k] as number) - (b[k] as number) * (c[j] as number);
  });
  return cross.reduce((sum, value, i) => sum + (a[i] as number) * value, 0);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
