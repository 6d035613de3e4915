// Any polynomial by Gaussian elimination of its normal equations, centred; a line is one, a parabola is one.
import type { Allocation, Measurement, Model, Plan, PowerLaw, Study } from "./surface.ts";
import { trainModel } from "./training.ts";

export function trainingFlops(parameters: number, tokens: number): number {
  return parameters * tokens * 6;
}

export function optimalAllocation(flops: number, tokensPerParameter: number): Allocation {
  const parameters = Math.exp((Math.log(flops) - Math.log(6) - Math.log(tokensPerParameter)) / 2);
  return { parameters, tokens: flops / 6 / parameters };
}

export function planTraining(flops: number, study: Study): Plan {
  const wanted = optimalAllocation(flops, study.tokensPerParameter).parameters;
  let plan: Plan | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (const shape of study.shapes) {
    const parameters = shape.layers * 12 * shape.width ** 2;
    const distance = Math.log(parameters / wanted) ** 2;
    if (distance >= nearest) continue;
    nearest = distance;
    const tokens = flops / (parameters * 6);
    plan = { shape, parameters, tokens, steps: Math.max(Math.round(tokens / (study.context * study.batch)), 1) };
  }
  return plan as Plan;
}

export async function trainOptimal(flops: number, study: Study): Promise<{ plan: Plan; model: Model }> {
  const plan = planTraining(flops, study);
  const config = { vocabulary: study.vocabulary, context: study.context, ...plan.shape };
  const model = await trainModel(config, study, { ...study, steps: plan.steps });
  return { plan, model };
}

export function fitIsoFlop(measurements: readonly Measurement[]): Measurement {
  const x = measurements.map(({ parameters }) => Math.log(parameters));
  const centre = x.reduce((a, b) => a + b) / x.length;
  const [c, b, a] = polynomial(
    x.map((xi) => xi - centre),
    measurements.map(({ loss }) => loss),
    2,
  ) as [number, number, number];
  return { parameters: Math.exp(centre - b / (2 * a)), loss: c - b ** 2 / (4 * a) };
}

export function fitPowerLaw(points: readonly (readonly [number, number])[]): PowerLaw {
  const x = points.map(([xi]) => Math.log(xi));
  const centre = x.reduce((a, b) => a + b) / x.length;
  const [height, exponent] = polynomial(
    x.map((xi) => xi - centre),
    points.map(([, yi]) => Math.log(yi)),
    1,
  ) as [number, number];
  return { coefficient: Math.exp(height - exponent * centre), exponent };
}

/** Coefficients by rising power. */
function polynomial(x: readonly number[], y: readonly number[], degree: number): number[] {
  const powers = Array.from({ length: degree + 1 }, (_, power) => power);
  const sumOf = (term: (i: number) => number) => x.reduce((total, _, i) => total + term(i), 0);
  const rows = powers.map((p) => [...powers.map((q) => sumOf((i) => (x[i] as number) ** (p + q))), sumOf((i) => (x[i] as number) ** p * (y[i] as number))]);
  const reduced = powers.reduce((system, pivot) => {
    const chosen = (system[pivot] as number[]).map((value) => value / ((system[pivot] as number[])[pivot] as number));
    return system.map((row, i) => (i === pivot ? chosen : row.map((value, j) => value - (row[pivot] as number) * (chosen[j] as number))));
  }, rows);
  return reduced.map((row) => row.at(-1) as number);
}
