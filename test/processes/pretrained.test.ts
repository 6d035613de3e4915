/** A run asks a pretrained model: the runtime asks the host, and a process with ONNX Runtime answers. A grade cannot. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { RunEvent } from "../../extension/protocol/runtime.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { findExercise, readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const PACK = path.resolve(import.meta.dirname, "../../exercises/transformers-and-llms");
const BERT = path.join(PACK, "14-bert-in-context/pretrained/bert");

const asks = (model: string): Record<string, string> => ({
  "run.ts": `import { pretrained } from "practicum";
export default async function run(): Promise<void> {
  const { tokens, hidden } = await pretrained.bert(${JSON.stringify(model)}).encode(["A channel.", "The old ferry"]);
  console.log(JSON.stringify([tokens, hidden.shape]));
}
`,
});

describe("pretrained models", function () {
  this.timeout(60_000);
  let supervisor: Supervisor;
  before(() => {
    supervisor = createSupervisor({ dist });
  });
  after(() => supervisor.dispose());

  async function run(model: string) {
    let output = "";
    const exercise = await tinyExercise(asks(model));
    const result = await supervisor.run({ exercise, attempt: attemptOf(REFERENCE), onEvent: () => {}, onOutput: (text) => (output += text) });
    return { ...result, output };
  }

  it("of a folder give word pieces and hidden states to a run", async () => {
    const { state, output } = await run(BERT);
    assert.equal(state, "finished");
    const [on = "", printed = ""] = output.trim().split("\n");
    assert.match(on, /is computed by ONNX Runtime on (cuda|coreml|dml|cpu)\.$/);
    const [first, second] = [
      ["[CLS]", "a", "chan", "##nel", ".", "[SEP]"],
      ["[CLS]", "the", "old", "ferry", "[SEP]"],
    ];
    assert.deepEqual(JSON.parse(printed), [
      [first, second],
      [5, 2, 6, 64],
    ]);
  });

  it("are computed on the execution provider of the setting, or not at all", async () => {
    const elsewhere = process.platform === "win32" ? "coreml" : "dml";
    const pinned = createSupervisor({ dist, executionProvider: elsewhere });
    try {
      const { state, fault } = await pinned.run({ exercise: await tinyExercise(asks(BERT)), attempt: attemptOf(REFERENCE), onEvent: () => {} });
      assert.equal(state, "errored");
      assert.match(fault?.message ?? "", new RegExp(`starts \\(${elsewhere}: .*practicum\\.executionProvider`));
    } finally {
      await pinned.dispose();
    }
  });

  it("that are not there are named", async () => {
    const { state, fault } = await run(path.dirname(BERT));
    assert.equal(state, "errored");
    assert.deepEqual([fault?.kind, fault?.message.startsWith(`${path.dirname(BERT)} has no tokenizer.json`)], ["threw", true]);
  });

  it("are not for a grade", async () => {
    const attempt = attemptOf(
      REFERENCE.replace(
        "export function answer(): number {\n  return 42;",
        'export async function answer() {\n  await pretrained.bert().encode(["a"]);\n  return 42;',
      ).replace("\n", '\nimport { pretrained } from "practicum";\n'),
    );
    const { checks } = await supervisor.grade({ exercise: await tinyExercise(), attempt, tier: "save", seed: 1 });
    const answers = checks.find(({ title }) => title === "answers");
    assert.deepEqual([answers?.outcome, answers?.message.includes("run.ts can ask them")], ["errored", true]);
  });

  it("show that the senses of a word separate: exercise 14", async () => {
    const exercise = findExercise([await readPack(PACK)], "14");
    const events: RunEvent[] = [];
    const { state } = await supervisor.run({ exercise, attempt: implementationTree(exercise, "reference"), onEvent: (event) => events.push(event) });
    assert.equal(state, "finished");
    const points = events.flatMap((event) => (event.kind === "points" ? event.points : []));
    const last = (series: string) => points.filter((point) => point.series === series).at(-1)?.value ?? Number.NaN;
    const first = (series: string) => points.find((point) => point.series === series)?.value ?? Number.NaN;
    assert.ok(last("separation") > first("separation") + 0.05, `${first("separation")} ${last("separation")}`);
    assert.ok(last("accuracy") > 2 * last("by chance"), String(last("accuracy")));
  });
});
