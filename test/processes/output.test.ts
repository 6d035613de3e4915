/** What a program prints is there, to the last line, however soon it ends. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

const LINES = Array.from({ length: 500 }, (_, i) => `line ${i} of what it prints`);
const PRINTS = 'for (let i = 0; i < 500; i++) console.log("line " + i + " of what it prints"); console.log("THE END");';
const WHOLE = `${LINES.join("\n")}\nTHE END\n`;
const TIMES = 12;

describe("output of a program", function () {
  this.timeout(240_000);
  let supervisor: Supervisor;
  before(() => {
    supervisor = createSupervisor({ dist });
  });
  after(() => supervisor.dispose());

  async function run(exercise: Exercise, attempt = REFERENCE): Promise<string> {
    let output = "";
    await supervisor.run({ exercise, attempt: attemptOf(attempt), onEvent: () => {}, onOutput: (text) => (output += text) });
    return output;
  }

  const runs: [name: string, body: string][] = [
    ["that finishes", PRINTS],
    ["that throws", `${PRINTS} throw new Error("oh no");`],
    ["that exits", `${PRINTS} process.exit(3);`],
  ];
  for (const [name, body] of runs)
    it(`${name} is whole when the run is over, ${TIMES} times`, async () => {
      const exercise = await tinyExercise({ "run.ts": `export default () => { ${body} };\n` });
      for (let time = 0; time < TIMES; time++) assert.equal(await run(exercise), WHOLE);
    });

  it(`in a grade is whole once the supervisor has gone, ${TIMES} times; the verdict does not wait for it`, async () => {
    const exercise = await tinyExercise();
    for (let time = 0; time < TIMES; time++) {
      const own = createSupervisor({ dist });
      let output = "";
      const attempt = attemptOf(REFERENCE.replace("return x.mul(2);", `${PRINTS} return x.mul(2);`));
      const { outcome } = await own.grade({ exercise, attempt, tier: "save", onOutput: (text) => (output += text) });
      await own.dispose();
      assert.deepEqual([outcome, output], ["passed", WHOLE]);
    }
  });
});
