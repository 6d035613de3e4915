/** Every folder of `test/` that has test files is a suite. All but two run in Node by themselves. */
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { unpackBubblewrap } from "./bubblewrap.ts";
import { runInExtensionHost } from "./hostLauncher.ts";
import { NODE, OUT, ROOT } from "./paths.ts";
import type { SuiteResult, TestRow } from "./reporter.ts";

/** These drive the packaged extension in a real workbench. */
export const IN_WORKBENCH: readonly string[] = ["e2e", "pictures"];

/** In the order in which they are run: the quick ones first. */
export const suiteNames = (): string[] => {
  const folders = new Set(globSync("test/*/**/*.test.ts", { cwd: ROOT }).map((file) => file.split(path.sep)[1] as string));
  const order = ["unit", "kernels", "processes", "hostile", "conformance", "packs", "registry", "cli", "webview", "extension", "e2e", "pictures"];
  return [...folders].sort((a, b) => order.indexOf(a) - order.indexOf(b));
};

/**
 * Runs one suite to its end. What goes wrong outside a test counts as a failed test.
 * @param words only the tests whose title has them
 */
export async function runSuite(name: string, env: Readonly<Record<string, string>> = {}, words?: string): Promise<SuiteResult> {
  console.log(`\n=== ${name} ===`);
  const file = path.join(OUT, "results", `${name}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const own = { ...env, ...containment(), PRACTICUM_RESULT: file, ...(words && { PRACTICUM_TESTS: words }) };
  const ended = name === "extension" ? await runInExtensionHost(own) : runMocha(name, own);
  const result = readResult(name, file, ended);
  return words ? result : withEveryFile(name, result);
}

let bubblewrap: ReturnType<typeof unpackBubblewrap> | undefined;

/** Every suite runs contained where that can be had; where it can't, that is said once. */
function containment(): Readonly<Record<string, string>> {
  const first = !bubblewrap;
  bubblewrap ??= unpackBubblewrap();
  if ("env" in bubblewrap) return bubblewrap.env;
  if (first && process.platform === "linux") console.log(`The tests run without bubblewrap: ${bubblewrap.reason}.`);
  return {};
}

function runMocha(name: string, env: Readonly<Record<string, string>>): boolean {
  const files = `test/${name}/**/*.test.ts`;
  const own = ["--reporter", "./test/tools/reporter.ts", "--require", "./test/tools/ends.ts", "--timeout", IN_WORKBENCH.includes(name) ? "120000" : "30000"];
  if (env.PRACTICUM_TESTS) own.push("--fgrep", env.PRACTICUM_TESTS);
  const { status } = spawnSync(NODE, ["--no-warnings", "node_modules/mocha/bin/mocha.js", ...own, files], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  return status === 0;
}

function readResult(name: string, file: string, ended: boolean): SuiteResult {
  try {
    const result = JSON.parse(readFileSync(file, "utf8")) as SuiteResult;
    return ended || result.failed > 0 ? result : withFailure(result, name, "every test passed, but the suite did not end well");
  } catch {
    return withFailure({ passed: 0, failed: 0, skipped: 0, tests: [] }, name, "the suite ended without a result");
  }
}

/** A test file on disk of which no test was run is a failure: it would look green for ever. */
function withEveryFile(name: string, result: SuiteResult): SuiteResult {
  const stem = (file: string) => path.basename(file).replace(/\.test\..*$/, "");
  const ran = new Set(result.tests.map((test) => stem(test.file)));
  const silent = globSync(`test/${name}/**/*.test.ts`, { cwd: ROOT }).filter((file) => !ran.has(stem(file)));
  return silent.reduce((so, file) => withFailure(so, file, "no test of this file was run"), result);
}

function withFailure(result: SuiteResult, file: string, error: string): SuiteResult {
  console.error(`${file}: ${error}`);
  const row: TestRow = { file, title: file, state: "failed", error };
  return { ...result, failed: result.failed + 1, tests: [...result.tests, row] };
}
