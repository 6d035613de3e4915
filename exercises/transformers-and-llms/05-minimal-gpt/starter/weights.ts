/** The weights that training starts from. They are given. */
import * as tf from "@tensorflow/tfjs";
import type { random } from "practicum";
import type { GPTConfig, GPTWeights } from "./surface.ts";

type RandomStream = ReturnType<typeof random>;

/** Standard deviation of every matrix: the 0.02 that GPT-2 (Radford et al., 2019) has at width 768, at any width. */
const deviationAt = (width: number): number => 0.02 * Math.sqrt(768 / width);

/** Variables, which an optimizer of tfjs changes in place. Gains start at 1, biases at 0. */
export function initialWeights({ vocabulary, context, width, layers }: GPTConfig, stream: RandomStream): GPTWeights {
  const matrix = (rows: number, columns: number, deviation = deviationAt(width)) =>
    variable(
      tf.tensor2d(
        Array.from({ length: rows * columns }, () => stream.normal(0, deviation)),
        [rows, columns],
      ),
    );
  const norm = () => ({ gain: variable(tf.ones([width]) as tf.Tensor1D), bias: variable(tf.zeros([width]) as tf.Tensor1D) });
  const linear = (from: number, to: number, deviation?: number) => ({ weight: matrix(from, to, deviation), bias: variable(tf.zeros([to]) as tf.Tensor1D) });
  const intoResidual = deviationAt(width) / Math.sqrt(2 * layers); // 2 * layers such layers add up in the residual stream
  return {
    tokenEmbedding: matrix(vocabulary, width),
    positionEmbedding: matrix(context, width),
    blocks: Array.from({ length: layers }, () => ({
      attentionNorm: norm(),
      queryKeyValue: linear(width, 3 * width),
      projection: linear(width, width, intoResidual),
      feedForwardNorm: norm(),
      expand: linear(width, 4 * width),
      contract: linear(4 * width, width, intoResidual),
    })),
    finalNorm: norm(),
  };
}

/** A variable is a tensor of the same shape whose values may change. */
const variable = <T extends tf.Tensor>(initial: T): T => tf.variable(initial) as tf.Tensor as T;
