/**
 * A graph is a stranger's program: ONNX Runtime follows what it names to other files. No way leads there: not past `verify`, `publish` or `install`, and not
 * past the two programs that compute graphs.
 */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "mocha";
import type * as Ort from "onnxruntime-node";
import { UserError } from "../../extension/errors.ts";
import { fileRules } from "../../extension/packs/fileRules.ts";
import { pack } from "../../extension/packs/publish.ts";
import { readFolder } from "../../extension/packs/registry.ts";
import { Shelf } from "../../extension/packs/shelf.ts";
import { refusalOf } from "../../extension/protocol/onnxGraph.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "../processes/tinyPack.ts";
import { LEADING_OUT, NO_GRAPHS, PLAIN, SECRET } from "./graphs.ts";

/** Without our look at the graph before. */
const ort = createRequire(import.meta.url)("onnxruntime-node") as typeof Ort;

/** By ONNX Runtime, as it is; other ways it refuses today, or has closed. */
const FOLLOWED = new Set([
  "an initializer",
  "an initializer with few values",
  "a location that is written at length",
  "a second half of the graph",
  "a constant",
  "a branch",
  "a branch of a branch",
  "a function of its own",
]);

describe("a graph that leads out of itself", () => {
  for (const [what, bytes, says] of LEADING_OUT) {
    it(`by ${what} is refused`, () => {
      const refusal = refusalOf("graph.onnx", bytes);
      assert.match(refusal?.message ?? "not refused", says);
      assert.ok(refusal instanceof UserError && refusal.remedy.length > 0);
    });
  }

  /** What all of this guards against is not made up. */
  for (const [what, bytes] of LEADING_OUT.filter(([what]) => FOLLOWED.has(what))) {
    it(`by ${what} would be followed, if nobody looked`, async () => {
      const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
      const told = Buffer.from((await session.run({})).y?.data as Uint8Array).toString();
      assert.equal(told, (await readFile(SECRET, "utf8")).slice(0, told.length));
    });
  }
});

describe("what is no graph", () => {
  for (const [what, bytes, says] of NO_GRAPHS) {
    it(`is refused: ${what}`, () => assert.match(refusalOf("graph.onnx", bytes())?.message ?? "not refused", says));
  }

  it("is told from the graphs of the built-in pack, and from a plain one", async () => {
    const { exercises } = await readPack(path.join(dist, "exercises/transformers-and-llms"));
    const graphs = exercises.flatMap(({ binaries }) => Object.entries(binaries).filter(([file]) => file.endsWith(".onnx")));
    assert.ok(graphs.length >= 7);
    for (const [file, base64] of graphs) assert.equal(refusalOf(file, Buffer.from(base64, "base64")), undefined, file);
    assert.equal(refusalOf("plain", PLAIN), undefined);
  });
});

describe("a graph that leads out of itself, at each gate", function () {
  this.timeout(60_000);
  const supervisor = createSupervisor({ dist });
  after(() => supervisor.dispose());

  const checks = `import { check, near } from "practicum/check";
check("asks a graph", {
  points: 1, when: "save", catches: ["squares"],
  ask: (impl: any) => impl.answer(),
  expect: near.oracle(async (onnx) => (await onnx("graph.onnx", {})).y as any, { rtol: 0, atol: 0 }),
});
`;
  /** The tiny exercise with that graph as its oracle, in a folder of a pack. */
  async function exerciseWith(bytes: Uint8Array) {
    const { folder } = await tinyExercise({ "double.check.ts": checks, "oracle/graph.onnx": "" });
    await writeFile(path.join(folder, "oracle/graph.onnx"), bytes);
    const own = await readPack(path.dirname(folder));
    return { own, exercise: own.exercises[0] as (typeof own.exercises)[number] };
  }

  for (const [what, bytes, says] of [...LEADING_OUT.slice(0, 1), ...LEADING_OUT.slice(10, 11), ...LEADING_OUT.slice(16, 17)]) {
    describe(`by ${what}`, () => {
      const refused = (remedy: RegExp) => (error: unknown) => error instanceof UserError && says.test(error.message) && remedy.test(error.remedy);

      it("is a problem of the pack to verify", async () => {
        const { exercise } = await exerciseWith(bytes);
        const [problem] = fileRules(exercise).filter(({ file }) => file === "oracle/graph.onnx");
        assert.match(problem?.message ?? "", says);
      });

      it("is not published", async () => {
        const { own } = await exerciseWith(bytes);
        await assert.rejects(pack(own), refused(/Keep all values in the graph/));
      });

      it("is not installed", async () => {
        const { own } = await exerciseWith(bytes);
        const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-shelf-"));
        const files = await readFolder(own.folder);
        await assert.rejects(new Shelf(folder).examine({ files, source: { spec: "x", kind: "archive", resolved: "x" } }), refused(/^Nothing was installed/));
      });

      it("judges nobody", async () => {
        const { exercise } = await exerciseWith(bytes);
        const { outcome, checks } = await supervisor.grade({ exercise, attempt: attemptOf(REFERENCE), tier: "save", seed: 1 });
        assert.deepEqual([outcome, checks[0]?.outcome], ["notGraded", "notGraded"]);
        assert.match(checks[0]?.message ?? "", says.source.endsWith("$") ? new RegExp(says.source.slice(0, -1)) : says);
      });
    });
  }

  /** A run that asks a model in that folder. */
  async function runOf(model: string) {
    const run = `import { pretrained } from "practicum";
export default async () => console.log((await pretrained.bert(${JSON.stringify(model)}).encode(["a"])).tokens);
`;
    const { state, fault } = await supervisor.run({ exercise: await tinyExercise({ "run.ts": run }), attempt: attemptOf(REFERENCE), onEvent: () => {} });
    return { state, message: fault?.message ?? "" };
  }
  const BERT = path.resolve(import.meta.dirname, "../../exercises/transformers-and-llms/14-bert-in-context/pretrained/bert");

  for (const [what, bytes, says] of [...LEADING_OUT.slice(0, 1), ...NO_GRAPHS.slice(1, 2)] as const) {
    it(`is not computed in a learner's own folder: ${what}`, async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-model-"));
      await cp(BERT, folder, { recursive: true });
      await writeFile(path.join(folder, "onnx/model.onnx"), typeof bytes === "function" ? bytes() : bytes);
      const { state, message } = await runOf(folder);
      assert.equal(state, "errored");
      assert.match(message, new RegExp(says.source.replace(/^graph\\\.onnx /, "").replace(/\$$/, "")));
      assert.match(message, /whole\.onnx|Export the model again/);
      assert.ok(message.includes(folder), message);
      await rm(folder, { recursive: true });
    });
  }
});
