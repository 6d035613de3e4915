/** Pretrained models: where their files come from, all hidden states of a BERT, and the small one that ships with exercise 14. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import onnxProto, { type onnx as Proto } from "onnx-proto";
import { listSupportedBackends } from "onnxruntime-node";
import { ResponseError } from "vscode-jsonrpc/node";
import { UserError } from "../../extension/errors.ts";
import type { Exercise } from "../../extension/exercise/model.ts";
import {
  type ComputedOn,
  ComputedOnNotification,
  type EncodeParams,
  PROVIDERS,
  type PretrainedOptions,
  PretrainedRequest,
  type ProviderName,
} from "../../extension/protocol/pretrained.ts";
import { IMPLEMENTATION_FAULT } from "../../extension/protocol/runtime.ts";
import { openGraph, ort } from "../../extension/runtime/onnxRuntime.ts";
import { Bert } from "../../extension/runtime/pretrained/bert.ts";
import { filesOf } from "../../extension/runtime/pretrained/files.ts";
import { withHiddenStates } from "../../extension/runtime/pretrained/hiddenStates.ts";
import { type Located, locate } from "../../extension/supervisor/modelFiles.ts";
import { servePretrained } from "../../extension/supervisor/pretrained.ts";
import type { Process } from "../../extension/supervisor/process.ts";

const { onnx } = onnxProto;
const FOLDER = path.resolve(import.meta.dirname, "../../exercises/transformers-and-llms/14-bert-in-context/pretrained/bert");
const silent = () => {};

/** What is read and computed of the small BERT. */
const smallBert = async () => filesOf("bert", ((await locate(FOLDER, NO_EXERCISE, "/nowhere")) as Located).source);
const NO_EXERCISE = { files: {}, binaries: {} } as const;

describe("hidden states of a graph", () => {
  const value = (name: string): Proto.IValueInfoProto => ({ name, type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT, shape: { dim: [{}] } } } });
  /** Each node adds its place, from 1, to what it is given. */
  const graphOf = (nodes: readonly string[], output: string) =>
    onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ domain: "", version: 17 }],
      graph: {
        name: "g",
        node: [
          ...nodes.map((name, i) => ({ name, opType: "Add", input: [i === 0 ? "x" : `${nodes[i - 1]}_output_0`, "one"], output: [`${name}_output_0`] })),
          { name: "last", opType: "Identity", input: [nodes.length === 0 ? "x" : `${nodes.at(-1)}_output_0`], output: [output] },
        ],
        input: [value("x")],
        output: [value(output)],
        initializer: [{ name: "one", dims: [1], dataType: onnx.TensorProto.DataType.FLOAT, floatData: [1] }],
      },
    }).finish();

  it("of the embeddings and of each layer become outputs, in order", async () => {
    const nodes = ["/encoder/layer.1/output/LayerNorm/Add_1", "/embeddings/LayerNorm/Add_1", "/encoder/layer.0/output/LayerNorm/Add_1", "/pooler/Gemm"];
    const { bytes, outputs } = withHiddenStates(graphOf(nodes, "last_hidden_state"));
    assert.deepEqual(
      outputs,
      [nodes[1], nodes[2], nodes[0]].map((name) => `${name}_output_0`),
    );
    const session = await openGraph("a graph", bytes, {});
    assert.deepEqual(session.outputNames, ["last_hidden_state", ...outputs]);
    const states = await session.run({ x: new ort.Tensor("float32", [0], [1]) });
    assert.deepEqual(
      ["last_hidden_state", ...outputs].map((name) => states[name]?.data[0]),
      [4, 2, 3, 1],
    );
  });

  it("stay as they are where the graph has them as one output", () => {
    const bytes = graphOf([], "hidden_states");
    assert.deepEqual(withHiddenStates(bytes), { bytes, outputs: ["hidden_states"] });
  });

  for (const [why, nodes] of [
    ["no layers", ["/embeddings/LayerNorm/Add_1"]],
    ["a gap", ["/embeddings/LayerNorm/Add_1", "/encoder/layer.1/output/LayerNorm/Add_1"]],
  ] as const) {
    it(`are refused for a graph with ${why}`, () => assert.throws(() => withHiddenStates(graphOf(nodes, "y")), /no layers that are named as a BERT's/));
  }
});

