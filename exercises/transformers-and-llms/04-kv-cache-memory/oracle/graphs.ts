/** The ONNX graph beside this file: one layer of attention that appends to its cache. `npm run oracles` writes it anew. */
import { Graph } from "../../../../extension/tools/onnx.ts";

export const graphs = (): Record<string, Uint8Array> => ({ "cache.onnx": cacheGraph() });

/**
 * q: [batch, heads, new, dim], k and v: [batch, kvHeads, new, dim], pastKeys and pastValues: [batch, kvHeads, past, dim]
 * -> keys and values, the cache afterwards: [batch, kvHeads, past + new, dim]
 */
function cacheGraph(): Uint8Array {
  const graph = new Graph();
  const [q, k, v, pastKeys, pastValues] = ["q", "k", "v", "pastKeys", "pastValues"].map((name) => graph.input(name, 4)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const [, keys, values] = graph.ops("Attention", [q, k, v, "", pastKeys, pastValues], { is_causal: 1 }, 3) as [string, string, string];
  return graph.model({ keys, values });
}
