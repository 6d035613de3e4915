/** What transformers compute at every step, as one operation each. */
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import { fused } from "../fused.ts";
import * as tf from "../tensors.ts";

export interface LayerNormOptions {
  /** [width]; 1 by default */
  readonly gain?: Tensor;
  /** [width]; 0 by default */
  readonly bias?: Tensor;
  /** Added to the variance, so that nothing is divided by 0; 1e-5 by default. */
  readonly epsilon?: number;
}

/**
 * Layer norm: (x - mean) / sqrt(variance + epsilon) * gain + bias, where mean and variance are those of each vector of the last axis (Ba, Kiros and Hinton, 2016).
 * @param x float32 [..., width] -> [..., width]
 * @throws {TypeError} for another dtype @throws {RangeError} where gain or bias has another shape than [width]
 */
export function layerNorm<T extends Tensor>(x: T, { gain, bias, epsilon = 1e-5 }: LayerNormOptions = {}): T {
  requireFloats("layerNorm", { x, gain, bias });
  const width = x.shape.at(-1);
  if (width === undefined) throw new RangeError("layerNorm: x is a single number; it needs an axis");
  for (const [name, { shape }] of Object.entries({ ...(gain && { gain }), ...(bias && { bias }) }))
    if (shape.length !== 1 || shape[0] !== width) throw new RangeError(`layerNorm: ${name} has the shape [${shape}], not [${width}] as the last axis of x`);
  return tf.tidy(() => fused("LayerNorm", { x, gain: gain ?? tf.ones([width]), bias: bias ?? tf.zeros([width]) }, { epsilon })) as T;
}

/**
 * GELU: x * Φ(x), where Φ is the distribution function of the standard normal; of each element by itself (Hendrycks and Gimpel, 2016).
 * @param x float32, any shape
 * @param approximate "none": Φ by erf; "tanh": 0.5 * (1 + tanh(sqrt(2 / π) * (x + 0.044715 x³))) in its place, as GPT-2 has it
 * @throws {TypeError} for another dtype
 */
export function gelu<T extends Tensor>(x: T, approximate: "none" | "tanh" = "none"): T {
  requireFloats("gelu", { x });
  return fused(approximate === "tanh" ? "GeluTanh" : "Gelu", { x }) as T;
}

/**
 * Softmax cross-entropy: the mean of -ln(softmax(logits)[label]) over all labels, in nats.
 * @param logits float32 [..., classes], not yet softmaxed
 * @param labels int32 [...], each from 0 to classes - 1
 * @returns a scalar; NaN where there are no labels
 * @throws {TypeError} for other dtypes @throws {RangeError} for shapes that do not go together, and for a label that is no class (on a GPU, which cannot tell, the answer is undefined)
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Scalar {
  requireFloats("crossEntropy", { logits });
  if (labels.dtype !== "int32") throw new TypeError(`crossEntropy: labels are ${labels.dtype}, not int32`);
  if (logits.rank === 0 || !tf.util.arraysEqual(logits.shape.slice(0, -1), labels.shape))
    throw new RangeError(
      `crossEntropy: labels have the shape [${labels.shape}], logits [${logits.shape}]; it must be that of the logits without the last axis`,
    );
  return fused("CrossEntropy", { logits, labels }) as Scalar;
}

function requireFloats(operation: string, operands: Readonly<Record<string, Tensor | undefined>>): void {
  for (const [name, x] of Object.entries(operands)) if (x && x.dtype !== "float32") throw new TypeError(`${operation}: ${name} is ${x.dtype}, not float32`);
}