describe("files of a pretrained model", () => {
  let cache = "";
  let elsewhere = "";
  before(async () => {
    [cache, elsewhere] = (await Promise.all(
      ["models", "elsewhere"].map(async (name) => realpath(await mkdtemp(path.join(tmpdir(), `practicum-${name}-`)))),
    )) as [string, string];
    await model(path.join(cache, "owner/kept"));
    await model(elsewhere);
    await mkdir(path.join(cache, "owner"), { recursive: true });
    await symlink(elsewhere, path.join(cache, "owner/linked"));
    await symlink("loop", path.join(cache, "loop"));
    await model(path.join(cache, "owner/huge"));
    await truncate(path.join(cache, "owner/huge/onnx/model.onnx"), 2 ** 31);
    await model(path.join(cache, "owner/odd"));
    await rm(path.join(cache, "owner/odd/tokenizer.json"));
    await mkdir(path.join(cache, "owner/odd/tokenizer.json"));
    await model(path.join(cache, "owner/text"));
    await writeFile(path.join(cache, "owner/text/tokenizer.json"), "root:x:0:0");
  });
  after(() => Promise.all([cache, elsewhere].map((folder) => rm(folder, { recursive: true }))));

  async function model(folder: string): Promise<void> {
    await mkdir(path.join(folder, "onnx"), { recursive: true });
    for (const [file, text] of Object.entries({ "tokenizer.json": '{"a":1}', "tokenizer_config.json": "{}", "onnx/model.onnx": "graph" }))
      await writeFile(path.join(folder, file), text);
  }

  it("ship with the exercise", async () => {
    const files = { "pretrained/tiny/tokenizer.json": '{"a":1}', "pretrained/tiny/tokenizer_config.json": "{}" };
    const exercise = { files, binaries: { "pretrained/tiny/onnx/model.onnx": Buffer.from("graph").toString("base64") } };
    const { source, readable } = (await locate("tiny", exercise, "/nowhere")) as Located;
    const { tokenizer, graph } = await filesOf("tiny", source);
    assert.deepEqual([tokenizer, Buffer.from(graph).toString(), readable], [{ a: 1 }, "graph", []]);
  });

  it("are read from a folder, and nothing beside them is", async () => {
    const { source, readable } = (await locate("owner/kept", NO_EXERCISE, cache)) as Located;
    const folder = path.join(cache, "owner/kept");
    assert.deepEqual(
      readable,
      ["tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"].map((file) => path.join(folder, file)),
    );
    assert.deepEqual((await filesOf("owner/kept", source)).tokenizer, { a: 1 });
  });

  it("that are links in a learner's own folder are read where they lie", async () => {
    const { readable } = (await locate(path.join(cache, "owner/linked"), NO_EXERCISE, cache)) as Located;
    assert.equal(readable[0], path.join(elsewhere, "tokenizer.json"));
  });

  it("of the hub are to be fetched where they are not kept", async () => assert.equal(await locate("owner/name", NO_EXERCISE, cache), "to fetch"));

  for (const [what, name, message] of [
    ["a way out of the folder", "../secrets", /is no model/],
    ["a way out in an owner's place", "owner/..", /is no model/],
    ["a way out within a name", "a..b/c", /is no model/],
    ["three parts", "a/b/c", /is no model/],
    ["a hidden name", ".fetching-1/x", /is no model/],
    ["a name that never ends", "a".repeat(97), /is no model/],
    ["a name with a control character", "a\u0000b", /is no model/],
    ["nothing", "", /is no model/],
    ["a folder without a model", tmpdir(), /has no tokenizer.json/],
    ["a path with a NUL", "/a\u0000b", /cannot be read \(ERR_INVALID_ARG_VALUE\)/],
  ] as const) {
    it(`are refused for ${what}`, () => assert.rejects(locate(name, NO_EXERCISE, cache), refusal(message)));
  }

  for (const [what, name, message] of [
    ["a link out of the folder of kept models", "owner/linked", /is a link that leads out of/],
    ["a graph that is too large for one", "owner/huge", /model\.onnx is larger than 2048 MiB/],
    ["a folder in the place of a file", "owner/odd", /tokenizer\.json is not a plain file/],
  ] as const) {
    it(`are refused for ${what}`, () => assert.rejects(locate(name, NO_EXERCISE, cache), refusal(message)));
  }

  it("are refused for a link to itself", () => assert.rejects(locate(path.join(cache, "loop"), NO_EXERCISE, cache), refusal(/cannot be read \(ELOOP\)/)));

  it("that are no JSON are named, and nothing of their text is told", async () => {
    const { source } = (await locate("owner/text", NO_EXERCISE, cache)) as Located;
    await assert.rejects(filesOf("owner/text", source), (error: Error) => /tokenizer\.json is not JSON\.$/.test(error.message) && !/root/.test(error.message));
  });

  const refusal = (message: RegExp) => (error: unknown) => error instanceof UserError && message.test(error.message);
});

