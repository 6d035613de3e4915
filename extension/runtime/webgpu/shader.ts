/** A program of ours for the GPU: WGSL, with what it is bound to. */
import type * as tf from "../tensors.ts";
import type { CommandQueue, Uniform } from "./queue.ts";

export interface ShaderText {
  readonly name: string;
  /** Names of the tensors that it writes to and reads, with blanks between; of float32, or of another type as in "labels:i32". */
  readonly writes: string;
  readonly reads: string;
  /** Numbers, as "rows: u32, epsilon: f32"; `u.rows` in the body. */
  readonly uniforms: string;
  /** Declarations, and `main` with its attributes. */
  readonly body: string;
}

const TYPES: Readonly<Record<string, Uniform["type"]>> = { u32: "uint32", i32: "int32", f32: "float32" };

/** Workgroups along one axis at most: WebGPU's own limit. */
const MOST_GROUPS = 65_535;

export class Shader {
  readonly #text: ShaderText;
  readonly #types: readonly Uniform["type"][];
  #pipeline: GPUComputePipeline | undefined;

  constructor(text: ShaderText) {
    this.#text = text;
    this.#types = text.uniforms.split(",").map((field) => TYPES[field.split(":")[1]?.trim() as string] as Uniform["type"]);
  }

  /**
   * @param tensors those that it writes to, then those that it reads
   * @param numbers the uniforms
   * @param groups how many workgroups; `group` in the body counts them
   */
  run(queue: CommandQueue, tensors: readonly tf.TensorInfo[], numbers: readonly number[], groups: number): void {
    if (groups === 0) return; // there is nothing to compute
    this.#pipeline ??= this.#compile(queue.device);
    const uniforms = numbers.map((number, i) => ({ type: this.#types[i] as Uniform["type"], data: [number] }));
    const wide = Math.min(groups, MOST_GROUPS);
    queue.record(this.#text.name, this.#pipeline, tensors, uniforms, [wide, Math.ceil(groups / wide), 1]);
  }

  #compile(device: GPUDevice): GPUComputePipeline {
    const { name, writes, reads, uniforms, body } = this.#text;
    const named = (list: string, access: string) => list.split(" ").flatMap((one) => (one ? [[access, one] as const] : []));
    const bound = [...named(writes, "read_write"), ...named(reads, "read")];
    const declarations = bound.map(([access, one], binding) => {
      const [label, type = "f32"] = one.split(":");
      return `@group(0) @binding(${binding}) var<storage, ${access}> ${label}: array<${type}>;`;
    });
    const code = `struct Uniforms { ${uniforms} }\n${declarations.join("\n")}\n@group(0) @binding(${bound.length}) var<uniform> u: Uniforms;\n${body}`;
    const module = device.createShaderModule({ label: name, code });
    return device.createComputePipeline({ label: name, layout: "auto", compute: { module, entryPoint: "main" } });
  }
}

/** One thread for each element: `i` in the body, which returns by itself where it has none. */
export const elementwise = (statements: string): string => `
  @compute @workgroup_size(${LANES}) fn main(@builtin(workgroup_id) at: vec3u, @builtin(num_workgroups) all: vec3u, @builtin(local_invocation_index) lane: u32) {
    let i = (at.x + at.y * all.x) * ${LANES}u + lane;
    ${statements}
  }`;

/** One workgroup for each of `u.rows` rows: `row` in the body, the threads of which share it by `lane`; `total` and `most` are of what each thread has. */
export const rowwise = (statements: string): string => `
  var<workgroup> parts: array<f32, ${LANES}>;
  ${reduction("total", "parts[lane] + parts[lane + half]")}
  ${reduction("most", "max(parts[lane], parts[lane + half])")}
  @compute @workgroup_size(${LANES}) fn main(@builtin(workgroup_id) at: vec3u, @builtin(num_workgroups) all: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row = at.x + at.y * all.x;
    if (row >= u.rows) { return; }
    ${statements}
  }`;

/** Threads of a workgroup. */
export const LANES = 64;

const reduction = (name: string, combined: string): string => `
  fn ${name}(part: f32, lane: u32) -> f32 {
    parts[lane] = part;
    workgroupBarrier();
    for (var half = ${LANES / 2}u; half > 0u; half >>= 1u) {
      if (lane < half) { parts[lane] = ${combined}; }
      workgroupBarrier();
    }
    let result = parts[0];
    workgroupBarrier();
    return result;
  }`;
