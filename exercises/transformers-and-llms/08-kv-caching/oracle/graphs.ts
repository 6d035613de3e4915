/**
 * The ONNX graphs beside this file: attention with and without a past, and a GPT of 2 layers that reads all at once, as ONNX Runtime's own operators compute
 * them. `npm run oracles` writes them anew.
 */
import { Graph } from "../../../../extension/tools/onnx.ts";

const LAYERS = 2;

/** File name -> content, the same bytes each time. */
export const graphs = (): Record<string, Uint8Array> => ({
  "beginning.onnx": attentionGraph([]),
  "cached.onnx": attentionGraph(["pastKeys", "pastValues"]),
  "gpt.onnx": gptGraph(),
});

/** q, k, v: [batch, heads, new, dim]; past: [batch, heads, past, dim] -> mixed, of q's shape; keys and values: [batch, heads, past + new, dim] */
function attentionGraph(past: readonly string[]): Uint8Array {
  const graph = new Graph();
  const inputs = ["q", "k", "v", ...past].map((name) => graph.input(name, 4));
  const withPast = [...inputs.slice(0, 3), "", ...inputs.slice(3)]; // the fourth input would be a mask
  if (past.length === 0) return graph.model({ mixed: graph.op("Attention", inputs, { is_causal: 1 }), keys: "k", values: "v" });
  const [mixed, keys, values] = graph.ops("Attention", withPast, { is_causal: 1 }, 3) as [string, string, string];
  return graph.model({ mixed, keys, values });
}

/** tokens: [batch, time], heads: [1], weights by path -> logits: [batch, time, vocabulary] */
function gptGraph(): Uint8Array {
  const graph = new Graph();
  const tokens = graph.input("tokens", 2, "int64");
  const heads = graph.input("heads", 1, "int64");
  const tokenEmbedding = graph.input("tokenEmbedding", 2);
  const time = graph.op("Shape", [tokens], { start: 1 });
  const positions = graph.op("Slice", [graph.input("positionEmbedding", 2), graph.integers([0]), time, graph.integers([0])]);
  let x = graph.op("Add", [graph.op("Gather", [tokenEmbedding, tokens]), positions]);
  for (let layer = 0; layer < LAYERS; layer++) x = block(graph, x, heads, `blocks.${layer}.`);
  const normalised = layerNorm(graph, x, graph.input("finalGain", 1));
  return graph.model({ logits: graph.op("MatMul", [normalised, graph.op("Transpose", [tokenEmbedding])]) });
}

/** A pre-LN block; its weights become inputs, their names after `prefix`. */
function block(graph: Graph, x: string, heads: string, prefix: string): string {
  const times = (y: string, matrix: string) => graph.op("MatMul", [y, graph.input(prefix + matrix, 2)]);
  const normalised = (y: string, gain: string) => layerNorm(graph, y, graph.input(prefix + gain, 1));
  const perHead = graph.op("Concat", [graph.integers([0, 0]), heads, graph.integers([-1])], { axis: 0 }); // [batch, time, heads, dim]
  const split = graph.ops("Split", [times(normalised(x, "attentionGain"), "queryKeyValue")], { axis: -1, num_outputs: 3 }, 3);
  const qkv = split.map((part) => graph.op("Transpose", [graph.op("Reshape", [part, perHead])], { perm: [0, 2, 1, 3] }));
  const mixed = graph.op("Transpose", [graph.op("Attention", qkv, { is_causal: 1 })], { perm: [0, 2, 1, 3] });
  const attended = graph.op("Add", [x, times(graph.op("Reshape", [mixed, graph.integers([0, 0, -1])]), "projection")]);
  const hidden = graph.op("Gelu", [times(normalised(attended, "feedForwardGain"), "expand")], { approximate: "tanh" });
  return graph.op("Add", [attended, times(hidden, "contract")]);
}

const layerNorm = (graph: Graph, x: string, gain: string): string => graph.op("LayerNormalization", [x, gain], { axis: -1 }); // epsilon is 1e-5 by default
