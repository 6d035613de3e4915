/** The GPT whose size is varied: pre-LN blocks, tied embeddings, as in GPT-2. Given. */
import * as tf from "@tensorflow/tfjs";
import { crossEntropy, gelu, layerNorm, random } from "practicum";
import type { GPTConfig, Model } from "./surface.ts";

interface Linear {
  /** [in, out] */
  readonly weight: tf.Tensor2D;
  /** [out] */
  readonly bias: tf.Tensor1D;
}

interface Norm {
  readonly gain: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

interface Block {
  readonly attentionNorm: Norm;
  readonly queryKeyValue: Linear;
  readonly projection: Linear;
  readonly feedForwardNorm: Norm;
  readonly expand: Linear;
  readonly contract: Linear;
}

/** Its weights are variables, which an optimizer of tfjs finds and changes by itself. */
export class GPT implements Model {
  readonly config: GPTConfig;
  readonly #tokenEmbedding: tf.Tensor2D;
  readonly #positionEmbedding: tf.Tensor2D;
  readonly #blocks: readonly Block[];
  readonly #finalNorm: Norm;

  /** @param seed decides the weights that training starts from */
  constructor(config: GPTConfig, seed: number) {
    const { vocabulary, context, width, layers } = config;
    const stream = random(seed);
    // GPT-2 (Radford et al., 2019) has 0.02 at width 768; layers that add to the residual stream start smaller, as 2 * layers of them add up.
    const matrix = (rows: number, columns: number, deviation = 0.02 * Math.sqrt(768 / width)) =>
      variable(
        tf.tensor2d(
          Float32Array.from({ length: rows * columns }, () => stream.normal(0, deviation)),
          [rows, columns],
        ),
      );
    const norm = () => ({ gain: variable(tf.ones<tf.Rank.R1>([width])), bias: variable(tf.zeros<tf.Rank.R1>([width])) });
    const linear = (from: number, to: number, deviation?: number) => ({ weight: matrix(from, to, deviation), bias: variable(tf.zeros<tf.Rank.R1>([to])) });
    const intoStream = 0.02 * Math.sqrt(768 / width / (2 * layers));
    this.config = config;
    this.#tokenEmbedding = matrix(vocabulary, width);
    this.#positionEmbedding = matrix(context, width);
    this.#blocks = Array.from({ length: layers }, () => ({
      attentionNorm: norm(),
      queryKeyValue: linear(width, 3 * width),
      projection: linear(width, width, intoStream),
      feedForwardNorm: norm(),
      expand: linear(width, 4 * width),
      contract: linear(4 * width, width, intoStream),
    }));
    this.#finalNorm = norm();
  }

  /** tokens: int32 [batch, time] -> [batch, time, vocabulary] */
  logits(tokens: tf.Tensor2D): tf.Tensor3D {
    const { width, vocabulary } = this.config;
    const [batch, time] = tokens.shape;
    const start = tf.gather(this.#tokenEmbedding, tokens.flatten()).reshape([batch, time, width]).add<tf.Tensor3D>(this.#positionEmbedding.slice(0, time));
    const end = this.#blocks.reduce((x, block) => this.#block(x, block), start); // [batch, time, width]
    const rows = layerNorm(end, this.#finalNorm).reshape<tf.Tensor2D>([batch * time, width]);
    return tf.matMul(rows, this.#tokenEmbedding, false, true).reshape([batch, time, vocabulary]);
  }

  /** Mean cross-entropy of the next token; windows: int32 [batch, time + 1] -> scalar, in nats */
  loss(windows: tf.Tensor2D): tf.Scalar {
    const [batch, length] = windows.shape;
    return crossEntropy(this.logits(windows.slice([0, 0], [batch, length - 1])), windows.slice([0, 1], [batch, length - 1]));
  }

  weights(): Record<string, tf.Tensor> {
    const layers = { tokenEmbedding: this.#tokenEmbedding, positionEmbedding: this.#positionEmbedding, finalNorm: this.#finalNorm, blocks: this.#blocks };
    return flat(layers);
  }

  #block(x: tf.Tensor3D, block: Block): tf.Tensor3D {
    const attended = x.add<tf.Tensor3D>(this.#attention(layerNorm(x, block.attentionNorm), block));
    return attended.add(linear(gelu(linear(layerNorm(attended, block.feedForwardNorm), block.expand), "tanh"), block.contract));
  }

  #attention(x: tf.Tensor3D, { queryKeyValue, projection }: Block): tf.Tensor3D {
    const [batch, time, width] = x.shape;
    const { heads } = this.config;
    const perHead = (t: tf.Tensor3D) => t.reshape([batch, time, heads, width / heads]).transpose<tf.Tensor4D>([0, 2, 1, 3]); // [batch, heads, time, dim]
    const [q, k, v] = (tf.split(linear(x, queryKeyValue), 3, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]).map(perHead) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const future = tf.sub(1, tf.linalg.bandPart(tf.ones([time, time]), -1, 0)); // [query, key]: 1 where key > query
    const scores = tf
      .matMul(q, k, false, true)
      .mul(Math.sqrt(heads / width))
      .sub<tf.Tensor4D>(future.mul(1e9)); // [batch, heads, query, key]
    const mixed = tf.matMul(tf.softmax(scores), v).transpose([0, 2, 1, 3]).reshape<tf.Tensor3D>([batch, time, width]);
    return linear(mixed, projection);
  }
}

/** Tensors of a record of records by path, e.g. `blocks.0.expand.weight`. */
const flat = (record: object, prefix = ""): Record<string, tf.Tensor> =>
  Object.assign({}, ...Object.entries(record).map(([key, part]) => (part instanceof tf.Tensor ? { [prefix + key]: part } : flat(part, `${prefix}${key}.`))));

const variable = <T extends tf.Tensor>(initial: T): T => tf.variable(initial) as tf.Tensor as T;

/** x: [batch, time, in] -> [batch, time, out] */
function linear(x: tf.Tensor3D, { weight, bias }: Linear): tf.Tensor3D {
  const rows = x.reshape<tf.Tensor2D>([-1, weight.shape[0]]); // [batch * time, in]
  return tf.matMul(rows, weight).add(bias).reshape([x.shape[0], x.shape[1], weight.shape[1]]);
}
