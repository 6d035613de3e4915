import { notWrittenYet } from "practicum";
import type { Allocation, Measurement, Model, Plan, PowerLaw, Study } from "./surface.ts";
import { trainModel } from "./training.ts";

/**
 * What training costs.
 * @returns FLOPs
 */
export function trainingFlops(parameters: number, tokens: number): number {
  // TODO: forward and backward
  return notWrittenYet();
}

/**
 * How a budget is spent where D = tokensPerParameter * N.
 * @param flops the budget C
 * @returns N (parameters) and D (tokens), not rounded
 */
export function optimalAllocation(flops: number, tokensPerParameter: number): Allocation {
  // TODO
  return notWrittenYet();
}

/**
 * The training of a budget: which of the study's shapes, on how many tokens, in how many steps of `batch * context` tokens.
 * @param flops the budget C, which the plan is to spend
 */
export function planTraining(flops: number, study: Study): Plan {
  // TODO: the shape whose N is nearest by ratio; the tokens that this N can read; whole steps, at least 1
  return notWrittenYet();
}

/** Plans a training, then trains. */
export async function trainOptimal(flops: number, study: Study): Promise<{ plan: Plan; model: Model }> {
  // TODO: `trainModel` is given; hand it the study's seed and hooks
  return notWrittenYet();
}

/**
 * Fits loss = a (ln N)^2 + b ln N + c to models of one budget.
 * @returns N (parameters) and loss (nats per token) of the lowest point
 */
export function fitIsoFlop(measurements: readonly Measurement[]): Measurement {
  // TODO
  return notWrittenYet();
}

/**
 * Fits y = coefficient * x^exponent by least squares on logarithmic axes.
 * @param points [x, y], both positive
 */
export function fitPowerLaw(points: readonly (readonly [number, number])[]): PowerLaw {
  // TODO
  return notWrittenYet();
}
