import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, before, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { RunEvent } from "../../extension/protocol/runtime.ts";
import type { RunResult, Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const THREADS = Math.min(availableParallelism(), 4);

const runs = (body: string): Record<string, string> => ({
  "run.ts": `import * as tf from "@tensorflow/tfjs";\nimport { breathe, corpus, device, progress, random, trace } from "practicum";\nexport default async function run(attempt: any, options: any): Promise<void> {\n${body}\n}\n`,
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

  it("a flood of points arrives in few messages: each is told, or counted", async () => {
    const { events } = await run(await tinyExercise(runs("for (let step = 0; step < 1e6; step++) trace.log({ loss: step === 123_456 ? -1 : step }, step);")));
    const points = pointsOf(events);
    const merged = events.reduce((sum, event) => sum + (event.kind === "points" ? (event.merged ?? 0) : 0), 0);
    assert.equal(points.length + merged, 1e6);
    assert.deepEqual([points[0]?.step, points.find(({ value }) => value < 0)?.step, points.at(-1)?.step], [0, 123_456, 999_999]);
    assert.ok(points.length < 200_000, `${points.length} points`);
  });

  it("spans nest, also across await, and end where their work throws", async () => {
    const { events } = await run(
      await tinyExercise(
        runs(`await trace.span("step", async () => {
          trace.span("forward", () => trace.span("attention", () => 1));
          await Promise.all([trace.span("a", async () => { await breathe(); trace.span("inner", () => 1); }), trace.span("b", () => breathe())]);
          try { trace.span("fails", () => { throw new Error("no"); }); } catch {}
        });`),
      ),
    );
    const spans = events.flatMap((event) => (event.kind === "spans" ? event.spans : []));
    const names = new Map(spans.map(({ id, name }) => [id, name]));
    assert.deepEqual(
      [...spans].sort((a, b) => a.id - b.id).map(({ name, parent }) => [name, parent === undefined ? undefined : names.get(parent)]),
      [
        ["step", undefined],
        ["forward", "step"],
        ["attention", "forward"],
        ["a", "step"],
        ["b", "step"],
        ["inner", "a"],
        ["fails", "step"],
      ],
    );
    for (const { start, duration, parent } of spans) {
      const around = spans.find(({ id }) => id === parent);
      if (around) assert.ok(around.start <= start && start + duration <= around.start + around.duration + 1e-6);
    }
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

  it("awaits what the attempt promises", async () => {
    const { output } = await run(
      await tinyExercise(runs("console.log(await attempt.answer(), ...(await Promise.all([attempt.answer()])), trace.span('x', () => 1));")),
      {
        attempt: REFERENCE.replace("function answer", "async function answer"),
      },
    );
    assert.equal(output, "42 42 1\n");
  });

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

  it("intermediates are told: small ones whole, large ones by their statistics", async () => {
    const body = `const x = tf.tensor2d([[1, 2], [3, NaN]]);
      console.log(trace.tensor("small", x) === x, tf.memory().numTensors);
      tf.tidy(() => void trace.tensor("large", tf.range(0, 20_000, 1, "int32")));`;
    const { events, output } = await run(await tinyExercise(runs(body)));
    const [small, large] = events.flatMap((event) => (event.kind === "tensors" ? event.tensors : []));
    assert.equal(output, "true 1\n");
    assert.deepEqual([small?.name, small?.shape, small?.value?.data], ["small", [2, 2], Float32Array.of(1, 2, 3, Number.NaN)]);
    assert.deepEqual(small?.statistics, { mean: 2, deviation: Math.sqrt(2 / 3), min: 1, max: 3, nan: 1, infinite: 0 });
    assert.deepEqual([large?.dtype, large?.shape, large?.value, large?.statistics.max], ["int32", [20_000], undefined, 19_999]);
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
      "collects spans, those of others left out",
      "trace.span('before', () => 1); const { result, spans } = await trace.collect(() => trace.span('outer', () => trace.span('inner', () => 7))); const [outer, inner] = spans; console.log(result, spans.map((s) => s.name).join(), inner!.parent === outer!.id, outer!.duration >= inner!.duration);",
      "7 outer,inner true true",
    ],
    [
      "tells of a span what bytes of tensors were made in it, freed or not",
      "const { spans } = await trace.collect(async () => { tf.ones([16]); await trace.span('outer', async () => { tf.ones([8]).dispose(); await breathe(); trace.span('inner', () => tf.ones([2])); }); }); console.log(spans.map((s) => s.name + s.bytes).join());",
      "outer40,inner8",
    ],
    [
      "draws tensors from the stream that draws numbers",
      "const [r, t] = [random(5), random(5)]; console.log((await t.normals([2, 2]).data()).join() === Float32Array.from([1, 2, 3, 4], () => r.normal()).join(), t.integers([3], 1, 2).dtype, t.uniforms([2, 3]).shape.join());",
      "true int32 2,3",
    ],
    [
      "takes tokens of a source without their text",
      "const { text, alphabet } = corpus.generate(20, { seed: 3 }); console.log([...corpus.source({ seed: 3 }).take(20)].map((t) => alphabet[t]).join('') === text);",
      "true",
    ],
    [
      "knows what it computes on",
      "const d = await device(); console.log(d.backend, d.name, d.kind, d.memory, d.gigaflops > 0, (await device()) === d, tf.memory().numTensors);",
      `wasm WebAssembly SIMD${THREADS > 1 ? `, ${THREADS} threads` : ""} cpu 4294967296 true true 0`,
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

  type Failure = [name: string, body: string, attempt: string | undefined, limits: object, says: RegExp, line: number | undefined];
  const failures: Failure[] = [
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
    ...["attempt.answer().toFixed();", "tf.add(attempt.answer(), 1);", "trace.log({ x: attempt.answer() }, 0);", "for (const x of attempt.answer()) {}"].map(
      (use): Failure => [
        `a promise stands where its value is needed: ${use}`,
        use,
        REFERENCE.replace("function answer", "async function answer"),
        {},
        /^`answer` returned a promise/,
        4,
      ],
    ),
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
