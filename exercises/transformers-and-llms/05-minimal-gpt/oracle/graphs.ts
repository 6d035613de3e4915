/**
 * Writes the ONNX graphs beside this file: attention, one block, and a GPT of 2 layers, as ONNX Runtime's own operators compute them.
 * Weights are inputs, so the graphs are small and judge whatever weights a check draws. `node graphs.ts` writes them anew.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import onnxProto, { type onnx as Proto } from "onnx-proto";

const { onnx } = onnxProto; // a CommonJS module

const OPSET = 23; // the first with Attention
const IR_VERSION = 11; // goes with opset 23
const LAYERS = 2;

/** Names of a block's weights, in the order of the surface, each with its rank. */
const BLOCK_WEIGHTS = {
  attentionNorm: { gain: 1, bias: 1 },
  queryKeyValue: { weight: 2, bias: 1 },
  projection: { weight: 2, bias: 1 },
  feedForwardNorm: { gain: 1, bias: 1 },
  expand: { weight: 2, bias: 1 },
  contract: { weight: 2, bias: 1 },
} as const;

/** File name -> content, the same bytes each time. */
export const graphs = (): Record<string, Uint8Array> => ({ "attention.onnx": attentionGraph(), "block.onnx": blockGraph(), "gpt.onnx": gptGraph() });

/** q, k, v: [batch, heads, time, dim] -> mixed, of the same shape */
function attentionGraph(): Uint8Array {
  const graph = new Graph();
  const [q, k, v] = ["q", "k", "v"].map((name) => graph.input(name, 4)) as [string, string, string];
  return graph.model({ mixed: graph.op("Attention", [q, k, v], { is_causal: 1 }) });
}

/** x: [batch, time, width], heads: [1] -> y, of x's shape */
function blockGraph(): Uint8Array {
  const graph = new Graph();
  return graph.model({ y: graph.block(graph.input("x", 3), graph.input("heads", 1, "int64"), "") });
}

/** windows: [batch, time + 1], heads: [1] -> logits: [batch, time, vocabulary] of all but the last token, and the loss of predicting all but the first */
function gptGraph(): Uint8Array {
  const graph = new Graph();
  const windows = graph.input("windows", 2, "int64");
  const heads = graph.input("heads", 1, "int64");
  const tokenEmbedding = graph.input("tokenEmbedding", 2);
  const positionEmbedding = graph.input("positionEmbedding", 2);
  const tokens = graph.op("Slice", [windows, graph.integers([0]), graph.integers([-1]), graph.integers([1])]);
  const targets = graph.op("Slice", [windows, graph.integers([1]), graph.integers([2 ** 31]), graph.integers([1])]);
  const time = graph.op("Shape", [tokens], { start: 1 });
  const positions = graph.op("Slice", [positionEmbedding, graph.integers([0]), time, graph.integers([0])]);
  let x = graph.op("Add", [graph.op("Gather", [tokenEmbedding, tokens]), positions]);
  for (let layer = 0; layer < LAYERS; layer++) x = graph.block(x, heads, `blocks.${layer}.`);
  const normalised = graph.layerNorm(x, graph.input("finalNorm.gain", 1), graph.input("finalNorm.bias", 1));
  const logits = graph.op("MatMul", [normalised, graph.op("Transpose", [tokenEmbedding])]);
  const logProbabilities = graph.op("LogSoftmax", [logits], { axis: -1 });
  const ofTargets = graph.op("GatherElements", [logProbabilities, graph.op("Unsqueeze", [targets, graph.integers([-1])])], { axis: -1 });
  return graph.model({ logits, loss: graph.op("Neg", [graph.op("ReduceMean", [ofTargets], { keepdims: 0 })]) });
}

class Graph {
  readonly #nodes: Proto.INodeProto[] = [];
  readonly #inputs: Proto.IValueInfoProto[] = [];
  readonly #constants: Proto.ITensorProto[] = [];

  input(name: string, rank: number, type: "float" | "int64" = "float"): string {
    this.#inputs.push(valueInfo(name, type, rank));
    return name;
  }

  /** A constant list of whole numbers. */
  integers(values: readonly number[]): string {
    const name = `integers${this.#constants.length}`;
    this.#constants.push({ name, dims: [values.length], dataType: onnx.TensorProto.DataType.INT64, int64Data: [...values] });
    return name;
  }

