/** Runs the mocha suite of `test/extension` inside an extension host; bundled beside the test files by `hostLauncher.ts`. */
import { readdirSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";
import Reporter from "./reporter.ts";

/** What VS Code calls, in the desktop and on the web alike. */
export function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, reporter: Reporter, color: false });
  if (process.env.PRACTICUM_TESTS) mocha.fgrep(process.env.PRACTICUM_TESTS);
  for (const file of readdirSync(__dirname).sort()) {
    if (file.endsWith(".test.cjs")) mocha.addFile(path.join(__dirname, file));
  }
  return new Promise((resolve, reject) => {
    mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} failed`))));
  });
}
