/** Pretrained models: where their files come from, all hidden states of a BERT, and the small one that ships with exercise 14. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import onnxProto from "onnx-proto";
import { listSupportedBackends } from "onnxruntime-node";
import { ResponseError } from "vscode-jsonrpc/node";
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
import { Bert } from "../../extension/runtime/pretrained/bert.ts";
import { filesOf } from "../../extension/runtime/pretrained/files.ts";
import { withHiddenStates } from "../../extension/runtime/pretrained/hiddenStates.ts";
import { servePretrained } from "../../extension/supervisor/pretrained.ts";
import type { Process } from "../../extension/supervisor/process.ts";

const { onnx } = onnxProto;
const FOLDER = path.resolve(import.meta.dirname, "../../exercises/transformers-and-llms/14-bert-in-context/pretrained/bert");
const NOTHING = { shipped: { texts: {}, binaries: {} }, providers: ["cpu"], cache: "/nowhere" } as const;
const silent = () => {};

describe("hidden states of a graph", () => {
  const graphOf = (nodes: readonly string[], outputs: readonly string[]) =>
    onnx.ModelProto.encode({
      graph: { node: nodes.map((name) => ({ name, output: [`${name}_output_0`] })), output: outputs.map((name) => ({ name })) },
    }).finish();
  const outputsIn = (bytes: Uint8Array) => onnx.ModelProto.decode(bytes).graph?.output?.map(({ name }) => name);

  it("of the embeddings and of each layer become outputs, in order", () => {
    const nodes = ["/encoder/layer.1/output/LayerNorm/Add_1", "/embeddings/LayerNorm/Add_1", "/encoder/layer.0/output/LayerNorm/Add_1", "/pooler/Gemm"];
    const { bytes, outputs } = withHiddenStates(graphOf(nodes, ["last_hidden_state"]));
    assert.deepEqual(
      outputs,
      [nodes[1], nodes[2], nodes[0]].map((name) => `${name}_output_0`),
    );
    assert.deepEqual(outputsIn(bytes), ["last_hidden_state", ...outputs]);
  });

  it("stay as they are where the graph has them as one output", () => {
    const { outputs } = withHiddenStates(graphOf([], ["last_hidden_state", "hidden_states"]));
    assert.deepEqual(outputs, ["hidden_states"]);
  });

  for (const [why, nodes] of [
    ["no layers", ["/embeddings/LayerNorm/Add_1"]],
    ["a gap", ["/embeddings/LayerNorm/Add_1", "/encoder/layer.1/output/LayerNorm/Add_1"]],
  ] as const) {
    it(`are refused for a graph with ${why}`, () => assert.throws(() => withHiddenStates(graphOf(nodes, ["x"])), /no layers that are named as a BERT's/));
  }
});

describe("files of a pretrained model", () => {
  let cache = "";
  before(async () => {
    cache = await mkdtemp(path.join(tmpdir(), "practicum-models-"));
  });
  after(() => rm(cache, { recursive: true }));

  it("ship with the exercise", async () => {
    const texts = { "pretrained/tiny/tokenizer.json": '{"a":1}', "pretrained/tiny/tokenizer_config.json": "{}" };
    const shipped = { texts, binaries: { "pretrained/tiny/onnx/model.onnx": Buffer.from("graph").toString("base64") } };
    const { tokenizer, graph } = await filesOf("tiny", { ...NOTHING, shipped }, silent);
    assert.deepEqual([tokenizer, Buffer.from(graph).toString()], [{ a: 1 }, "graph"]);
  });

  it("are fetched by the hub's library once, and kept", async () => {
    const library = path.join(cache, "library.mjs"); // in the place of @huggingface/transformers, which is large
    await writeFile(library, LIBRARY);
    const options = { ...NOTHING, cache, transformers: library, hub: "http://hub.invalid" };
    const told: string[] = [];
    const first = await filesOf("owner/tiny", options, (loaded, total, file) => told.push(`${file} ${loaded}/${total}`));
    assert.deepEqual(told, ["onnx/model.onnx 1/2", "onnx/model.onnx 2/2"]);
    assert.deepEqual(first.tokenizer, { from: "http://hub.invalid/" });
    assert.deepEqual(await filesOf("owner/tiny", { ...NOTHING, cache }, silent), first);
  });

  for (const [what, model, message] of [
    ["a model of the hub, without its library", "owner/name", /Install it once: npm install --prefix "\/" @huggingface\/transformers/],
    ["a name that is none", "../secrets", /is no model/],
    ["a folder without a model", tmpdir(), /has no tokenizer.json/],
  ] as const) {
    it(`are refused for ${what}`, () => assert.rejects(filesOf(model, NOTHING, silent), message));
  }
});

const LIBRARY = `
import { mkdirSync, writeFileSync } from "node:fs";
export const env = {};
const write = (id, file, text) => { mkdirSync(\`\${env.cacheDir}/\${id}/onnx\`, { recursive: true }); writeFileSync(\`\${env.cacheDir}/\${id}/\${file}\`, text); };
export const AutoTokenizer = { async from_pretrained(id) {
  write(id, "tokenizer.json", JSON.stringify({ from: env.remoteHost }));
  write(id, "tokenizer_config.json", "{}");
} };
export const AutoModel = { async from_pretrained(id, { progress_callback }) {
  for (const loaded of [1, 2]) progress_callback({ status: "progress", loaded, total: 2, file: "onnx/model.onnx" });
  progress_callback({ status: "done", file: "onnx/model.onnx" });
  write(id, "onnx/model.onnx", "graph");
  return { async dispose() {} };
} };
`;

describe("execution providers of a pretrained model", () => {
  const [elsewhere] = PROVIDERS.filter((name) => !listSupportedBackends().some((built) => built.name === name)) as [ProviderName];

  it("are tried in order, and the reason of each that was skipped is kept", async () => {
    const { on } = await Bert.load(await filesOf(FOLDER, NOTHING, silent), [elsewhere, "cpu", "webgpu"]);
    assert.deepEqual(on, { provider: "cpu", skipped: [{ name: elsewhere, reason: "ONNX Runtime has none on this system" }] });
  });

  it("that do not start are named where no other may be used", async () => {
    await assert.rejects(Bert.load(await filesOf(FOLDER, NOTHING, silent), [elsewhere]), {
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
      return { ready: Promise.resolve(), kill: silent, connection, ask: (request: (c: object) => unknown) => request(connection) } as unknown as Process;
    };
    const exercise = { id: "tiny", files: {}, binaries: {}, ...(needs && { executionProvider: needs }) } as unknown as Exercise;
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
    bert = await Bert.load(await filesOf(FOLDER, NOTHING, silent));
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
