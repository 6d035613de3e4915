/** Every outcome that an attempt can have, told by its cause. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { starterTree } from "../../extension/exercise/tree.ts";
import type { Outcome } from "../../extension/protocol/grade.ts";
import { DOUBLE, doubling, first, useGrading } from "./grading.ts";
import { attemptOf, REFERENCE, tinyExercise } from "./tinyPack.ts";

describe("grade of an attempt", function () {
  this.timeout(60_000);
  const grade = useGrading();

  const cases: [name: string, attempt: string, whole: Outcome, each: Outcome[], says: RegExp, line?: number][] = [
    ["the reference", REFERENCE, "passed", ["passed", "passed"], /^$/],
    ["another correct one", REFERENCE.replace(DOUBLE, "x.add(x)"), "passed", ["passed", "passed"], /^$/],
    ["a wrong answer", REFERENCE.replace(DOUBLE, "x.mul(3)"), "failed", ["failed", "passed"], /^All 6 values differ/],
    [
      "an answer that is too large",
      doubling("return tf.zeros([8000, 8000]);"),
      "errored",
      ["errored", "passed"],
      /^The answer is too large: it has more than 64 MiB/,
    ],
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
    ["the process ended", doubling("process.exit(0);"), "errored", ["errored", "passed"], /^Your code ended its process \(exit code 0\)/],
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
    const graded = await grade(starterTree(await tinyExercise()));
    assert.deepEqual(
      graded.checks.map((c) => [c.outcome, c.message]),
      [
        ["failed", "Not written yet."],
        ["failed", "Not written yet."],
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

  it("an answer that ends the process fails its own check, not the one that finds it ended", async () => {
    const checks = `import { check, exact } from "practicum/check";
check("leaves later", { points: 1, when: "save", ask: (impl: any) => impl.later(), expect: exact.value(1) });
check("waits", { points: 1, when: "save", ask: (impl: any) => impl.wait(), expect: exact.value(2) });
check("leaves at once", { points: 1, when: "save", ask: (impl: any) => impl.leave(), expect: exact.value(3) });`;
    const attempt = `export const later = () => { setImmediate(() => process.exit(0)); return 1; };
export const wait = () => new Promise((resolve) => setTimeout(() => resolve(2), 20));
export const leave = () => process.exit(0);`;
    const graded = await grade(attemptOf(attempt), { exercise: await tinyExercise({ "double.check.ts": checks }) });
    assert.deepEqual(
      graded.checks.map((c) => [c.title, c.outcome]),
      [
        ["leaves later", "errored"],
        ["waits", "passed"],
        ["leaves at once", "errored"],
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
    const graded = await grade(attemptOf(attempt), { exercise: await tinyExercise({ "double.check.ts": checks }) });
    assert.equal(graded.outcome, "passed", JSON.stringify(graded.checks, null, 1));
  });

  it("what the attempt prints is text, and not without end: of much the beginning and the end are kept", async () => {
    let printed = "";
    const printing = doubling('for (let i = 0; i < 5000; i++) console.log("all work and no play".repeat(4)); console.log("THE END"); return x.mul(2);');
    await new Promise<void>((resolve) => {
      const onOutput = (text: string) => {
        printed += text;
        if (printed.endsWith("THE END\n")) resolve(); // after the verdict, which does not wait for it
      };
      void grade(attemptOf(printing), { onOutput });
    });
    assert.match(printed, /^all work and no play/);
    assert.match(printed, /\n\([\d,]+ characters that were printed here are not shown\)\n/);
    assert.ok(printed.length < 200_000, String(printed.length));
  });

  it("records what it was a grade of", async () => {
    const graded = await grade(attemptOf(REFERENCE), { seed: 11 });
    assert.match(Object.values(graded.digests).join(" "), /^([0-9a-f]{64} ?){4}$/);
    assert.deepEqual([graded.seed, graded.exercise, graded.pack, graded.packVersion, graded.tier], [11, "tiny-01", "tiny", "1.0.0", "save"]);
  });
});
