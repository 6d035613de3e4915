/**
 * Writes ONNX graphs: operators by name, joined by the names of their outputs. An oracle is made with it, in `oracle/graphs.ts` of an exercise;
 * `npm run oracles` writes the files. The operators: https://onnx.ai/onnx/operators
 */
import onnxProto, { type onnx as Proto } from "onnx-proto";

const { onnx } = onnxProto; // a CommonJS module

/** The first with Attention and RotaryEmbedding. */
const OPSET = 23;
/** Goes with opset 23. */
const IR_VERSION = 11;

/** An integer, a real number, a text, or a list of integers: an operator tells 1 from 1.0. */
export type Attribute = number | { readonly float: number } | string | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

export class Graph {
  readonly #nodes: Proto.INodeProto[] = [];
  readonly #inputs: Proto.IValueInfoProto[] = [];
  readonly #constants: Proto.ITensorProto[] = [];

  /** Every axis of an input may have any size. */
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

  /** @param inputs names; an empty one stands for an optional input that is left out */
  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(opType, inputs, attributes, 1)[0] as string;
  }

  /** An operator with several outputs. */
  ops(opType: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    const name = `${opType}${this.#nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}.${i}`));
    this.#nodes.push({ name, opType, input: [...inputs], output, attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)) });
    return output;
  }

  /**
   * The finished model, the same bytes each time.
   * @param outputs name of an output -> the value that it is; its shape follows from the inputs'
   */
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

function valueInfo(name: string, type: "float" | "int64", rank?: number): Proto.IValueInfoProto {
  const { FLOAT, INT64 } = onnx.TensorProto.DataType;
  const elemType = type === "float" ? FLOAT : INT64;
  const shape = rank === undefined ? undefined : { dim: Array.from({ length: rank }, (_, axis) => ({ dimParam: `${name}.axis${axis}` })) };
  return { name, type: { tensorType: { elemType, shape } } };
}

function attribute(name: string, value: Attribute): Proto.IAttributeProto {
  const { FLOAT, INT, INTS, STRING } = onnx.AttributeProto.AttributeType;
  if (typeof value === "number") return { name, type: INT, i: value };
  if (typeof value === "string") return { name, type: STRING, s: Buffer.from(value) };
  return "float" in value ? { name, type: FLOAT, f: value.float } : { name, type: INTS, ints: [...value] };
}
