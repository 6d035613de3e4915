/** Seeded randomness for learner code: the numbers of the protocol's stream, and tensors of them. */
import type { Tensor } from "@tensorflow/tfjs";
import { RandomStream } from "../../protocol/random.ts";
import type { TensorData } from "../../protocol/tensor.ts";
import * as tf from "../tensors.ts";
import { session } from "./session.ts";

/**
 * A stream of seeded random numbers: one seed is one stream, on every backend and machine. Singular methods draw one number, plural ones a tensor of independent draws.
 * (`tf.multinomial` is wrong on some GPUs, and seeds of `tf.randomNormal` are one for each tensor: here one seed serves a program.)
 */
export class Random extends RandomStream {
  /** float32 of the shape: independent normals. */
  normals(shape: readonly number[], mean = 0, deviation = 1): Tensor {
    return asTensor(this.fill(shape, () => this.normal(mean, deviation)));
  }

  /** float32 of the shape: independent uniforms in [low, high). */
  uniforms(shape: readonly number[], low = 0, high = 1): Tensor {
    return asTensor(this.fill(shape, () => this.uniform(low, high)));
  }

  /** int32 of the shape: independent whole numbers in [low, high], both included. */
  integers(shape: readonly number[], low: number, high: number): Tensor {
    return asTensor(this.fill(shape, () => this.integer(low, high), "int32"));
  }
}

/** A stream of its own; without a seed, that of the seed of this run. Each call begins its stream anew. */
export const random = (seed: number = session().seed): Random => new Random(seed);

const asTensor = ({ data, shape, dtype }: TensorData): Tensor => tf.tensor(data, [...shape], dtype);
