/**
 * The ONNX graphs beside this file: the rotation of pairs of neighbours, and the scores of rotated queries and keys, as ONNX Runtime's `RotaryEmbedding`
 * computes them. Cosines and sines of the angles are inputs, [batch, time, dim / 2]. `npm run oracles` writes the graphs anew.
 */
import { Graph } from "../../../../extension/tools/onnx.ts";

/** File name -> content, the same bytes each time. */
export const graphs = (): Record<string, Uint8Array> => ({ "rotate.onnx": rotateGraph(), "scores.onnx": scoresGraph() });

/** x: [batch, heads, time, dim] -> turned, of the same shape */
function rotateGraph(): Uint8Array {
  const graph = new Graph();
  return graph.model({ turned: rotated(graph, "x", "cos", "sin") });
}

/** q: [batch, heads, queries, dim], k: [batch, heads, keys, dim] -> scores: [batch, heads, queries, keys] */
function scoresGraph(): Uint8Array {
  const graph = new Graph();
  const q = rotated(graph, "q", "queryCos", "querySin");
  const k = rotated(graph, "k", "keyCos", "keySin");
  const products = graph.op("MatMul", [q, graph.op("Transpose", [k], { perm: [0, 1, 3, 2] })]);
  const dim = graph.op("Cast", [graph.op("Shape", ["q"], { start: 3 })], { to: 1 }); // to float
  return graph.model({ scores: graph.op("Div", [products, graph.op("Sqrt", [dim])]) });
}

/** The three names become inputs of the graph. */
function rotated(graph: Graph, x: string, cos: string, sin: string): string {
  return graph.op("RotaryEmbedding", [graph.input(x, 4), graph.input(cos, 3), graph.input(sin, 3)], { interleaved: 1 });
}
