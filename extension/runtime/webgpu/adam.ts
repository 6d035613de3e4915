import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { type Adam, own, type State } from "../adam.ts";
import type * as tf from "../tensors.ts";
import { type CommandQueue, sizeOf } from "./queue.ts";
import { elementwise, LANES, Shader } from "./shader.ts";

/** What changes from step to step is in tensors, so that the uniforms are those of the step before. */
const update = new Shader({
  name: "Adam",
  writes: "w m v",
  reads: "gradient power1 power2",
  uniforms: "n: u32, rate: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, epsilon: f32",
  body: elementwise(`
    if (i >= u.n) { return; }
    let g = gradient[i];
    m[i] = u.beta1 * m[i] + u.rest1 * g;
    v[i] = u.beta2 * v[i] + u.rest2 * g * g;
    w[i] -= u.rate * (m[i] / (1.0 - power1[0])) / (sqrt(v[i] / (1.0 - power2[0])) + u.epsilon);`),
});

/** One step more. */
const advance = new Shader({
  name: "AdamPowers",
  writes: "power1 power2",
  reads: "",
  uniforms: "beta1: f32, beta2: f32",
  body: elementwise("if (i == 0u) { power1[0] *= u.beta1; power2[0] *= u.beta2; }"),
});

export function updateOnGpu(queue: CommandQueue, backend: WebGPUBackend, adam: Adam, states: readonly State[]): void {
  const { learningRate, beta1, beta2, epsilon } = adam;
  const inPlace = (variable: tf.Variable): tf.Variable => {
    const { dataId } = own(variable, (held) => backend.refCount(held.dataId));
    queue.own(dataId);
    return variable;
  };
  const powers = [adam.accBeta1, adam.accBeta2].map(inPlace);
  for (const { weights, gradient, first, second } of states) {
    const n = sizeOf(weights.shape);
    const tensors = [...[weights, first, second].map(inPlace), gradient, ...powers];
    update.run(queue, tensors, [n, learningRate, beta1, 1 - beta1, beta2, 1 - beta2, epsilon], Math.ceil(n / LANES));
  }
  advance.run(queue, powers, [beta1, beta2], 1);
}
