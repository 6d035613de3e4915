import { notWrittenYet } from "practicum";
import type { GPT2Config, ParameterCount } from "./surface.ts";

/**
 * The estimate 12 L d^2 + V d.
 * @returns parameters
 */
export function approximateParameters(config: GPT2Config): number {
  // TODO: the estimate, for any configuration
  return notWrittenYet();
}

/**
 * How far `counted` lies above `reported`.
 * @returns a fraction of `reported`; negative when `counted` is the smaller
 */
export function relativeGap(counted: number, reported: number): number {
  // TODO: compare two counts
  return notWrittenYet();
}

/**
 * The exact count of a model of the GPT-2 family, by component.
 * @returns parameters, each component summed over all blocks
 */
export function countParameters(config: GPT2Config): ParameterCount {
  // TODO: count every weight, bias, gain and shift once
  return notWrittenYet();
}
