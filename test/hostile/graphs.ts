/** Graphs that lead ONNX Runtime out of themselves, each by another way, and others that are no graphs at all. */
import onnxProto, { type onnx as Proto } from "onnx-proto";
import { bytesField, joined, varintField } from "../../extension/protocol/protobuf.ts";

const { onnx } = onnxProto;
const { DataType, DataLocation } = onnx.TensorProto;
const { AttributeType } = onnx.AttributeProto;
const [FLOAT, UINT8] = [DataType.FLOAT, DataType.UINT8];

/** Of any folder that a test runs in: what a graph would tell of it. */
export const SECRET = "package.json";
const LENGTH = 8;
const DIMS = { dims: [LENGTH], dataType: UINT8 };
const pair = (key: string, value: string): Proto.IStringStringEntryProto => ({ key, value });

/** A tensor whose bytes are those of another file. */
const outside = (name = "W", location = SECRET): Proto.ITensorProto => ({
  name,
  ...DIMS,
  externalData: [pair("location", location), pair("offset", "0"), pair("length", String(LENGTH))],
  dataLocation: DataLocation.EXTERNAL,
});
const inside = (name: string, bytes: readonly number[], dims: readonly number[] = [bytes.length]): Proto.ITensorProto => ({
  name,
  dims: [...dims],
  dataType: UINT8,
  rawData: Uint8Array.from(bytes),
});
const info = (name: string, elemType: number = UINT8, dims: readonly number[] = [LENGTH]): Proto.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});
const identity = (from: string, to = "y"): Proto.INodeProto => ({ name: "copy", opType: "Identity", input: [from], output: [to] });

function model(graph: Proto.IGraphProto, more: Proto.IModelProto = {}): Uint8Array {
  const opsetImport = [
    { domain: "", version: 17 },
    { domain: "com.microsoft", version: 1 },
  ];
  const whole = { name: "g", output: [info("y")], ...graph };
  return onnx.ModelProto.encode({ irVersion: 8, producerName: "hostile", opsetImport, graph: whole, ...more }).finish();
}

const constant = (attribute: Proto.IAttributeProto): Proto.INodeProto => ({ name: "made", opType: "Constant", output: ["y"], attribute: [attribute] });
const branch = (from: Proto.IGraphProto): Proto.IGraphProto => ({ name: "branch", output: [info("out")], ...from });
const known = branch({
  node: [constant({ name: "value", type: AttributeType.TENSOR, t: inside("k", [1, 2, 3, 4, 5, 6, 7, 8]) })].map((n) => ({ ...n, output: ["out"] })),
});
const led = branch({ initializer: [outside("deep")], node: [identity("deep", "out")] });
const choice = (thenBranch: Proto.IGraphProto): Proto.INodeProto => ({
  name: "choice",
  opType: "If",
  input: ["yes"],
  output: ["y"],
  attribute: [
    { name: "then_branch", type: AttributeType.GRAPH, g: thenBranch },
    { name: "else_branch", type: AttributeType.GRAPH, g: known },
  ],
});
const yes: Proto.ITensorProto = { name: "yes", dims: [], dataType: DataType.BOOL, rawData: Uint8Array.from([1]) };
const sparse = (values: Proto.ITensorProto, indices?: Proto.ITensorProto): Proto.ISparseTensorProto => ({
  values,
  indices: indices ?? { name: "places", dims: [LENGTH], dataType: DataType.INT64, int64Data: [0, 1, 2, 3, 4, 5, 6, 7] },
  dims: [LENGTH],
});

/** A plain one, which computes y = x + 1. */
export const PLAIN = model({
  input: [info("x", FLOAT, [1])],
  output: [info("y", FLOAT, [1])],
  initializer: [{ name: "one", dims: [1], dataType: FLOAT, floatData: [1] }],
  node: [{ name: "sum", opType: "Add", input: ["x", "one"], output: ["y"] }],
});

/** The graph that reads the file, by each of these ways; one after the other they are parts of one message. */
const READS = model({ initializer: [outside()], node: [identity("W")] });
const MODEL_GRAPH = 7;
const INITIALIZER = 5;
const tensorBytes = (tensor: Proto.ITensorProto): Uint8Array => onnx.TensorProto.encode(tensor).finish();
const halves = joined([
  model({ node: [identity("W")] }),
  bytesField(MODEL_GRAPH, bytesField(INITIALIZER, tensorBytes(outside()))), // the reader puts both graphs together
]);
/** Any whole number may be written with more bytes than it needs. */
const longLocation = joined([
  model({ node: [identity("W")] }),
  bytesField(
    MODEL_GRAPH,
    bytesField(
      INITIALIZER,
      joined([tensorBytes({ ...outside(), dataLocation: undefined }), Uint8Array.from([0xf0, 0x80, 0x00, 0x81, 0x80, 0x80, 0x00])]), // field 14 = 1
    ),
  ),
]);

