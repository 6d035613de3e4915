/** A model of the hub is fetched by a process that does nothing else, kept, and computed by another. In the place of the hub's library, which is large, is a small one. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import type { RunEvent } from "../../extension/protocol/runtime.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const BERT = path.resolve(import.meta.dirname, "../../exercises/transformers-and-llms/14-bert-in-context/pretrained/bert");

/** Fetches the small BERT, whatever is asked for; the id says what goes wrong on the way. */
const LIBRARY = `
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
export const env = {};
const place = (id) => { mkdirSync(\`\${env.cacheDir}/\${id}/onnx\`, { recursive: true }); return \`\${env.cacheDir}/\${id}\`; };
export const AutoTokenizer = { async from_pretrained(id) {
  for (const file of ["tokenizer.json", "tokenizer_config.json"]) cpSync(\`${BERT}/\${file}\`, \`\${place(id)}/\${file}\`);
} };
export const AutoModel = { async from_pretrained(id, { progress_callback }) {
  for (const loaded of [1, 2]) progress_callback({ status: "progress", loaded, total: 2, file: "onnx/model.onnx" });
  if (id.endsWith("half")) { writeFileSync(\`\${place(id)}/onnx/model.onnx\`, "half"); process.exit(1); }
  if (id.endsWith("without")) throw new Error("404 Not Found");
  if (id.endsWith("huge")) { progress_callback({ status: "progress", loaded: 5 * 2 ** 30, total: 1, file: "onnx/model.onnx" }); await new Promise(() => setTimeout(() => {}, 1e6)); }
  cpSync("${BERT}/onnx/model.onnx", \`\${place(id)}/onnx/model.onnx\`);
  return { async dispose() {} };
} };
`;

const asks = (models: readonly string[], texts = '["A channel."]') => ({
  "run.ts": `import { pretrained } from "practicum";
export default async function run(): Promise<void> {
  for (const model of ${JSON.stringify(models)}) console.log((await pretrained.bert(model).encode(${texts} as string[])).hidden.shape.join());
}
`,
});

describe("a model of the hub", function () {
  this.timeout(60_000);
  let backends = "";
  let supervisor: Supervisor;
  before(async () => {
    backends = await mkdtemp(path.join(os.tmpdir(), "practicum-backends-"));
    supervisor = createSupervisor({ dist, backends });
    await install();
  });
  after(async () => {
    await supervisor.dispose();
    await rm(backends, { recursive: true });
  });

  const library = () => path.join(backends, "node_modules/@huggingface/transformers");
  async function install(): Promise<void> {
    await mkdir(library(), { recursive: true });
    await writeFile(path.join(library(), "package.json"), JSON.stringify({ name: "@huggingface/transformers", type: "module", exports: "./index.js" }));
    await writeFile(path.join(library(), "index.js"), LIBRARY);
  }
  async function run(models: readonly string[], texts?: string) {
    const events: RunEvent[] = [];
    let output = "";
    const exercise = await tinyExercise(asks(models, texts));
    const onOutput = (text: string) => (output += text);
    const { state, fault } = await supervisor.run({ exercise, attempt: attemptOf(REFERENCE), onEvent: (event) => events.push(event), onOutput });
    return { state, message: fault?.message ?? "", events, output };
  }
  const kept = () => readdir(path.join(backends, "models"), { recursive: true });

  it("is fetched, with its progress, and then computed", async () => {
    const { state, events, output, message } = await run(["owner/tiny"]);
    assert.equal(state, "finished", message);
    assert.match(output, /^5,1,6,64$/m);
    assert.deepEqual(
      events.flatMap((event) => (event.kind === "progress" ? [[event.label, event.done, event.total]] : [])),
      [
        ["fetching onnx/model.onnx", 1, 2],
        ["fetching onnx/model.onnx", 2, 2],
      ],
    );
  });

  it("is kept: nothing has to be there to fetch it again", async () => {
    await rm(library(), { recursive: true });
    const { state, output } = await run(["owner/tiny"]);
    assert.deepEqual([state, /^5,1,6,64$/m.test(output)], ["finished", true]);
    const other = await run(["owner/other"]);
    assert.match(other.message, /what fetches it is not installed\. Install it once: npm install --prefix ".*" @huggingface\/transformers$/);
    await install();
  });

  for (const [what, model, says] of [
    ["whose download ends half-way", "owner/half", /"owner\/half" could not be fetched: The process ended before it answered \(exit code 1\)\. Look at/],
    ["that is not there", "owner/without", /"owner\/without" could not be fetched: 404 Not Found\. Look at/],
    ["that is too large", "owner/huge", /"owner\/huge" is larger than 4 GiB\. Choose a smaller model\./],
  ] as const) {
    it(`${what} is told, and nothing of it stays`, async () => {
      const { state, message } = await run([model]);
      assert.equal(state, "errored");
      assert.match(message, says);
      assert.deepEqual(
        (await kept()).filter((file) => !file.startsWith("owner") || file.includes(model)),
        [],
      );
    });
  }

  it("is one of a few that a run may use", async () => {
    const { state, message, output } = await run(["a", "b", "c", "d", "a", "e"].map((name) => `owner/${name}`));
    assert.equal(output.match(/^5,1,6,64$/gm)?.length, 5);
    assert.deepEqual(
      [state, message],
      ["errored", "A run can use 4 pretrained models, and this is one more. Use fewer models, or run them one after the other."],
    );
  });

  it("is asked with texts", async () => {
    const { state, message } = await run(["owner/tiny"], "[7] as unknown");
    assert.equal(state, "errored");
    assert.match(message, /is asked with its name and a list of texts/);
  });
});