  /** @returns the name of the operator's first output; for `Split` see `outputs` */
  op(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, number | string | readonly number[]>> = {}, outputs = 1): string {
    const name = `${opType}${this.#nodes.length}`;
    const output = outputNames(name, outputs);
    this.#nodes.push({ name, opType, input: [...inputs], output, attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)) });
    return name;
  }

  linear(x: string, weight: string, bias: string): string {
    return this.op("Add", [this.op("MatMul", [x, weight]), bias]);
  }

  layerNorm(x: string, gain: string, bias: string): string {
    return this.op("LayerNormalization", [x, gain, bias], { axis: -1 }); // epsilon is 1e-5 by default
  }

  /** A pre-LN block; its weights become inputs, their names after `prefix`. */
  block(x: string, heads: string, prefix: string): string {
    const weights = Object.fromEntries(
      Object.entries(BLOCK_WEIGHTS).map(([layer, parts]) => [
        layer,
        Object.entries(parts).map(([part, rank]) => this.input(`${prefix}${layer}.${part}`, rank)),
      ]),
    ) as Record<keyof typeof BLOCK_WEIGHTS, [string, string]>;
    const attended = this.op("Add", [x, this.#attention(this.layerNorm(x, ...weights.attentionNorm), heads, weights.queryKeyValue, weights.projection)]);
    const hidden = this.op("Gelu", [this.linear(this.layerNorm(attended, ...weights.feedForwardNorm), ...weights.expand)], { approximate: "tanh" });
    return this.op("Add", [attended, this.linear(hidden, ...weights.contract)]);
  }

  #attention(x: string, heads: string, queryKeyValue: [string, string], projection: [string, string]): string {
    const perHead = this.op("Concat", [this.integers([0, 0]), heads, this.integers([-1])], { axis: 0 }); // [batch, time, heads, dim]
    const split = this.op("Split", [this.linear(x, ...queryKeyValue)], { axis: -1, num_outputs: 3 }, 3);
    const qkv = outputNames(split, 3).map((part) => this.op("Transpose", [this.op("Reshape", [part, perHead])], { perm: [0, 2, 1, 3] }));
    const mixed = this.op("Transpose", [this.op("Attention", qkv, { is_causal: 1 })], { perm: [0, 2, 1, 3] });
    return this.linear(this.op("Reshape", [mixed, this.integers([0, 0, -1])]), ...projection);
  }

  /** @param outputs name of an output -> the value that it is */
  model(outputs: Readonly<Record<string, string>>): Uint8Array {
    for (const [name, value] of Object.entries(outputs)) this.#nodes.push({ name, opType: "Identity", input: [value], output: [name] });
    const graph = {
      name: "graph",
      node: this.#nodes,
      input: this.#inputs,
      initializer: this.#constants,
      output: Object.keys(outputs).map((name) => valueInfo(name, "float")),
    };
    return onnx.ModelProto.encode({ irVersion: IR_VERSION, producerName: "practicum", opsetImport: [{ domain: "", version: OPSET }], graph }).finish();
  }
}

const outputNames = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}.${i}`));

/** Every axis of an input may have any size; an output's shape follows from the inputs'. */
function valueInfo(name: string, type: "float" | "int64", rank?: number): Proto.IValueInfoProto {
  const elemType = type === "float" ? onnx.TensorProto.DataType.FLOAT : onnx.TensorProto.DataType.INT64;
  const shape = rank === undefined ? undefined : { dim: Array.from({ length: rank }, (_, axis) => ({ dimParam: `${name}.axis${axis}` })) };
  return { name, type: { tensorType: { elemType, shape } } };
}

function attribute(name: string, value: number | string | readonly number[]): Proto.IAttributeProto {
  const { INT, INTS, STRING } = onnx.AttributeProto.AttributeType;
  if (typeof value === "number") return { name, type: INT, i: value };
  if (typeof value === "string") return { name, type: STRING, s: Buffer.from(value) };
  return { name, type: INTS, ints: [...value] };
}

if (import.meta.main) for (const [name, bytes] of Object.entries(graphs())) writeFileSync(path.join(import.meta.dirname, name), bytes);
