import type { Optimizer, Scalar, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";

/** The sizes of one layer of experts. */
export interface LayerSizes {
  /** Width of the residual stream. */
  readonly width: number;
  /** Width within an expert. */
  readonly hidden: number;
  readonly experts: number;
}

/** The sizes of the language model: attention, then one layer of experts. With one expert it is a dense model. */
export interface ModelConfig extends LayerSizes {
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** Longest sequence that the model can read, in tokens. */
  readonly context: number;
}

/** The weights of one layer of experts. */
export interface MoEWeights {
  /** [width, experts] */
  readonly router: Tensor2D;
  /** [experts, width, hidden]: the first linear layer of each expert. GELU follows. */
  readonly expandWeight: Tensor3D;
  /** [experts, hidden] */
  readonly expandBias: Tensor2D;
  /** [experts, hidden, width] */
  readonly contractWeight: Tensor3D;
  /** [experts, width] */
  readonly contractBias: Tensor2D;
}

/** Where each token goes. */
export interface Routing {
  /** [tokens, experts]: softmax of the router's scores */
  readonly probabilities: Tensor2D;
  /** int32 [tokens]: the expert with the largest probability */
  readonly expert: Tensor1D;
  /** [tokens]: the probability of that expert */
  readonly gate: Tensor1D;
}

/** Given, in `model.ts`. */
export interface ModelWeights {
  /** [vocabulary, width] */
  readonly tokenEmbedding: Tensor2D;
  /** [context, width] */
  readonly positionEmbedding: Tensor2D;
  /** [width, 3 * width] and [width, width]: attention of one head */
  readonly queryKeyValue: Tensor2D;
  readonly projection: Tensor2D;
  readonly experts: MoEWeights;
}

/** What a training consists of at any step. */
export interface TrainingState {
  readonly weights: ModelWeights;
  readonly optimizer: Optimizer;
}

export interface TrainingOptions {
  /** Number of optimizer steps. */
  readonly steps: number;
  /** Windows of context + 1 tokens in each step. */
  readonly batch: number;
  /** Of Adam. */
  readonly learningRate: number;
  /** Weight of the load-balancing loss, α. */
  readonly balance: number;
  /** Decides the initial weights and the windows. */
  readonly seed: number;
  /** To be awaited before the first step: puts back what an interrupted training had reached, and gives the number of steps that it has behind it. */
  readonly onStart?: (state: TrainingState) => Promise<number>;
  /** To be awaited after every step: the step counted from 1, the loss of its windows (cross-entropy in nats, and α times the balance), the weights after it. */
  readonly onStep?: (step: number, loss: number, weights: ModelWeights) => Promise<void>;
}

export interface Surface {
  /** x: [tokens, width], router: [width, experts] -> where each token goes */
  route(x: Tensor2D, router: Tensor2D): Routing;
  /** E Σ f_i P_i: probabilities [tokens, experts], expert int32 [tokens] -> a scalar; 1 where the load is even */
  balanceLoss(probabilities: Tensor2D, expert: Tensor1D): Scalar;
  /** Each token goes through its expert, and the answer is multiplied by its gate; x: [tokens, width] -> [tokens, width] and the routing */
  moeLayer(x: Tensor2D, weights: MoEWeights): { output: Tensor2D; routing: Routing };
  /** Parameters of one layer of experts, the router included: in all, and those that take part in the answer for one token. */
  parameterCount(sizes: LayerSizes): { total: number; active: number };
  /** tokens: int32 [length], the text to learn -> the trained weights */
  train(config: ModelConfig, tokens: Tensor1D, options: TrainingOptions): Promise<ModelWeights>;
  /** Given: the model with your layer. tokens: int32 [batch, time] -> [batch, time, vocabulary] */
  logits(weights: ModelWeights, tokens: Tensor2D): Tensor3D;
  /** Given: the expert of each token; tokens: int32 [batch, time] -> int32 [batch * time] */
  expertsOf(weights: ModelWeights, tokens: Tensor2D): Tensor1D;
}
