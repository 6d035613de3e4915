// Every pair once before any comes twice; the loss as binary cross-entropy of a judge that says 1 for the chosen response; probabilities picked by index.
import * as tf from "@tensorflow/tfjs";
import { random } from "practicum";
import { copyOf, logits as logitsOf } from "./policy.ts";
import type { DPOOptions, PolicyWeights, Preferences } from "./surface.ts";

export function sequenceLogProbability(logits: tf.Tensor3D, tokens: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D {
  const [batch, time, vocabulary] = logits.shape;
  const flat = tf.logSoftmax(logits.reshape<tf.Tensor2D>([batch * time, vocabulary])).reshape<tf.Tensor1D>([-1]);
  const rows = tf
    .range(0, batch, 1, "int32")
    .reshape([batch, 1])
    .mul(time * vocabulary); // [batch, 1]: where a sequence begins
  const columns = tf.range(0, time - 1, 1, "int32").mul(vocabulary); // [time - 1]: where the scores of a place begin
  const places = rows.add(columns).add(tokens.slice([0, 1])); // [batch, time - 1]
  return flat
    .gather(places.toInt() as tf.Tensor2D)
    .mul(mask.slice([0, 1]))
    .sum(1);
}

export function implicitReward(policy: tf.Tensor1D, reference: tf.Tensor1D, beta: number): tf.Tensor1D {
  return policy.mul(beta).sub(reference.mul(beta));
}

export function dpoLoss(
  policyChosen: tf.Tensor1D,
  policyRejected: tf.Tensor1D,
  referenceChosen: tf.Tensor1D,
  referenceRejected: tf.Tensor1D,
  beta: number,
): tf.Scalar {
  const margin = tf.sub(implicitReward(policyChosen, referenceChosen, beta), implicitReward(policyRejected, referenceRejected, beta));
  return tf.losses.sigmoidCrossEntropy(tf.onesLike(margin), margin) as tf.Scalar;
}

export async function trainDPO(reference: PolicyWeights, preferences: Preferences, options: DPOOptions): Promise<PolicyWeights> {
  const stream = random(options.seed);
  const policy = copyOf(reference);
  const optimizer = tf.train.adam(options.learningRate, 0.9, 0.99);
  const done = (await options.onStart?.({ weights: policy, optimizer })) ?? 0;
  let waiting: number[] = [];
  for (let step = done + 1; step <= options.steps; step++) {
    while (waiting.length < options.batch) waiting = [...waiting, ...shuffled(preferences.chosen.shape[0], stream)];
    const rows = tf.tensor1d(waiting.splice(0, options.batch), "int32");
    const loss = tf.tidy(() => {
      const pick = (all: tf.Tensor2D) => all.gather(rows);
      const [chosen, chosenMask] = [pick(preferences.chosen), pick(preferences.chosenMask)];
      const [rejected, rejectedMask] = [pick(preferences.rejected), pick(preferences.rejectedMask)];
      const by = (weights: PolicyWeights, tokens: tf.Tensor2D, mask: tf.Tensor2D) => sequenceLogProbability(logitsOf(weights, tokens), tokens, mask);
      const [wasChosen, wasRejected] = [by(reference, chosen, chosenMask), by(reference, rejected, rejectedMask)];
      const objective = () => dpoLoss(by(policy, chosen, chosenMask), by(policy, rejected, rejectedMask), wasChosen, wasRejected, options.beta);
      return optimizer.minimize(objective, true) as tf.Scalar;
    });
    rows.dispose();
    const [value] = await loss.data();
    loss.dispose();
    await options.onStep?.(step, value as number, policy);
  }
  return policy;
}

function shuffled(count: number, stream: ReturnType<typeof random>): number[] {
  const list = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = stream.integer(0, last);
    [list[last], list[other]] = [list[other] as number, list[last] as number];
  }
  return list;
}
