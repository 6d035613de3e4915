// Everything: types, lint, format, and every suite of test/ or those named, of these the tests with --grep WORDS in their title, if given. Closes with one
// line, "N passed, N failed".
import { parseArgs } from "node:util";
import { IN_WORKBENCH, runSuite, suiteNames } from "../../test/tools/suites.ts";
import { installWeb, webSupported } from "../../test/tools/webInstall.ts";
import { build, lint, makePackage, vsixFile } from "./tasks.ts";

const { positionals: named, values } = parseArgs({ allowPositionals: true, options: { grep: { type: "string" } } });
const names = named.length > 0 ? named : suiteNames();
const clean = lint();
if (names.some((name) => IN_WORKBENCH.includes(name))) makePackage();
else build();
if (webSupported && names.some((name) => ["webview", ...IN_WORKBENCH].includes(name))) installWeb();

let [passed, failed] = [0, 0];
const summary: string[] = [];
for (const name of names) {
  const started = performance.now();
  const result = await runSuite(name, { PRACTICUM_VSIX: vsixFile() }, values.grep);
  const failures = result.tests.filter((test) => test.state === "failed").map((test) => `\n  ${test.title}`);
  summary.push(
    `${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped in ${((performance.now() - started) / 1000).toFixed(0)} s${failures.join("")}`,
  );
  passed += result.passed;
  failed += result.failed;
}
console.log(`\n${summary.join("\n")}`);
if (!clean) console.log("types, lint or format: see above");
console.log(`${passed} passed, ${clean ? failed : failed + 1} failed`);
process.exit(clean && failed === 0 && passed > 0 ? 0 : 1);