const OUTSIDE = /graph\.onnx keeps the values of ".*" outside of itself/;

/** Graphs that lead out: what a person is told of them, and whether ONNX Runtime opens them where nobody looks. */
export const LEADING_OUT: readonly [what: string, bytes: Uint8Array, says: RegExp][] = [
  ["an initializer", READS, /graph\.onnx keeps the values of "W" outside of itself, "package\.json"\.$/],
  ["an initializer that nobody uses", model({ initializer: [outside(), inside("k", [1, 2, 3, 4, 5, 6, 7, 8])], node: [identity("k")] }), OUTSIDE],
  ["an initializer beyond the folder", model({ initializer: [outside("W", "../../etc/passwd")], node: [identity("W")] }), /"\.\.\/\.\.\/etc\/passwd"/],
  ["an initializer at an absolute path", model({ initializer: [outside("W", "/etc/passwd")], node: [identity("W")] }), /"\/etc\/passwd"/],
  ["an initializer in the program's memory", model({ initializer: [outside("W", "*/_ORT_MEM_ADDR_/*")], node: [identity("W")] }), /"\*\/_ORT_MEM_ADDR_\/\*"/],
  [
    "data elsewhere, without saying where",
    model({ initializer: [{ name: "W", ...DIMS, dataLocation: DataLocation.EXTERNAL }], node: [identity("W")] }),
    OUTSIDE,
  ],
  [
    "a place elsewhere, without saying that it counts",
    model({ initializer: [{ ...inside("W", [1, 2, 3, 4, 5, 6, 7, 8]), externalData: [pair("location", SECRET)] }], node: [identity("W")] }),
    OUTSIDE,
  ],
  ["a location that is written at length", longLocation, OUTSIDE],
  [
    "a location of its own kind",
    joined([
      model({ node: [identity("W")] }),
      bytesField(MODEL_GRAPH, bytesField(INITIALIZER, joined([tensorBytes({ name: "W", ...DIMS }), varintField(14, 2 ** 32 + 1)]))),
    ]),
    OUTSIDE,
  ],
  ["a second half of the graph", halves, OUTSIDE],
  ["a constant", model({ node: [constant({ name: "value", type: AttributeType.TENSOR, t: outside("") })] }), /keeps the values of "value" outside/],
  [
    "a constant of many tensors",
    model({ node: [constant({ name: "value", type: AttributeType.TENSORS, tensors: [inside("k", [1]), outside("many")] })] }),
    OUTSIDE,
  ],
  [
    "a constant with few values",
    model({ node: [constant({ name: "sparse_value", type: AttributeType.SPARSE_TENSOR, sparseTensor: sparse(outside("few")) })] }),
    OUTSIDE,
  ],
  [
    "constants with few values",
    model({ node: [constant({ name: "v", type: AttributeType.SPARSE_TENSORS, sparseTensors: [sparse(inside("k", [1])), sparse(outside("few"))] })] }),
    OUTSIDE,
  ],
  ["an initializer with few values", model({ sparseInitializer: [sparse(outside("W"))], node: [identity("W")] }), OUTSIDE],
  [
    "the places of few values",
    model({ sparseInitializer: [sparse(inside("W", [1, 2, 3, 4, 5, 6, 7, 8]), { ...outside("places"), dataType: DataType.INT64 })], node: [identity("W")] }),
    OUTSIDE,
  ],
  ["a branch", model({ initializer: [yes], node: [choice(led)] }), /keeps the values of "deep" outside/],
  [
    "a branch of a branch",
    model({ initializer: [yes], node: [choice(branch({ node: [{ ...choice(led), output: ["out"] }] }))] }),
    /keeps the values of "deep" outside/,
  ],
  [
    "a loop",
    model({ node: [{ name: "l", opType: "Loop", input: ["", ""], output: ["y"], attribute: [{ name: "body", type: AttributeType.GRAPH, g: led }] }] }),
    OUTSIDE,
  ],
  [
    "a list of graphs",
    model({ node: [{ name: "own", opType: "Own", output: ["y"], attribute: [{ name: "graphs", type: AttributeType.GRAPHS, graphs: [known, led] }] }] }),
    OUTSIDE,
  ],
  [
    "a function of its own",
    model({ node: [{ name: "call", opType: "Mine", domain: "own", output: ["y"] }] }, {
      opsetImport: [
        { domain: "", version: 17 },
        { domain: "own", version: 1 },
      ],
      functions: [
        {
          name: "Mine",
          domain: "own",
          output: ["y"],
          opsetImport: [{ domain: "", version: 17 }],
          node: [constant({ name: "value", type: AttributeType.TENSOR, t: outside("called") })],
        },
      ],
    } as Proto.IModelProto),
    OUTSIDE,
  ],
  [
    "a graph for training",
    model(
      { node: [constant({ name: "value", type: AttributeType.TENSOR, t: inside("k", [1, 2, 3, 4, 5, 6, 7, 8]) })] },
      { trainingInfo: [{ algorithm: led }] },
    ),
    OUTSIDE,
  ],
  ["a graph that begins a training", model({ node: [] }, { trainingInfo: [{ initialization: led }] }), OUTSIDE],
  [
    "a program for other hardware",
    model({
      node: [
        {
          name: "ctx",
          opType: "EPContext",
          domain: "com.microsoft",
          output: ["y"],
          attribute: [{ name: "ep_cache_context", type: AttributeType.STRING, s: Buffer.from("../x.bin") }],
        },
      ],
    }),
    /graph\.onnx holds a program for other hardware, in the node "ctx"/,
  ],
  [
    "settings for the one who runs it",
    model({ node: [] }, { metadataProps: [pair("ort_config", '{"session_options":{}}')] }),
    /brings settings of its own for ONNX Runtime/,
  ],
  ["a name that would change the line", model({ initializer: [outside("W\u001b[2J\n\u202e")], node: [] }), /keeps the values of "W\?\[2J\?\?" outside/],
];

