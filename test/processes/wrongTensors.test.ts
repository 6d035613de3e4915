import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { after, before, describe, it } from "mocha";
import pc from "picocolors";
import { checkLines, Saying } from "../../extension/cli/report.ts";
import { emptyProgress, graded as noted } from "../../extension/exercise/progress.ts";
import { formatNumber } from "../../extension/grading/describe.ts";
import { writeSubmission } from "../../extension/packs/submission.ts";
import type { CheckResult, Grade } from "../../extension/protocol/grade.ts";
import { toJson } from "../../extension/protocol/panel.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, tinyExercise } from "./tinyPack.ts";

const IMPORTS = 'import * as tf from "@tensorflow/tfjs";\nimport { trace } from "practicum";\n';
const close = "{ rtol: 0, atol: 1e-4 }";

/** A check of each kind of expectation, in the order of the list, all of one question. */
const checksOf = (...kinds: { hidden?: boolean; expect: string }[]): string =>
  `import { check, near } from "practicum/check";
${kinds
  .map(
    ({ hidden = false, expect }, i) =>
      `check("asks ${i}", { points: 1, when: "save", hidden: ${hidden}, ask: (impl: any, draw) => impl.double(draw.normal([6, 7])), expect: ${expect} });`,
  )
  .join("\n")}`;
const byReference = `near.reference(${close})`;
const byValue = `near.value((draw) => { const x = draw.normal([6, 7]); return { ...x, data: x.data.map((v: number) => 2 * v) }; }, ${close})`;

describe("tensors of a wrong answer", function () {
  this.timeout(60_000);
  let supervisor: Supervisor;
  const log: string[] = [];
  before(() => {
    supervisor = createSupervisor({ dist, log: (line) => log.push(line) });
  });
  after(() => supervisor.dispose());

  async function grade(checks: string, reference: string, attempt: string, heard: CheckResult[] = []): Promise<Grade> {
    const exercise = await tinyExercise({ "double.check.ts": checks, "reference/double.ts": IMPORTS + reference });
    return supervisor.grade({ exercise, attempt: attemptOf(IMPORTS + attempt), tier: "save", seed: 5, onCheck: (check) => heard.push(check) });
  }
  const doubling = "export const double = (x: tf.Tensor) => x.mul(2);";
  const fromRowTwo = "export const double = (x: tf.Tensor) => tf.concat([x.slice(0, 2).mul(2), x.slice(2).mul(3)]);";

  it("of a shown check: forms, a map, the worst elements, a pattern", async () => {
    const { checks } = await grade(checksOf({ expect: byReference }), doubling, fromRowTwo);
    const { tensors: [tensor] = [], message } = checks[0] as CheckResult;
    assert.deepEqual(
      [tensor?.differing, tensor?.pattern, tensor?.got, tensor?.map?.block, tensor?.elements?.length],
      [28, "All of them are from row 2 on.", { dtype: "float32", shape: [6, 7], nan: 0, infinite: 0 }, [1, 1], 10],
    );
    assert.match(message, /^28 of 42 values differ, most of all at \[\d, \d\]: got .*, expected .*\. All of them are from row 2 on\.$/);
  });

  it("of a hidden check: no expected value leaves the grader, on no way and in no disguise", async () => {
    const heard: CheckResult[] = [];
    const [shown, hidden] = await Promise.all([
      grade(checksOf({ expect: byReference }), doubling, "export const double = (x: tf.Tensor) => x;"), // so that all values differ: input is known by it
      grade(checksOf({ hidden: true, expect: byReference }), doubling, fromRowTwo, heard),
    ]);
    const [check] = hidden.checks as [CheckResult];
    assert.deepEqual([check.tensors?.[0]?.pattern, check.tensors?.[0]?.elements?.length], ["All of them are from row 2 on.", 10]);
    const told = [
      JSON.stringify(hidden), // what --json prints
      JSON.stringify(toJson({ kind: "grade", grade: hidden })),
      JSON.stringify(heard),
      JSON.stringify(noted(emptyProgress(), hidden)),
      gunzipSync(writeSubmission(attemptOf(""), hidden)).toString(),
      checkLines(check, "", pc.createColors(false), new Saying(true)).join("\n"),
      log.join("\n"),
    ].join("\n");
    const cells = Array.from({ length: 42 }, (_, i) => Buffer.from(check.tensors?.[0]?.map?.cells ?? "", "base64").readFloatLE(4 * i));
    assert.deepEqual([...new Set(cells)].sort(), [0, 1]);
    // The worst elements of the shown twin are the largest inputs: there got is x, expected 2x; of the hidden attempt got is 3x and the error x.
    const worst = (shown.checks[0] as CheckResult).tensors?.[0]?.elements?.filter(({ index }) => (index[0] as number) >= 2) ?? [];
    assert.ok(worst.length >= 5, String(worst.length));
    for (const { got: input, want } of worst) {
      for (const secret of [want as string, input, String(Number(input) * 2), formatNumber(Math.abs(Number(input)))]) {
        assert.ok(!new RegExp(`(?<![\\d.])${secret.replace(".", "\\.")}`).test(told), `${secret} is told`);
      }
    }
    assert.ok(!/"(error|maxError|allowed)":/.test(told));
  });

  const traced = (factor: string) => `export function double(x: tf.Tensor) {
  const half = trace.tensor("half", x.div(2));
  const whole = trace.tensor("whole", half.mul(${factor}));
  return whole.mul(2);
}`;
  const cases: [name: string, checks: string, reference: string, attempt: string, says: (string | undefined)[], lines: (number | undefined)[]][] = [
    [
      "the first that differs, at its line; of a hidden check by name only, of a closed form by asking the reference",
      checksOf({ expect: byReference }, { hidden: true, expect: byReference }, { expect: byValue }, { hidden: true, expect: byValue }),
      traced("2"),
      traced("3"),
      [
        "First difference: `whole` (`half` agrees). All 42 values differ, * The values are the expected ones times 1.5.",
        "First difference: `whole` (`half` agrees).",
        "First difference: `whole` (`half` agrees). All 42 values differ, * The values are the expected ones times 1.5.",
        "First difference: `whole` (`half` agrees).",
      ],
      [5, 5, 5, 5],
    ],
    [
      "all agree: wrong after the last",
      checksOf({ expect: byReference }),
      traced("2"),
      traced("2").replace("whole.mul(2)", "whole.mul(5)"),
      ["`half`, `whole` agree with the reference's: the answer goes wrong after that."],
      [5],
    ],
    ["a reference that traces nothing", checksOf({ expect: byReference }), doubling, traced("3"), [undefined], [undefined]],
    ["an attempt that traces nothing", checksOf({ expect: byReference }), traced("2"), fromRowTwo, [undefined], [undefined]],
    [
      "an attempt that is right",
      checksOf({ expect: byReference }),
      traced("2"),
      traced("2").replace("whole.mul(2)", "whole.add(whole)"),
      [undefined],
      [undefined],
    ],
  ];
  for (const [name, checks, reference, attempt, says, lines] of cases) {
    it(`first divergence: ${name}`, async () => {
      const graded = await grade(checks, reference, attempt);
      const found = graded.checks.map(({ divergence }) => divergence);
      assert.deepEqual(
        found.map((divergence) => divergence?.sentence.replace(/most of all.*?expected [-\d.]*\d\./, "*")),
        says,
      );
      assert.deepEqual(
        found.map((divergence) => divergence?.location?.line),
        lines,
      );
    });
  }
});
