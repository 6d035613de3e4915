import assert from "node:assert/strict";
import { watch } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

/** A model in training: two weights, and Adam's state. */
const MODEL = `const weights = { w: tf.variable(tf.tensor1d([1, 2])), blocks: [{ b: tf.variable(tf.scalar(3)) }] };
const adam = tf.train.adam(0.1);
const step = () => void adam.minimize(() => weights.w.square().sum().add(weights.blocks[0]!.b.square()) as tf.Scalar);
const steps = (n: number) => { while (n-- > 0) step(); };
const values = async () => [...(await weights.w.data()), ...(await weights.blocks[0]!.b.data())].join();
`;

describe("checkpoints", function () {
  this.timeout(60_000);
  let supervisor: Supervisor;
  let folder: string;
  before(() => {
    supervisor = createSupervisor({ dist });
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "practicum-attempt-"));
    await mkdir(path.join(folder, ".practicum"));
  });
  after(() => supervisor.dispose());

  const kept = async () => (await readdir(path.join(folder, ".practicum/checkpoints")).catch(() => [])).sort();

  async function run(body: string, root = folder, signal?: AbortSignal): Promise<{ output: string; state: string; message?: string }> {
    let output = "";
    const { state, fault } = await supervisor.run({
      exercise: await tinyExercise({
        "run.ts": `import * as tf from "@tensorflow/tfjs";\nimport { checkpoint } from "practicum";\nexport default async function run(attempt: any): Promise<void> {\n${MODEL}${body}\n}\n`,
      }),
      attempt: { ...attemptOf(REFERENCE), root },
      signal,
      onEvent: () => {},
      onOutput: (text) => {
        output += text;
      },
    });
    return { output, state, message: fault?.message };
  }

  it("a later run goes on where an earlier one was: weights, optimizer and note, to the same bits", async () => {
    const whole = await run("steps(60); console.log(await values());");
    await run(`console.log(await checkpoint.restore("gpt", { weights, adam })); steps(40); await checkpoint.save("gpt", { weights, adam }, { step: 40 });`);
    const resumed = await run(`console.log((await checkpoint.restore("gpt", { weights, adam }))!.step); steps(20); console.log(await values());`);
    assert.equal(resumed.output, `40\n${whole.output}`);
    assert.deepEqual(await kept(), ["gpt.safetensors"]);
  });

  it("holds weights that are larger than one message's part", async () => {
    const { output } =
      await run(`const x = tf.range(0, 3e6); await checkpoint.save("large", { x }); const { weights: again } = (await checkpoint.load("large"))!;
      console.log(again.x!.shape.join(), (await again.x!.equal(x).all().data())[0]);`);
    assert.equal(output, "3000000 1\n");
  });

  it("an old checkpoint stays whole until the new one is", async () => {
    await run(`await checkpoint.save("gpt", { weights });`);
    const before = await readFile(path.join(folder, ".practicum/checkpoints/gpt.safetensors"));
    const abort = new AbortController();
    const watcher = watch(path.join(folder, ".practicum/checkpoints"), (_, file) => file?.endsWith(".part") && abort.abort());
    const { state } = await run(`await checkpoint.save("gpt", { x: tf.zeros([3e7]) }); for (;;);`, folder, abort.signal); // 120 MB, in 29 parts
    watcher.close();
    assert.equal(state, "cancelled");
    assert.deepEqual(await kept(), ["gpt.safetensors"]);
    assert.ok(before.equals(await readFile(path.join(folder, ".practicum/checkpoints/gpt.safetensors"))));
  });

  const refusals: [name: string, body: string, says: RegExp][] = [
    ["a name that leads elsewhere", `await checkpoint.save("../gpt", { weights });`, /"\.\.\/gpt" is no name for a checkpoint/],
    ["what is no tensor", `await checkpoint.save("gpt", { weights, step: 3 });`, /step is 3, no tensor; a note has room for it/],
    [
      "weights of another shape",
      `await checkpoint.save("gpt", { weights }); await checkpoint.restore("gpt", { weights: { w: tf.variable(tf.zeros([3])) } });`,
      /checkpoint "gpt": weights\.w of shape \[3\] was kept as \[2\]/,
    ],
    [
      "weights that were not kept",
      `await checkpoint.save("gpt", weights); await checkpoint.restore("gpt", { weights });`,
      /weights\.w of shape \[2\] was kept under no such name/,
    ],
  ];
  for (const [name, body, says] of refusals) {
    it(`refuses ${name}`, async () => assert.match((await run(body)).message ?? "", says));
  }

  it("what was cut off is told, not restored", async () => {
    await run(`await checkpoint.save("gpt", { weights });`);
    const file = path.join(folder, ".practicum/checkpoints/gpt.safetensors");
    await writeFile(file, (await readFile(file)).subarray(0, -1));
    assert.match((await run(`await checkpoint.restore("gpt", { weights });`)).message ?? "", /beyond the end of the file/);
  });

  it("has no place outside an attempt's folder", async () => {
    assert.match((await run(`await checkpoint.save("gpt", { weights });`, os.tmpdir())).message ?? "", /no folder to keep checkpoints in/);
  });

  it("a grade keeps nothing", async () => {
    const attempt = attemptOf(
      `import { checkpoint } from "practicum";\nexport const double = async () => { await checkpoint.save("x", {}); };\nexport const answer = () => 42;`,
    );
    const { checks } = await supervisor.grade({ exercise: await tinyExercise(), attempt: { ...attempt, root: folder }, tier: "save" });
    assert.deepEqual([checks[0]?.outcome, checks[0]?.location?.line], ["errored", 2]);
    assert.match(checks[0]?.message ?? "", /a grade cannot/);
    assert.deepEqual(await kept(), []);
  });
});
