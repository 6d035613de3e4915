import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { RunEvent } from "../../extension/protocol/runtime.ts";
import type { RunResult, Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const runs = (body: string): Record<string, string> => ({
  "run.ts": `import * as tf from "@tensorflow/tfjs";\nimport { breathe, corpus, progress, random, trace } from "practicum";\nexport default async function run(attempt: any, options: any): Promise<void> {\n${body}\n}\n`,
});

describe("run of an exercise", function () {
  this.timeout(60_000);
  let supervisor: Supervisor;
  before(() => {
    supervisor = createSupervisor({ dist });
  });
  after(() => supervisor.dispose());

  async function run(
    exercise: Exercise,
    options: { stopAt?: number; attempt?: string; corpus?: string; seed?: number } = {},
  ): Promise<{ result: RunResult; events: RunEvent[]; output: string }> {
    const controller = new AbortController();
    const events: RunEvent[] = [];
    let output = "";
    const result = await supervisor.run({
      exercise,
      attempt: attemptOf(options.attempt ?? REFERENCE),
      corpus: options.corpus,
      seed: options.seed,
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        if (pointsOf(events).length >= (options.stopAt ?? Number.POSITIVE_INFINITY)) controller.abort();
      },
      onOutput: (text) => (output += text),
    });
    return { result, events, output };
  }
  const pointsOf = (events: readonly RunEvent[]) => events.flatMap((event) => (event.kind === "points" ? event.points : []));

  it("traces points and progress of the attempt", async () => {
    const { result, events } = await run(await tinyExercise());
    assert.deepEqual([result.state, result.backend?.name], ["finished", "wasm"]);
    assert.deepEqual(
      pointsOf(events),
      [0, 1, 2].map((step) => ({ series: "answer", step, value: 42 })),
    );
    assert.deepEqual(events.filter((e) => e.kind === "progress").at(-1), { kind: "progress", done: 3, total: 3 });
  });

  it("a loop that never awaits is seen while it runs", async () => {
    const { result, events } = await run(await tinyExercise(runs("for (let step = 0; ; step++) trace.log({ loss: 1 / step }, step);")), { stopAt: 100 });
    assert.equal(result.state, "cancelled");
    assert.ok(pointsOf(events).length >= 100);
  });

  it("a flood of points arrives whole, in few messages", async () => {
    const { events } = await run(
      await tinyExercise(runs("for (let step = 0; step < 50_000; step++) { trace.log({ loss: step }, step); if (step % 1000 === 0) await breathe(); }")),
    );
    assert.equal(pointsOf(events).length, 50_000);
    assert.ok(events.length < 500, `${events.length} messages`);
  });

  it("NaN and infinity are points too", async () => {
    const { events } = await run(await tinyExercise(runs("trace.log({ loss: NaN }, 0); trace.log({ loss: Infinity }, 1);")));
    assert.deepEqual(
      pointsOf(events).map((p) => p.value),
      [Number.NaN, Number.POSITIVE_INFINITY],
    );
  });

  const texts: [name: string, corpus: string | undefined, want: string][] = [
    ["the exercise's own text", undefined, "shipped"],
    ["the learner's text", "mine", "mine"],
  ];
  for (const [name, corpus, want] of texts) {
    it(`trains on ${name}`, async () => {
      const { output } = await run(await tinyExercise({ ...runs("console.log(corpus.text());"), "corpus.txt": "shipped" }), { corpus });
      assert.equal(output, `${want}\n`);
    });
  }

  it("a seed replays random numbers and weights", async () => {
    const exercise = await tinyExercise(
      runs("console.log(random().normal(), (await tf.randomNormal([2], 0, 1, 'float32', random().integer(0, 1e9)).data()).join());"),
    );
    const [a, b, c] = [await run(exercise, { seed: 3 }), await run(exercise, { seed: 3 }), await run(exercise, { seed: 4 })].map((r) => r.output);
    assert.equal(a, b);
    assert.notEqual(a, c);
  });

  it("gathers gradients on the wasm backend, which lacks a kernel for it", async () => {
    const body =
      "const w = tf.variable(tf.ones([3, 2])); const { grads } = tf.variableGrads(() => w.gather(tf.tensor1d([1, 1, 2], 'int32')).sum() as tf.Scalar); console.log((await Object.values(grads)[0]!.data()).join());";
    assert.equal((await run(await tinyExercise(runs(body)))).output, "0,0,2,2,1,1\n");
  });

  const learned: [name: string, body: string, printed: string][] = [
    [
      "gathers in batches, which the wasm backend gets wrong",
      "console.log((await tf.gather(tf.range(0, 12).reshape([2, 3, 2]), tf.tensor2d([[2, 0], [1, 2]], [2, 2], 'int32'), 1, 1).data()).join());",
      "4,5,0,1,8,9,10,11",
    ],
    [
      "gathers in two batch axes",
      "console.log((await tf.gather(tf.range(0, 12).reshape([2, 2, 3]), tf.tensor3d([[[0], [2]], [[1], [2]]], [2, 2, 1], 'int32'), 2, 2).data()).join());",
      "0,5,7,11",
    ],
    [
      "sums by Einstein's convention",
      "const a = tf.range(0, 6).reshape([2, 3]), b = tf.range(0, 6).reshape([2, 3]); for (const e of ['ij,kj->ik', 'ij,ij->', 'ij,ij->j', 'ij,kl->lk']) console.log((await tf.einsum(e, a, b).data()).join());",
      "5,14,14,50\n55\n9,17,29\n0,45,15,60,30,75",
    ],
    [
      "of one tensor and of three",
      "const a = tf.range(0, 6).reshape([2, 3]); console.log((await tf.einsum('ij->ji', a).data()).join(), (await tf.einsum('ij->', a).data()).join(), (await tf.einsum('ij,kj,k->i', a, a, tf.tensor1d([1, 2])).data()).join());",
      "0,3,1,4,2,5 15 33,114",
    ],
    [
      "and has gradients",
      "const w = tf.variable(tf.ones([2, 3])); const { grads } = tf.variableGrads(() => tf.einsum('ij,ij->', w, tf.range(0, 6).reshape([2, 3])) as tf.Scalar); console.log((await Object.values(grads)[0]!.data()).join());",
      "0,1,2,3,4,5",
    ],
    [
      "says what is wrong with an equation",
      "try { tf.einsum('ij->ik', tf.ones([2, 3])); } catch (e) { console.log((e as Error).message); }",
      'einsum: no operand of "ij->ik" has the letter k',
    ],
  ];
  for (const [name, body, printed] of learned) {
    it(name, async () => assert.equal((await run(await tinyExercise(runs(body)))).output, `${printed}\n`));
  }

  it("multiplies by a transposed matrix in one fused step, which the wasm backend gets wrong", async () => {
    const body =
      "const [a, b] = [tf.randomUniform([3, 64], -1, 1, 'float32', 1), tf.randomUniform([5, 64], -1, 1, 'float32', 2)] as tf.Tensor2D[]; const off = tf.fused.matMul({ a: a!, b: b!, transposeB: true }).sub(a!.matMul(b!.transpose())).abs().max(); console.log((await off.data())[0]! < 1e-5);";
    assert.equal((await run(await tinyExercise(runs(body)))).output, "true\n");
  });

  const failures: [name: string, body: string, attempt: string | undefined, limits: object, says: RegExp, line: number | undefined][] = [
    ["the attempt throws", "attempt.answer();", REFERENCE.replace("return 42;", 'throw new Error("oh no");'), {}, /^oh no$/, 6],
    ["the attempt does not compile", "", "let a = = 1;", {}, /Expression expected/, 1],
    [
      "the attempt is not written",
      "attempt.answer();",
      'import { notWrittenYet } from "practicum";\nexport const answer = () => notWrittenYet();',
      {},
      /^Not written yet\.$/,
      2,
    ],
    ["the process ends", "process.exit(3);", undefined, {}, /exit code 3/, undefined],
    ["it takes too long", "for (;;);", undefined, { runSeconds: 1 }, /^The run was stopped after its limit of 1 s\.$/, undefined],
    [
      "it takes too much memory",
      "const kept = []; for (;;) { kept.push(tf.ones([1000, 1000])); await breathe(); }",
      undefined,
      { memoryMiB: 400 },
      /its limit is 400 MiB/,
      undefined,
    ],
    [
      "the WebAssembly heap is full",
      "for (;;) (tf.backend() as any).makeOutput([250, 1000, 1000], 'float32');",
      undefined,
      {},
      /out of memory: 954 MiB asked/,
      4,
    ],
  ];
  for (const [name, body, attempt, limits, says, line] of failures) {
    it(`${name}: errored, with its reason`, async () => {
      const { result } = await run(await tinyExercise(runs(body), limits), { attempt });
      assert.equal(result.state, "errored");
      assert.match(result.fault?.message ?? "", says);
      assert.equal(result.fault?.location?.line, line);
    });
  }
});
