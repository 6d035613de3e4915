// Lists the shape of every tensor of the model, as a checkpoint would, and multiplies them out.
import type { GPT2Config, ParameterCount } from "./surface.ts";

type Shape = readonly number[];

export const approximateParameters = (config: GPT2Config): number => {
  const { width: d } = config;
  const matricesOfBlock: Shape[] = [
    [d, 3 * d],
    [d, d],
    [d, 4 * d],
    [4 * d, d],
  ];
  return config.layers * sum(matricesOfBlock) + sum([[config.vocabulary, d]]);
};

export const relativeGap = (counted: number, reported: number): number => counted / reported - 1;

export const countParameters = (config: GPT2Config): ParameterCount => {
  const { width: d } = config;
  const norm: Shape[] = [[d], [d]];
  const attention: Shape[] = [[d, 3 * d], [3 * d], [d, d], [d]];
  const feedForward: Shape[] = [[d, 4 * d], [4 * d], [4 * d, d], [d]];
  const everyBlock = (shapes: readonly Shape[]): Shape[] => Array.from({ length: config.layers }, () => shapes).flat();
  const components = {
    tokenEmbedding: sum([[config.vocabulary, d]]),
    positionEmbedding: sum([[config.context, d]]),
    attention: sum(everyBlock(attention)),
    feedForward: sum(everyBlock(feedForward)),
    layerNorm: sum([...everyBlock([...norm, ...norm]), ...norm]),
  };
  return { ...components, total: Object.values(components).reduce((a, b) => a + b) };
};

const sum = (shapes: readonly Shape[]): number => shapes.reduce((total, shape) => total + shape.reduce((size, d) => size * d, 1), 0);
