/** What a check can ask, of whom, and what is told of it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { CheckResult } from "../../extension/protocol/grade.ts";
import { DOUBLE, doubling, first, useGrading } from "./grading.ts";
import { attemptOf, REFERENCE, tinyExercise } from "./tinyPack.ts";

describe("question of a check", function () {
  this.timeout(60_000);
  const grade = useGrading();

  it("measures a call: what it answered, how long it took, how much it needed at most beyond its arguments, how much it made", async () => {
    const measuring = await tinyExercise({
      "double.check.ts": `import { check, exact } from "practicum/check";
check("measured", { points: 1, when: "save", ask: async (impl: any, draw, { measure }) => {
  const twice = async () => [await impl.double(draw.normal([64, 64])), await impl.double(draw.normal([64, 64]))];
  const { value: [{ shape }], ms, ...memory } = await measure(twice);
  const [peak, made] = [memory.peakBytes, memory.madeBytes].map((bytes) => Math.floor(bytes / (64 * 64 * 4)));
  return { shape, peak, made, "took time": ms > 0 };
}, expect: exact.value({ shape: [64, 64], peak: 3, made: 6, "took time": true }) });`,
    });
    const tidy = doubling("return tf.tidy(() => x.add(1).sub(1).mul(2));"); // two intermediate results, and the answer
    assert.equal((await grade(attemptOf(tidy), { exercise: measuring })).outcome, "passed");
    assert.equal((await grade(attemptOf(REFERENCE), { exercise: measuring })).outcome, "failed");
  });

  it("takes an instance of a class without methods for the record that it is", async () => {
    const recording = await tinyExercise({
      "double.check.ts":
        'import { check, exact } from "practicum/check";\ncheck("record", { points: 1, when: "save", ask: (impl: any) => impl.record(), expect: exact.value({ width: 3, area: 9 }) });',
    });
    const attempt = attemptOf("class Square { width = 3; get area() { return this.width ** 2; } }\nexport const record = () => new Square();");
    assert.equal((await grade(attempt, { exercise: recording })).outcome, "passed");
  });

  it("a check can ask what was traced since its question began", async () => {
    const stepping = `import * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";
export const step = (n: number) => trace.span("forward", () => { trace.log({ n }, 0); trace.tensor("x", tf.ones([n])); return n; });`;
    const exercise = await tinyExercise({
      "reference/double.ts": stepping,
      "double.check.ts": `import { check, exact } from "practicum/check";
for (const title of ["traced", "once more"]) check(title, { points: 1, when: "save",
  ask: async (impl: any, _, tools) => {
    await impl.step(3);
    await impl.step(4);
    return [tools.trace().map((p) => p.value), tools.spans().map((s) => [s.name, s.bytes]), tools.tensors().map((t) => [t.name, t.shape])];
  },
  expect: exact.value([[3, 4], [["forward", 12], ["forward", 16]], [["x", [3]], ["x", [4]]]]),
});`,
    });
    const graded = await grade(attemptOf(stepping), { exercise });
    assert.equal(graded.outcome, "passed", JSON.stringify(graded.checks, null, 1));
  });

  describe("with functions among the arguments", () => {
    const resuming = tinyExercise({
      "double.check.ts": `import { callback, check, exact } from "practicum/check";
const state = (draw: any) => ({ model: { "weights()": { layers: [draw.integers([2], 1, 9)] } } });
check("resumed", { points: 1, when: "save",
  ask: async (impl: any, draw, { trace }) => {
    const weights = await impl.train(5, callback({ assigns: state(draw), gives: 3 }), callback({ tells: "steps" }));
    return { weights, told: trace().map(({ step, value }) => [step, value]) };
  },
  expect: exact.value((draw) => ({ weights: state(draw).model["weights()"], told: [[4, 40], [5, 50]] })),
});`,
    });
    const training = (start: string, onStep: string, state = "{ model: { weights: () => weights } }") => `import * as tf from "@tensorflow/tfjs";
export async function train(steps: number, onStart: any, onStep: any) {
  const weights = { layers: [tf.variable(tf.zeros([2]), true, undefined, "int32")] };
  const state = ${state};
  let step: number = ${start};
  while (step++ < steps) ${onStep};
  return weights;
}`;
    const [awaited, told] = ["await onStart(state)", "await onStep(step, 10 * step)"];
    const cases: [does: string, attempt: string, outcome: string, says?: string][] = [
      ["who awaits them passes", training(awaited, told), "passed"],
      ["who ignores what onStart gives does not", training(`(${awaited}, 0)`, told), "failed"],
      ["who does not await onStart does not", training("(onStart(state), 3)", told.replace("await ", "")), "failed"],
      ["who does not await onStep does not", training(awaited, told.replace("await ", "")), "failed"],
      ["who hands out no variables is told so", training(awaited, told, "{ weights }"), "errored", "state.model.weights().layers.0 is no variable"],
    ];
    for (const [does, attempt, outcome, says = ""] of cases)
      it(does, async () => {
        const graded = first(await grade(attemptOf(attempt), { exercise: await resuming }));
        assert.equal(graded?.outcome, outcome, JSON.stringify(graded, null, 1));
        assert.ok(graded?.message.includes(says), graded?.message);
      });
  });

  it("a hidden check shows its hint, never an expected value nor an answer", async () => {
    const { ms: _, ...hidden } = (await grade(attemptOf(REFERENCE.replace("42", "41")))).checks[1] as CheckResult;
    assert.equal(hidden.hint, "Six by nine.");
    assert.deepEqual([hidden.tensors, hidden.error, hidden.mismatch?.maxError], [undefined, undefined, undefined]);
    assert.ok(!JSON.stringify(hidden).includes("42"), JSON.stringify(hidden));
  });

  it("asks slow checks only in a full grade", async () => {
    const graded = await grade(attemptOf(REFERENCE), { tier: "run" });
    assert.deepEqual([graded.checks.length, graded.unasked?.length, graded.score, graded.points, graded.outcome], [3, 0, 4, 4, "passed"]);
    const { unasked } = await grade(attemptOf(REFERENCE));
    assert.deepEqual(unasked, [{ id: "3-doubles-much", title: "doubles much", hidden: false, points: 1 }]);
  });

  it("draws other inputs for another seed, and the same for the same", async () => {
    const asked = async (seed?: number) => JSON.stringify(first(await grade(attemptOf(REFERENCE.replace(DOUBLE, "x.mul(3)")), { seed }))?.tensors);
    const [once, again, other, drawn] = [await asked(7), await asked(7), await asked(8), await asked()];
    assert.equal(once, again);
    assert.notEqual(once, other);
    assert.notEqual(once, drawn);
  });
});
