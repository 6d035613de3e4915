/** Models of the hub give their last hidden state only; the others are values within the graph, and become outputs here. */
import { bytesField, joined, MessageReader, varintField } from "../../protocol/protobuf.ts";

/** What ends the embeddings and each layer, as exporters name the nodes: a layer norm, in one node or as the last of several. */
const EMBEDDINGS = /embeddings\/LayerNorm\/(LayerNormalization|Add_1)$/;
const LAYER = /layer\.(\d+)\/output\/LayerNorm\/(LayerNormalization|Add_1)$/;

/** Numbers of fields in onnx.proto. */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, output: 12 } as const;
const NODE = { output: 2, name: 3 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { element: 1 } as const;
const FLOAT = 1;
/** As many as `refusalOf` lets pass. */
const MOST_FIELDS = 20_000_000;

export interface ExtendedGraph {
  readonly bytes: Uint8Array;
  /** Names of the outputs, embeddings first; one that holds all where the graph has it already. */
  readonly outputs: readonly string[];
}

/** @throws {Error} when the graph is no BERT that we know */
export function withHiddenStates(bytes: Uint8Array): ExtendedGraph {
  const { nodes, outputs: own } = namesIn(bytes);
  if (own.includes("hidden_states")) return { bytes, outputs: ["hidden_states"] };
  const ends = nodes.flatMap(({ name, output }) => {
    const layer = LAYER.exec(name)?.[1];
    const place = layer !== undefined ? Number(layer) + 1 : EMBEDDINGS.test(name) ? 0 : undefined;
    return place === undefined ? [] : [{ place, value: output }];
  });
  const outputs = ends.sort((a, b) => a.place - b.place).map(({ value }) => value);
  if (outputs.length < 2 || ends.some(({ place }, i) => place !== i)) throw new Error("The graph has no layers that are named as a BERT's are.");
  const added = outputs.filter((name) => !own.includes(name)).map((name) => bytesField(GRAPH.output, floats(name)));
  // Of messages one after the other a reader makes one: https://protobuf.dev/programming-guides/encoding/#last-one-wins
  return { bytes: joined([bytes, bytesField(MODEL.graph, joined(added))]), outputs };
}

interface Names {
  readonly nodes: readonly { readonly name: string; readonly output: string }[];
  readonly outputs: readonly string[];
}

/** Of the graph itself; what stands in graphs within it is not to be had from outside. */
export function namesIn(bytes: Uint8Array): Names {
  const reader = new MessageReader(bytes, MOST_FIELDS);
  const nodes: { name: string; output: string }[] = [];
  const outputs: string[] = [];
  const firstText = (wanted: number, start: number, end: number): string => {
    let text: string | undefined;
    reader.each(start, end, (field, _, from, to) => {
      if (field === wanted) text ??= reader.text(from, to);
    });
    return text ?? "";
  };
  reader.each(0, bytes.length, (field, _, graphStart, graphEnd) => {
    if (field !== MODEL.graph) return;
    reader.each(graphStart, graphEnd, (part, _, start, end) => {
      if (part === GRAPH.node) nodes.push({ name: firstText(NODE.name, start, end), output: firstText(NODE.output, start, end) });
      if (part === GRAPH.output) outputs.push(firstText(VALUE_INFO.name, start, end));
    });
  });
  return { nodes, outputs };
}

/** A value of any shape. */
function floats(name: string): Uint8Array {
  const type = bytesField(TYPE.tensor, varintField(TENSOR_TYPE.element, FLOAT));
  return joined([bytesField(VALUE_INFO.name, new TextEncoder().encode(name)), bytesField(VALUE_INFO.type, type)]);
}
