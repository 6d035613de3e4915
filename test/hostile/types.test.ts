/** A pack chooses what the compiler looks at, and may bring a compiler: neither writes, starts or hides anything by it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { before, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import { typeRules } from "../../extension/packs/typeRules.ts";
import { findNode, type NodeProgram } from "../../extension/supervisor/node.ts";
import { dist, tinyExercise } from "../processes/tinyPack.ts";

/** @param written must not be there afterwards */
type Make = (written: string) => Readonly<Record<string, string>>;
const compiler = (text: string) => ({ "node_modules/typescript/lib/tsc.js": text, "node_modules/typescript/package.json": "{}" });
const config = (settings: object) => ({ "tsconfig.json": JSON.stringify(settings) });

const ROWS: readonly [what: string, make: Make, says: RegExp][] = [
  [
    "a compiler of its own that writes",
    (written) => compiler(`require("fs").writeFileSync(${JSON.stringify(written)}, "")`),
    /^The types were not checked: Error: Access to this API/,
  ],
  [
    "a compiler of its own that starts programs",
    (written) => compiler(`require("child_process").execFileSync("touch", [${JSON.stringify(written)}])`),
    /^The types were not checked: Error: Access to this API/,
  ],
  [
    "a compiler of its own that reads the machine",
    () => compiler(`require("fs").readFileSync("/etc/passwd")`),
    /^The types were not checked: Error: Access to this API/,
  ],
  ["a compiler of its own that is told secrets", () => compiler("process.exit(process.env.PATH ? 0 : 1)"), /failed without a word/],
  ["settings that write anywhere", (written) => config({ compilerOptions: { incremental: true, tsBuildInfoFile: written }, files: ["surface.ts"] }), /TS\d+/],
  ["settings that look at nothing", () => config({ files: [] }), /TS18002/],
];

describe("types of a pack that has", function () {
  this.timeout(120_000);
  let node: NodeProgram;
  before(async function () {
    if (process.platform === "win32") this.skip(); // it has no such files
    node = await findNode(undefined, dist);
  });
  for (const [what, make, says] of ROWS) {
    it(`${what}: it is told, and nothing is done`, async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-hostile-types-"));
      const written = path.join(folder, "written");
      const files = make(written);
      const exercise = await withFiles(files);
      const own = "tsconfig.json" in files ? dist : folder; // a folder beside which there is no TypeScript of ours
      const problems = await typeRules(exercise, { node, dist: own });
      assert.match(problems.map(({ message }) => message).join("\n"), says);
      assert.equal(existsSync(written), false);
    });
  }
});

/** Some are no files of an exercise, and so none that its reader knows. */
async function withFiles(files: Readonly<Record<string, string>>): Promise<Exercise> {
  const exercise = await tinyExercise();
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(exercise.folder, file)), { recursive: true });
    await writeFile(path.join(exercise.folder, file), text);
  }
  return "tsconfig.json" in files ? { ...exercise, files: { ...exercise.files, ...files } } : exercise;
}
