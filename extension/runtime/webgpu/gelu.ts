/** GELU and its slope, of each value by itself. */
import type * as tf from "../tensors.ts";
import type { Register } from "./install.ts";
import { type CommandQueue, sizeOf } from "./queue.ts";
import { elementwise, LANES, Shader } from "./shader.ts";

const FUNCTIONS = `
  // Φ(x), within 3e-7 as it is rounded: Abramowitz and Stegun 7.1.26
  fn normal(x: f32) -> f32 {
    let t = 1.0 / (abs(x) * 0.2316418882 + 1.0); // 0.3275911 / sqrt(2)
    let p = (((0.5307027145 * t - 0.7265760135) * t + 0.7107068705) * t - 0.142248368) * t + 0.127414796; // half of the published ones
    let tail = p * t * exp(-0.5 * x * x); // Φ(-|x|)
    return select(1.0 - tail, tail, x < 0.0);
  }
  // 1 / (1 + e^(-2u)), where u = sqrt(2 / π) * (x + 0.044715 x³): (1 + tanh(u)) / 2
  fn sigmoidOf2u(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x * (x * x * 0.0713548163 + 1.5957691216))); }
  fn gelu(x: f32) -> f32 { return x * normal(x); }
  fn geluSlope(x: f32) -> f32 { return normal(x) + x * 0.3989422804 * exp(-0.5 * x * x); } // 1 / sqrt(2 π)
  fn geluTanh(x: f32) -> f32 { return x * sigmoidOf2u(x); }
  fn geluTanhSlope(x: f32) -> f32 { let s = sigmoidOf2u(x); return s + x * s * (1.0 - s) * (x * x * 0.2140644488 + 1.5957691216); }`; // 6 * 0.044715 * sqrt(2 / π), 2 * sqrt(2 / π)

const shader = (name: string, reads: string, result: string): Shader =>
  new Shader({ name, writes: "out", reads, uniforms: "n: u32", body: FUNCTIONS + elementwise(`if (i < u.n) { out[i] = ${result}; }`) });

const SHADERS = [
  ["Gelu", shader("Gelu", "x", "gelu(x[i])")],
  ["GeluTanh", shader("GeluTanh", "x", "geluTanh(x[i])")],
  ["GeluGrad", shader("GeluGrad", "a b", "a[i] * geluSlope(b[i])")], // of dy and x
  ["GeluTanhGrad", shader("GeluTanhGrad", "a b", "a[i] * geluTanhSlope(b[i])")],
] as const;

export function registerGelu(queue: CommandQueue, register: Register): void {
  for (const [name, shader] of SHADERS) {
    register(name, (inputs) => {
      const operands: tf.TensorInfo[] = Object.values(inputs);
      const { shape } = operands[0] as tf.TensorInfo;
      const out = queue.output(shape);
      shader.run(queue, [out, ...operands], [sizeOf(shape)], Math.ceil(sizeOf(shape) / LANES));
      return out;
    });
  }
}
