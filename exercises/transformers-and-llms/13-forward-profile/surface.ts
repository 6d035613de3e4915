import type { Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";

/** The sizes of a GPT. */
export interface GPTConfig {
  /** Number of different tokens, V. */
  readonly vocabulary: number;
  /** Longest sequence that the model can read, in tokens. */
  readonly context: number;
  /** Width of the residual stream, d; a multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  /** Number of blocks, L. */
  readonly layers: number;
}

export interface NormWeights {
  /** [width] */
  readonly gain: Tensor1D;
  /** [width] */
  readonly bias: Tensor1D;
}

export interface LinearWeights {
  /** [in, out] */
  readonly weight: Tensor2D;
  /** [out] */
  readonly bias: Tensor1D;
}

/** The weights of one block. */
export interface BlockWeights {
  readonly attentionNorm: NormWeights;
  /** weight [width, 3 * width] */
  readonly queryKeyValue: LinearWeights;
  /** weight [width, width] */
  readonly projection: LinearWeights;
  readonly feedForwardNorm: NormWeights;
  /** weight [width, 4 * width] */
  readonly expand: LinearWeights;
  /** weight [4 * width, width] */
  readonly contract: LinearWeights;
}

export interface GPTWeights {
  /** [vocabulary, width]; its transpose turns the last layer into logits */
  readonly tokenEmbedding: Tensor2D;
  /** [context, width] */
  readonly positionEmbedding: Tensor2D;
  /** One for each layer, first layer first. */
  readonly blocks: readonly BlockWeights[];
  readonly finalNorm: NormWeights;
}

/** What the time goes to; also the names of the spans. */
export type Component = "embedding" | "layerNorm" | "attention" | "feedForward" | "output";

/** A stretch of time, as `trace.span` records it. */
export interface Span {
  readonly id: number;
  readonly name: string;
  /** Milliseconds, by the clock of the program. */
  readonly start: number;
  /** Milliseconds */
  readonly duration: number;
  /** `id` of the span within which it began; absent where there is none. */
  readonly parent?: number;
}

/** A number for each component. */
export type ByComponent = Record<Component, number>;

export interface Surface {
  /** The logits of a GPT, each part within a span of its component; tokens: int32 [batch, time] -> [batch, time, vocabulary] */
  forward(weights: GPTWeights, config: GPTConfig, tokens: Tensor2D): Promise<Tensor3D>;
  /** Milliseconds of each component, and of what belongs to none ("other"). */
  timeByComponent(spans: readonly Span[]): ByComponent & { readonly other: number };
  /** FLOPs of the matrix products of a forward pass; a multiplication and an addition are two. */
  countFlops(config: GPTConfig, batch: number, time: number): ByComponent;
  /** The sequence length at which attention takes as many FLOPs as the feed-forward networks, in tokens. */
  crossoverLength(config: GPTConfig): number;
  /** 10^9 FLOPs a second; flops in FLOPs, milliseconds in ms. 0 where there are no FLOPs. */
  gigaflopsPerSecond(flops: ByComponent, milliseconds: ByComponent): ByComponent;
}