/** Fields that are not whole, and what is no graph: refused at once, whatever it would make a parser do. */
const nested = (depth: number): Uint8Array => {
  let graph: Uint8Array = new Uint8Array();
  for (let i = 0; i < depth; i++) graph = bytesField(1, bytesField(5, bytesField(6, graph))); // node, attribute, graph
  return bytesField(MODEL_GRAPH, graph);
};
const many = (count: number): Uint8Array => {
  const fields = new Uint8Array(2 * count);
  for (let i = 0; i < fields.length; i += 2) fields[i] = 0x78; // field 15: 0
  return bytesField(MODEL_GRAPH, fields);
};
const NO_GRAPH = /graph\.onnx is not an ONNX graph: it /;

export const NO_GRAPHS: readonly [what: string, bytes: () => Uint8Array, says: RegExp][] = [
  ["nothing", () => new Uint8Array(), /it holds no graph/],
  ["a text", () => Buffer.from("# not a graph\n"), NO_GRAPH],
  ["zeros", () => new Uint8Array(1000), /it has a field without a number/],
  ["half a graph", () => READS.subarray(0, READS.length - 20), /it ends within a field/],
  ["a field that is longer than all", () => Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]), /it ends within a field/],
  ["a number without an end", () => new Uint8Array(1000).fill(0xff), /it has a number without an end/],
  ["a number that the file ends in", () => Uint8Array.from([0x08, 0x80]), /it ends within a number/],
  ["a field beyond all numbers", () => Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x7f, 0]), /it has a field without a number/],
  ["groups within groups", () => new Uint8Array(1_000_000).fill(0x0b), /it has a field of the unknown kind 3/],
  ["the end of a group", () => joined([PLAIN, Uint8Array.from([0x0c])]), /it has a field of the unknown kind 4/],
  ["graphs in graphs, a thousand deep", () => nested(1000), /it is nested deeper than 100 levels/],
  ["a number in a graph's place", () => joined([PLAIN, varintField(MODEL_GRAPH, 1)]), /it has a number in the place of a part/],
  ["millions of fields", () => many(30_000_000), /it has too many fields/],
  ["ONNX Runtime's own format", () => joined([Uint8Array.from([0x12, 0x06, 0x61, 0x61]), Buffer.from("ORTM"), PLAIN]), /is in ONNX Runtime's own format/],
];
