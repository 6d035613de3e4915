/** Models of the hub give their last hidden state only; the others are values within the graph, and become outputs here. */
import onnxProto from "onnx-proto";

const { onnx } = onnxProto; // a CommonJS module

/** What ends the embeddings and each layer, as exporters name the nodes: a layer norm, in one node or as the last of several. */
const EMBEDDINGS = /embeddings\/LayerNorm\/(LayerNormalization|Add_1)$/;
const LAYER = /layer\.(\d+)\/output\/LayerNorm\/(LayerNormalization|Add_1)$/;

export interface ExtendedGraph {
  readonly bytes: Uint8Array;
  /** Names of the outputs, embeddings first; one that holds all where the graph has it already. */
  readonly outputs: readonly string[];
}

/** @throws {Error} when the graph is no BERT that we know */
export function withHiddenStates(bytes: Uint8Array): ExtendedGraph {
  const model = onnx.ModelProto.decode(bytes);
  const { node = [], output = [] } = model.graph ?? {};
  if (output?.some(({ name }) => name === "hidden_states")) return { bytes, outputs: ["hidden_states"] };
  const ends = (node ?? []).flatMap(({ name, output }) => {
    const layer = LAYER.exec(name ?? "")?.[1];
    const place = layer !== undefined ? Number(layer) + 1 : EMBEDDINGS.test(name ?? "") ? 0 : undefined;
    return place === undefined ? [] : [{ place, value: output?.[0] as string }];
  });
  const outputs = ends.sort((a, b) => a.place - b.place).map(({ value }) => value);
  if (outputs.length < 2 || ends.some(({ place }, i) => place !== i)) throw new Error("The graph has no layers that are named as a BERT's are.");
  const own = new Set(output?.map(({ name }) => name));
  const { FLOAT } = onnx.TensorProto.DataType;
  output?.push(...outputs.filter((name) => !own.has(name)).map((name) => onnx.ValueInfoProto.create({ name, type: { tensorType: { elemType: FLOAT } } })));
  return { bytes: onnx.ModelProto.encode(model).finish(), outputs };
}
