import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import { starterTree } from "../../extension/exercise/tree.ts";
import type { CheckResult, Grade, Outcome } from "../../extension/protocol/grade.ts";
import type { SourceTree } from "../../extension/protocol/runtime.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const DOUBLE = "x.mul(2)";
/** The reference with another body of `double`. */
const doubling = (body: string): string => REFERENCE.replace("return x.mul(2);", body);

describe("grade of an attempt", function () {
  this.timeout(60_000);
  let supervisor: Supervisor;
  let exercise: Exercise;
  before(async () => {
    supervisor = createSupervisor({ dist });
    exercise = await tinyExercise();
  });
  after(() => supervisor.dispose());

  const grade = (attempt: SourceTree, of = exercise, seed?: number): Promise<Grade> => supervisor.grade({ exercise: of, attempt, tier: "save", seed });
  const first = (g: Grade) => g.checks[0];

  const cases: [name: string, attempt: string, whole: Outcome, each: Outcome[], says: RegExp, line?: number][] = [
    ["the reference", REFERENCE, "passed", ["passed", "passed"], /^$/],
    ["another correct one", REFERENCE.replace(DOUBLE, "x.add(x)"), "passed", ["passed", "passed"], /^$/],
    ["a wrong answer", REFERENCE.replace(DOUBLE, "x.mul(3)"), "failed", ["failed", "passed"], /^All 6 values differ/],
    ["an answer that is too large", doubling("return tf.zeros([8000, 8000]);"), "errored", ["errored", "passed"], /is too large for an answer/],
    ["something thrown that cannot be shown", doubling("throw Object.create(null);"), "errored", ["errored", "passed"], /cannot be shown/],
    ["a wrong shape", REFERENCE.replace(DOUBLE, "x.mul(2).flatten()"), "failed", ["failed", "passed"], /shape/i],
    ["no answer", doubling(""), "failed", ["failed", "passed"], /undefined/],
    ["a promise of the answer", REFERENCE.replace(DOUBLE, "Promise.resolve(x.mul(2)) as never"), "passed", ["passed", "passed"], /^$/],
    [
      "not written yet",
      'import { notWrittenYet } from "practicum";\nexport const double = () => notWrittenYet();\nexport const answer = () => 42;',
      "failed",
      ["failed", "passed"],
      /^Not written yet\.$/,
      2,
    ],
    ["a function that is missing", "export const answer = () => 42;", "failed", ["failed", "passed"], /no function `double`/],
    ["an exception", doubling('\n  throw new Error("oh no");'), "errored", ["errored", "passed"], /^oh no$/, 4],
    ["an exception of the library", REFERENCE.replace(DOUBLE, "x.reshape([7])"), "errored", ["errored", "passed"], /7/, 3],
    ["something thrown that is no error", doubling('throw "text";'), "errored", ["errored", "passed"], /threw text/],
    [
      "a loop at every question",
      "export const double = () => { for (;;); };\nexport const answer = double;".replace("double = ()", "double = (_?: unknown)"),
      "timedOut",
      ["timedOut", "timedOut"],
      /^No answer within 2 s\.$/,
    ],
    ["a loop without end", doubling("for (;;);"), "timedOut", ["timedOut", "passed"], /^No answer within 2 s\.$/],
    ["a promise that is never kept", doubling("return new Promise(() => {}) as never;"), "timedOut", ["timedOut", "passed"], /^No answer within 2 s\.$/],
    ["the process ended", doubling("process.exit(0);"), "errored", ["errored", "passed"], /process ended.*exit code 0/],
    ["a syntax error", `${REFERENCE}\nexport const broken = = 1;\n`, "errored", ["errored", "errored"], /Expression expected/, 9],
    ["an exception while loading", `${REFERENCE}\nthrow new RangeError("at once");\n`, "errored", ["errored", "errored"], /RangeError: at once/, 9],
    ["a module that is not to be had", `import fs from "node:fs";\n${REFERENCE}`, "errored", ["errored", "errored"], /"node:fs" can't be imported/, 1],
    ["a value that cannot cross", REFERENCE.replace(DOUBLE, "Symbol() as never"), "errored", ["errored", "passed"], /symbol/],
    ["an answer that contains itself", doubling("const o: any = {}; o.o = o; return o;"), "errored", ["errored", "passed"], /nested too deeply/],
    [
      "text that looks like protocol",
      doubling('console.log(\'Content-Length: 38\\r\\n\\r\\n{"jsonrpc":"2.0","id":1,"result":null}\'); return x.mul(3);'),
      "failed",
      ["failed", "passed"],
      /^All 6 values differ/,
    ],
  ];
  for (const [name, attempt, whole, each, says, line] of cases) {
    it(`${name}: ${whole}`, async () => {
      const graded = await grade(attemptOf(attempt));
      assert.deepEqual({ whole: graded.outcome, each: graded.checks.map((c) => c.outcome) }, { whole, each }, JSON.stringify(graded.checks, null, 1));
      assert.match(first(graded)?.message ?? "", says);
      assert.equal(first(graded)?.location?.line, line);
      assert.equal(graded.backend.name, "wasm");
    });
  }

  it("the starter fails every check, and nothing crashes", async () => {
    const graded = await grade(starterTree(exercise));
    assert.deepEqual(
      graded.checks.map((c) => [c.outcome, c.message]),
      [
        ["failed", "Not written yet."],
        ["failed", "Not written yet."],
      ],
    );
  });

  it("what a call leaves behind is freed, what a later call can want is not", async () => {
    const checks = `import { check, exact } from "practicum/check";
check("leaves little", { points: 1, when: "save", timeout: 20000, ask: async (impl: any) => {
  const model = await impl.create();
  let most = 0;
  for (let call = 0; call < 24; call++) most = Math.max(most, await impl.leak(), await model.leak());
  return [most < 1200, await impl.kept(), await model.kept()];
}, expect: exact.value([true, 7, 8]) });`;
    const attempt = `import * as tf from "@tensorflow/tfjs";
const inModule = tf.scalar(7);
let inClosure: tf.Tensor;
const leak = () => { tf.zeros([2048, 2048]).add(1).reshape([-1]); return tf.memory().numBytes / 2 ** 20; };
class Model {
  #field = tf.scalar(8).clone();
  leak() { const unused = this.#field.add(1); return leak(); }
  kept() { return this.#field.dataSync()[0]; }
}
export const create = () => { inClosure = inModule.reshape([1]); return new Model(); };
export const kept = () => inClosure.dataSync()[0];
export { leak };`;
    const graded = await grade(attemptOf(attempt), await tinyExercise({ "double.check.ts": checks }));
    assert.equal(graded.outcome, "passed", JSON.stringify(graded.checks, null, 1));
  });

  it("a process that an earlier answer has ended is no fault of the check that finds it so", async () => {
    const checks = `import { check, exact } from "practicum/check";
check("leaves later", { points: 1, when: "save", ask: (impl: any) => impl.later(), expect: exact.value(1) });
check("waits", { points: 1, when: "save", ask: (impl: any) => impl.wait(), expect: exact.value(2) });
check("leaves at once", { points: 1, when: "save", ask: (impl: any) => impl.leave(), expect: exact.value(3) });`;
    const attempt = `export const later = () => { setTimeout(() => process.exit(0)); return 1; };
export const wait = () => new Promise((resolve) => setTimeout(() => resolve(2), 20));
export const leave = () => process.exit(0);`;
    const graded = await grade(attemptOf(attempt), await tinyExercise({ "double.check.ts": checks }));
    assert.deepEqual(
      graded.checks.map((c) => [c.title, c.outcome]),
      [
        ["leaves later", "passed"],
        ["waits", "passed"],
        ["leaves at once", "errored"],
      ],
    );
  });

  it("an attempt that does not load is told as a problem of the whole, with its place", async () => {
    const { problem } = await grade(attemptOf("\nexport const double = (;\n"));
    assert.equal(problem?.location?.line, 2);
    assert.ok(problem?.location?.file.endsWith("double.ts"));
  });

  it("says which function of the surface each check asked first, whatever became of it", async () => {
    for (const body of ["return x.mul(3);", 'throw new Error("oh no");', "for (;;);"]) {
      const graded = await grade(attemptOf(doubling(body)));
      assert.deepEqual(
        graded.checks.map((c) => c.asks),
        ["double", "answer"],
      );
    }
  });

  it("says where checks that cannot be loaded are broken", async () => {
    const { problem } = await grade(attemptOf(REFERENCE), await tinyExercise({ "double.check.ts": "export {};\nthrow new Error('mine');" }));
    assert.match(`${problem?.message} ${problem?.location?.file}:${problem?.location?.line}`, /run: mine .*01-double\/double\.check\.ts:2$/);
  });

  it("names the misconception whose answer it is", async () => {
    const graded = await grade(attemptOf(REFERENCE.replace(DOUBLE, "x.mul(x)")));
    assert.deepEqual([first(graded)?.diagnosis?.misconception, first(graded)?.diagnosis?.sentence], ["squares", "You square where you should double."]);
  });

  it("names the misconception that throws the same error: it stays an error", async () => {
    const throwing = await tinyExercise({
      "misconceptions/throws.ts": `// You reshape to seven.\n${REFERENCE.replace(DOUBLE, "x.reshape([7])")}`,
      "double.check.ts":
        'import { check, near } from "practicum/check";\ncheck("doubles", { points: 1, when: "save", catches: ["squares", "throws"], ask: (impl: any, draw) => impl.double(draw.normal([2, 3])), expect: near.reference({ rtol: 1e-5, atol: 1e-6 }) });',
    });
    const told = async (body: string) => {
      const check = first(await grade(attemptOf(REFERENCE.replace(DOUBLE, body)), throwing));
      return [check?.outcome, check?.diagnosis?.misconception, check?.diagnosis?.sentence];
    };
    assert.deepEqual(await told("x.reshape([7])"), ["errored", "throws", "You reshape to seven."]);
    assert.deepEqual(await told("x.reshape([8])"), ["errored", undefined, undefined]);
  });

  it("measures a call: what it answered, how long it took, how much it needed at most beyond its arguments", async () => {
    const measuring = await tinyExercise({
      "double.check.ts": `import { check, exact } from "practicum/check";
check("measured", { points: 1, when: "save", ask: async (impl: any, draw, { measure }) => {
  const { value, ms, peakBytes } = await measure(() => impl.double(draw.normal([64, 64])));
  return { shape: value.shape, tensors: Math.floor(peakBytes / (64 * 64 * 4)), "took time": ms > 0 };
}, expect: exact.value({ shape: [64, 64], tensors: 3, "took time": true }) });`,
    });
    const tidy = doubling("return tf.tidy(() => x.add(1).sub(1).mul(2));"); // two intermediate results, and the answer
    assert.equal((await grade(attemptOf(tidy), measuring)).outcome, "passed");
    assert.equal((await grade(attemptOf(REFERENCE), measuring)).outcome, "failed");
  });

  it("takes an instance of a class without methods for the record that it is", async () => {
    const recording = await tinyExercise({
      "double.check.ts":
        'import { check, exact } from "practicum/check";\ncheck("record", { points: 1, when: "save", ask: (impl: any) => impl.record(), expect: exact.value({ width: 3, area: 9 }) });',
    });
    const attempt = attemptOf("class Square { width = 3; get area() { return this.width ** 2; } }\nexport const record = () => new Square();");
    assert.equal((await grade(attempt, recording)).outcome, "passed");
  });

  it("names the one misconception that explains several wrong answers, not another that explains one", async () => {
    const checks = `import { check, near } from "practicum/check";
const tolerance = { rtol: 1e-5, atol: 1e-6 };
check("at one", { points: 1, when: "save", catches: ["adds-nothing", "squares"], ask: async (impl: any) => Array.from((await impl.double({ dtype: "float32", shape: [1], data: Float32Array.of(1) })).data), expect: near.reference(tolerance) });
check("at three", { points: 1, when: "save", catches: ["adds-nothing", "squares"], ask: async (impl: any) => Array.from((await impl.double({ dtype: "float32", shape: [1], data: Float32Array.of(3) })).data), expect: near.reference(tolerance) });
`;
    const adding = REFERENCE.replace(DOUBLE, "x.add(0)");
    const ambiguous = await tinyExercise({
      "double.check.ts": checks, // at 1, x² and x + 0 are the same; at 3 they are not
      "misconceptions/adds-nothing.ts": `// You add nothing.\n${adding}`,
    });
    for (const [body, misconception] of [
      ["x.square()", "squares"],
      ["x.add(0)", "adds-nothing"],
    ] as const) {
      const graded = await grade(attemptOf(REFERENCE.replace(DOUBLE, body)), ambiguous);
      assert.deepEqual(
        graded.checks.map((c) => c.diagnosis?.misconception),
        [misconception, misconception],
      );
    }
  });

  it("a check can ask what was traced since its question began", async () => {
    const exercise = await tinyExercise({
      "double.check.ts": `import { check, exact } from "practicum/check";
for (const title of ["traced", "once more"]) check(title, { points: 1, when: "save",
  ask: async (impl: any, _, tools) => {
    await impl.step(3);
    await impl.step(4);
    return [tools.trace().map((p) => p.value), tools.spans().map((s) => s.name), tools.tensors().map((t) => [t.name, t.shape])];
  },
  expect: exact.value([[3, 4], ["forward", "forward"], [["x", [3]], ["x", [4]]]]),
});`,
    });
    const attempt = attemptOf(`import * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";
export const step = (n: number) => trace.span("forward", () => { trace.log({ n }, 0); trace.tensor("x", tf.ones([n])); return n; });`);
    const graded = await grade(attempt, exercise);
    assert.equal(graded.outcome, "passed", JSON.stringify(graded.checks, null, 1));
  });

  it("a hidden check shows its hint, never an expected value nor an answer", async () => {
    const { ms: _, ...hidden } = (await grade(attemptOf(REFERENCE.replace("42", "41")))).checks[1] as CheckResult;
    assert.equal(hidden.hint, "Six by nine.");
    assert.deepEqual([hidden.tensors, hidden.error, hidden.mismatch?.maxError], [undefined, undefined, undefined]);
    assert.ok(!JSON.stringify(hidden).includes("42"), JSON.stringify(hidden));
  });

  it("asks slow checks only in a full grade", async () => {
    const graded = await supervisor.grade({ exercise, attempt: attemptOf(REFERENCE), tier: "run" });
    assert.deepEqual([graded.checks.length, graded.unasked?.length, graded.score, graded.points, graded.outcome], [3, 0, 4, 4, "passed"]);
    const { unasked } = await grade(attemptOf(REFERENCE));
    assert.deepEqual(unasked, [{ id: "3-doubles-much", title: "doubles much", hidden: false, points: 1 }]);
  });

  it("draws other inputs for another seed, and the same for the same", async () => {
    const asked = async (seed?: number) => JSON.stringify(first(await grade(attemptOf(REFERENCE.replace(DOUBLE, "x.mul(3)")), exercise, seed))?.tensors);
    const [once, again, other, drawn] = [await asked(7), await asked(7), await asked(8), await asked()];
    assert.equal(once, again);
    assert.notEqual(once, other);
    assert.notEqual(once, drawn);
  });

  it("records what it was a grade of", async () => {
    const graded = await grade(attemptOf(REFERENCE), exercise, 11);
    assert.match(Object.values(graded.digests).join(" "), /^([0-9a-f]{64} ?){4}$/);
    assert.deepEqual([graded.seed, graded.exercise, graded.pack, graded.packVersion, graded.tier], [11, "tiny-01", "tiny", "1.0.0", "save"]);
  });

  it("what the attempt prints is text, and not without end", async () => {
    let printed = "";
    await supervisor.grade({
      exercise,
      attempt: attemptOf(doubling('for (let i = 0; i < 5000; i++) console.log("all work and no play".repeat(4)); return x.mul(2);')),
      tier: "save",
      onOutput: (text) => (printed += text),
    });
    assert.match(printed, /^all work and no play/);
    assert.match(printed, /more was printed than is shown\)\n$/);
    assert.ok(printed.length < 200_000, String(printed.length));
  });

  describe("no evidence, no pass", () => {
    const packs: [name: string, changes: Record<string, string | undefined>, each: Outcome[], says: RegExp][] = [
      [
        "a reference that throws",
        { "reference/double.ts": 'export const double = () => { throw new Error("mine"); };\nexport const answer = () => 42;' },
        ["notGraded", "passed"],
        /The reference could not answer this check: mine/,
      ],
      ["checks that do not load", { "double.check.ts": "export const broken = = 1;" }, [], /Expression expected/],
      ["no checks", { "double.check.ts": "export {};" }, [], /^$/],
      [
        "a grader that dies",
        {
          "double.check.ts":
            'import { check, exact } from "practicum/check";\ncheck("leaves", { points: 1, when: "save", ask: () => process.exit(0), expect: exact.value(1) });',
        },
        [],
        /exit code 0/,
      ],
      [
        "two checks of one title",
        {
          "double.check.ts":
            'import { check, exact } from "practicum/check";\nfor (const i of [1, 2]) check("same", { points: i, when: "save", ask: () => 1, expect: exact.value(1) });',
        },
        [],
        /two checks are titled "same"/,
      ],
    ];
    for (const [name, changes, each, says] of packs) {
      it(`${name}: notGraded`, async () => {
        const graded = await grade(attemptOf(REFERENCE), await tinyExercise(changes));
        assert.equal(graded.outcome, "notGraded");
        assert.deepEqual(
          graded.checks.map((c) => c.outcome),
          each,
        );
        assert.match(first(graded)?.message ?? graded.problem?.message ?? "", says);
      });
    }
  });
});
