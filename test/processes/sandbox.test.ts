import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import { findNode } from "../../extension/supervisor/node.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "./tinyPack.ts";

/** The Nodes at hand: the one that runs these tests (24) and the system's, which may be as old as 20. */
const NODES = [process.execPath, "node"];

for (const node of NODES) {
  describe(`learner code under ${node === process.execPath ? "this Node" : "the system's Node"}`, function () {
    this.timeout(60_000);
    const supervisor = createSupervisor({ dist, node });
    after(() => supervisor.dispose());

    it("is graded", async () => {
      const { version, sandbox, stripper } = await findNode(node, dist);
      const graded = await supervisor.grade({ exercise: await tinyExercise(), attempt: attemptOf(REFERENCE), tier: "save" });
      assert.equal(graded.outcome, "passed", JSON.stringify(graded.checks));
      assert.ok(sandbox.length > 0);
      assert.equal(stripper, Number.parseInt(version, 10) >= 23 ? "node" : stripper);
    });

    const reaches: [what: string, expression: string, gets: string][] = [
      ["a file, through Node's modules", `import("node:fs").then((fs) => fs.readFileSync("/etc/passwd", "utf8"), () => "refused")`, "refused"],
      ["Node's modules, through process", `String((process as any).getBuiltinModule ?? (process as any).binding)`, "undefined"],
      ["the network", "typeof fetch + typeof WebSocket", "undefinedundefined"],
      [
        "the network, through a socket that is there",
        "String((process.stdout.constructor as any).prototype instanceof Object && 'connect' in (process.stdout.constructor as any).prototype)",
        "false",
      ],
      ["the learner's environment", `Object.keys(process.env).filter((k) => !/^(SystemRoot|TEMP|ELECTRON_RUN_AS_NODE|OPENSSL_CONF|__.*)$/.test(k)).join()`, ""],
      ["its own channel", "typeof (process as any)._getActiveHandles", "undefined"],
    ];
    for (const [what, expression, gets] of reaches) {
      it(`does not reach ${what}`, async () => {
        const exercise = await tinyExercise({ "run.ts": "export default async (attempt: any) => { console.log(await attempt.answer()); };\n" });
        let output = "";
        await supervisor.run({
          exercise,
          attempt: attemptOf(`export const answer = () => ${expression};`),
          onEvent: () => {},
          onOutput: (text) => (output += text),
        });
        assert.equal(output, `${gets}\n`);
      });
    }
  });
}
