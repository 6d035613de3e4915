/**
 * The ONNX graphs beside this file: attention with fewer heads of keys and values than of queries, alone and between its projections, as ONNX Runtime's
 * `Attention` computes it. `npm run oracles` writes them anew.
 */
import { Graph } from "../../../../extension/tools/onnx.ts";

/** File name -> content, the same bytes each time. */
export const graphs = (): Record<string, Uint8Array> => ({ "attention.onnx": attentionGraph(), "layer.onnx": layerGraph() });

/** q: [batch, heads, time, dim], k and v: [batch, kvHeads, time, dim] -> mixed, of q's shape */
function attentionGraph(): Uint8Array {
  const graph = new Graph();
  const qkv = ["q", "k", "v"].map((name) => graph.input(name, 4));
  return graph.model({ mixed: graph.op("Attention", qkv, { is_causal: 1 }) });
}

/** x: [batch, time, width], the four projections, heads and kvHeads: [1] -> y, of x's shape */
function layerGraph(): Uint8Array {
  const graph = new Graph();
  const x = graph.input("x", 3);
  const [heads, kvHeads] = [graph.input("heads", 1, "int64"), graph.input("kvHeads", 1, "int64")];
  const perHead = (weight: string, count: string): string => {
    const shape = graph.op("Concat", [graph.integers([0, 0]), count, graph.integers([-1])], { axis: 0 }); // [batch, time, count, dim]
    const projected = graph.op("MatMul", [x, graph.input(weight, 2)]);
    return graph.op("Transpose", [graph.op("Reshape", [projected, shape])], { perm: [0, 2, 1, 3] });
  };
  const qkv = [perHead("query", heads), perHead("key", kvHeads), perHead("value", kvHeads)];
  const mixed = graph.op("Transpose", [graph.op("Attention", qkv, { is_causal: 1 })], { perm: [0, 2, 1, 3] });
  const sideBySide = graph.op("Reshape", [mixed, graph.integers([0, 0, -1])]); // [batch, time, width]
  return graph.model({ y: graph.op("MatMul", [sideBySide, graph.input("output", 2)]) });
}
