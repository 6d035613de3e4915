/**
 * The ONNX graphs beside this file: layer norm, attention, one block, and a GPT of 2 layers, as ONNX Runtime's own operators compute them.
 * Weights are inputs, so the graphs are small and judge whatever weights a check draws. `npm run oracles` writes them anew.
 */
import { Graph } from "../../../../extension/tools/onnx.ts";

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
export const graphs = (): Record<string, Uint8Array> => ({
  "norm.onnx": normGraph(),
  "attention.onnx": attentionGraph(),
  "block.onnx": blockGraph(),
  "gpt.onnx": gptGraph(),
});

/** x: [batch, time, width], gain, bias: [width] -> y, of x's shape */
function normGraph(): Uint8Array {
  const graph = new Graph();
  return graph.model({ y: layerNorm(graph, graph.input("x", 3), graph.input("gain", 1), graph.input("bias", 1)) });
}

/** q, k, v: [batch, heads, time, dim] -> mixed, of the same shape */
function attentionGraph(): Uint8Array {
  const graph = new Graph();
  const [q, k, v] = ["q", "k", "v"].map((name) => graph.input(name, 4)) as [string, string, string];
  return graph.model({ mixed: graph.op("Attention", [q, k, v], { is_causal: 1 }) });
}

/** x: [batch, time, width], heads: [1] -> y, of x's shape */
function blockGraph(): Uint8Array {
  const graph = new Graph();
  return graph.model({ y: block(graph, graph.input("x", 3), graph.input("heads", 1, "int64"), "") });
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
  for (let layer = 0; layer < LAYERS; layer++) x = block(graph, x, heads, `blocks.${layer}.`);
  const normalised = layerNorm(graph, x, graph.input("finalNorm.gain", 1), graph.input("finalNorm.bias", 1));
  const logits = graph.op("MatMul", [normalised, graph.op("Transpose", [tokenEmbedding])]);
  const logProbabilities = graph.op("LogSoftmax", [logits], { axis: -1 });
  const ofTargets = graph.op("GatherElements", [logProbabilities, graph.op("Unsqueeze", [targets, graph.integers([-1])])], { axis: -1 });
  return graph.model({ logits, loss: graph.op("Neg", [graph.op("ReduceMean", [ofTargets], { keepdims: 0 })]) });
}

/** A pre-LN block; its weights become inputs, their names after `prefix`. */
function block(graph: Graph, x: string, heads: string, prefix: string): string {
  const weights = Object.fromEntries(
    Object.entries(BLOCK_WEIGHTS).map(([layer, parts]) => [layer, Object.entries(parts).map(([part, rank]) => graph.input(`${prefix}${layer}.${part}`, rank))]),
  ) as Record<keyof typeof BLOCK_WEIGHTS, [string, string]>;
  const normalised = layerNorm(graph, x, ...weights.attentionNorm);
  const attended = graph.op("Add", [x, attention(graph, normalised, heads, weights.queryKeyValue, weights.projection)]);
  const hidden = graph.op("Gelu", [linear(graph, layerNorm(graph, attended, ...weights.feedForwardNorm), ...weights.expand)], { approximate: "tanh" });
  return graph.op("Add", [attended, linear(graph, hidden, ...weights.contract)]);
}

function attention(graph: Graph, x: string, heads: string, queryKeyValue: [string, string], projection: [string, string]): string {
  const perHead = graph.op("Concat", [graph.integers([0, 0]), heads, graph.integers([-1])], { axis: 0 }); // [batch, time, heads, dim]
  const split = graph.ops("Split", [linear(graph, x, ...queryKeyValue)], { axis: -1, num_outputs: 3 }, 3);
  const qkv = split.map((part) => graph.op("Transpose", [graph.op("Reshape", [part, perHead])], { perm: [0, 2, 1, 3] }));
  const mixed = graph.op("Transpose", [graph.op("Attention", qkv, { is_causal: 1 })], { perm: [0, 2, 1, 3] });
  return linear(graph, graph.op("Reshape", [mixed, graph.integers([0, 0, -1])]), ...projection);
}

const linear = (graph: Graph, x: string, weight: string, bias: string): string => graph.op("Add", [graph.op("MatMul", [x, weight]), bias]);

const layerNorm = (graph: Graph, x: string, gain: string, bias: string): string => graph.op("LayerNormalization", [x, gain, bias], { axis: -1 }); // epsilon is 1e-5 by default