describe("execution providers of a pretrained model", () => {
  const [elsewhere] = PROVIDERS.filter((name) => !listSupportedBackends().some((built) => built.name === name)) as [ProviderName];

  it("are tried in order, and the reason of each that was skipped is kept", async () => {
    const { on } = await Bert.load(await smallBert(), [elsewhere, "cpu", "webgpu"]);
    assert.deepEqual(on, { provider: "cpu", skipped: [{ name: elsewhere, reason: "ONNX Runtime has none on this system" }] });
  });

  it("that do not start are named where no other may be used", async () => {
    await assert.rejects(Bert.load(await smallBert(), [elsewhere]), {
      message: new RegExp(`starts \\(${elsewhere}: .*executionProvider`),
    });
  });

  /** Serves a run whose pretrained processes answer as told, one after the other. */
  async function served(
    answers: readonly ("dies" | "answers")[],
    options: { needs?: Exercise["executionProvider"]; pin?: ProviderName; on?: ProviderName } = {},
  ) {
    const { needs, pin, on } = options;
    let ask: (params: EncodeParams) => Promise<unknown> = () => Promise.reject(new Error("nobody serves"));
    const started: (readonly ProviderName[])[] = [];
    const run = { running: true, connection: { onRequest: (_: unknown, handler: typeof ask) => (ask = handler) } } as unknown as Process;
    const start = () => {
      const answer = answers[started.length];
      let told: (on: { model: string; on: ComputedOn }) => void = () => {};
      const sendRequest = async (request: unknown, params: PretrainedOptions) => {
        if (request === PretrainedRequest) return started.push(params.providers);
        if (on) told({ model: "bert", on: { provider: on, skipped: [] } });
        if (answer === "answers") return "encoded";
        throw new ResponseError(IMPLEMENTATION_FAULT, "It ended.", { kind: "died", message: "It ended." });
      };
      const onNotification = (kind: unknown, handler: typeof told) => {
        if (kind === ComputedOnNotification) told = handler;
      };
      const connection = { sendRequest, onNotification };
      return {
        ready: Promise.resolve(),
        ended: Promise.resolve("exit code 0"),
        kill: silent,
        connection,
        ask: (request: (c: object) => unknown) => request(connection),
      } as unknown as Process;
    };
    const exercise = {
      id: "tiny",
      files: {},
      binaries: { "pretrained/bert/onnx/model.onnx": "" },
      ...(needs && { executionProvider: needs }),
    } as unknown as Exercise;
    servePretrained(run, exercise, { start, folders: [], cache: "", log: silent, ...(pin && { pin }) }, { onEvent: silent });
    const asked = await Promise.allSettled([ask({ model: "bert", texts: [] }), ask({ model: "bert", texts: [] })]);
    return { started, answers: asked.map((each) => (each.status === "fulfilled" ? each.value : (each.reason as Error).message)) };
  }

  const all = [...PROVIDERS];
  const table: [what: string, answers: ("dies" | "answers")[], options: Parameters<typeof served>[1], started: ProviderName[][], answer: RegExp][] = [
    ["all, best first", ["answers"], {}, [all], /encoded/],
    ["those that the exercise requires", ["answers"], { needs: { require: ["cpu", "cuda"] } }, [["cuda", "cpu"]], /encoded/],
    ["the one of the setting", ["answers"], { pin: "webgpu" }, [["webgpu"]], /encoded/],
    [
      "none, where the exercise refuses the one of the setting",
      [],
      { pin: "cuda", needs: { refuse: ["cuda"] } },
      [],
      /cannot use the execution provider of your choice/,
    ],
    ["the processor after a driver has ended the process", ["dies", "answers"], {}, [all, ["cpu"]], /encoded/],
    ["the processor once only", ["dies", "dies"], {}, [all, ["cpu"]], /It ended/],
    ["not the processor after the processor", ["dies"], { on: "cpu" }, [all], /It ended/],
    ["not the processor where the setting names another", ["dies"], { pin: "cuda" }, [["cuda"]], /It ended/],
  ];
  for (const [what, answers, options, started, answer] of table) {
    it(`may be ${what}`, async () => {
      const result = await served(answers, options);
      assert.deepEqual(result.started, started);
      for (const each of result.answers) assert.match(String(each), answer);
    });
  }
});

describe("the small BERT", () => {
  let bert: Bert;
  before(async () => {
    bert = await Bert.load(await smallBert());
  });

  it("cuts words into pieces, and gives a state for each piece and layer", async () => {
    const { tokens, hidden } = await bert.encode(["A channel.", "Two channels to the lake."]);
    assert.deepEqual(tokens[0], ["[CLS]", "a", "chan", "##nel", ".", "[SEP]"]);
    assert.deepEqual(hidden.shape, [5, 2, tokens[1]?.length, 64]);
  });

  it("reads a text in the same way beside a longer one", async () => {
    const short = "The ferry crossed the channel.";
    const [alone, beside] = [
      await bert.encode([short]),
      await bert.encode([short, "The captain steered the old ferry into the narrow channel near the village."]),
    ];
    const [, , time, width] = alone.hidden.shape as [number, number, number, number];
    const [layers, batch, longer] = beside.hidden.shape as [number, number, number];
    for (let layer = 0; layer < layers; layer++) {
      const [a, b] = [layer * time * width, layer * batch * longer * width];
      const differences = Array.from({ length: time * width }, (_, i) =>
        Math.abs((alone.hidden.data[a + i] as number) - (beside.hidden.data[b + i] as number)),
      );
      assert.ok(Math.max(...differences) < 1e-5, `layer ${layer}: ${Math.max(...differences)}`);
    }
  });
});
