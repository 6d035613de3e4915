/** A model of the GPT-2 family, as far as its parameters go. */
export interface GPT2Config {
  /** Number of transformer blocks, L. */
  readonly layers: number;
  /** Width of the residual stream, d (often written d_model). A multiple of `heads`. */
  readonly width: number;
  /** Attention heads of each block; each works on `width / heads` of the dimensions. */
  readonly heads: number;
  /** Longest sequence, T, in tokens. */
  readonly context: number;
  /** Number of different tokens, V. */
  readonly vocabulary: number;
}

/** Numbers that training adjusts, by component, each summed over all blocks. */
export interface ParameterCount {
  readonly tokenEmbedding: number;
  readonly positionEmbedding: number;
  readonly attention: number;
  readonly feedForward: number;
  readonly layerNorm: number;
  /** The whole model: the sum of the five above. */
  readonly total: number;
}

export interface Surface {
  /** The estimate 12 L d^2 + V d, in parameters. */
  approximateParameters(config: GPT2Config): number;
  /** How far `counted` lies above `reported`, as a fraction of `reported`: 0.01 is 1% above, -0.01 is 1% below. */
  relativeGap(counted: number, reported: number): number;
  /** The exact count, biases and layer norms included. */
  countParameters(config: GPT2Config): ParameterCount;
}
