/** The ONNX graphs beside this file: ONNX Runtime's own `Attention`, causal and not. `npm run oracles` writes them anew. */
import { Graph } from "../../../../extension/tools/onnx.ts";

/** File name -> content, the same bytes each time. */
export const graphs = (): Record<string, Uint8Array> => ({ "attention.onnx": attentionGraph(false), "causal.onnx": attentionGraph(true) });

/** q, k, v: [heads, time, dim] -> output, of the same shape */
function attentionGraph(causal: boolean): Uint8Array {
  const graph = new Graph();
  const batches = ["q", "k", "v"].map((name) => graph.op("Unsqueeze", [graph.input(name, 3), graph.integers([0])])); // [1, heads, time, dim]
  const output = graph.op("Attention", batches, { is_causal: causal ? 1 : 0 });
  return graph.model({ output: graph.op("Squeeze", [output, graph.integers([0])]) });
}
