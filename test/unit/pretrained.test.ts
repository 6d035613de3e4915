/** Pretrained models: where their files come from, all hidden states of a BERT, and the small one that ships with exercise 14. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import onnxProto from "onnx-proto";
import { Bert } from "../../extension/runtime/pretrained/bert.ts";
import { filesOf } from "../../extension/runtime/pretrained/files.ts";
import { withHiddenStates } from "../../extension/runtime/pretrained/hiddenStates.ts";

const { onnx } = onnxProto;
const FOLDER = path.resolve(import.meta.dirname, "../../exercises/transformers-and-llms/14-bert-in-context/pretrained/bert");
const NOTHING = { shipped: { texts: {}, binaries: {} }, cache: "/nowhere" };
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
