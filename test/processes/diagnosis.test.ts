/** The misconception whose answer an attempt gives, and no other, is named. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { DOUBLE, first, useGrading } from "./grading.ts";
import { attemptOf, REFERENCE, tinyExercise } from "./tinyPack.ts";

describe("diagnosis of a wrong answer", function () {
  this.timeout(60_000);
  const grade = useGrading();

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
      const check = first(await grade(attemptOf(REFERENCE.replace(DOUBLE, body)), { exercise: throwing }));
      return [check?.outcome, check?.diagnosis?.misconception, check?.diagnosis?.sentence];
    };
    assert.deepEqual(await told("x.reshape([7])"), ["errored", "throws", "You reshape to seven."]);
    assert.deepEqual(await told("x.reshape([8])"), ["errored", undefined, undefined]);
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
      const graded = await grade(attemptOf(REFERENCE.replace(DOUBLE, body)), { exercise: ambiguous });
      assert.deepEqual(
        graded.checks.map((c) => c.diagnosis?.misconception),
        [misconception, misconception],
      );
    }
  });
});
