import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, it } from "mocha";
import { ROOT } from "../tools/paths.ts";

/** Runs a program that is allowed to start threads, as a run is. */
function told(program: string): string {
  const lock = pathToFileURL(path.join(ROOT, "extension/runtime/kernels/lockThreads.ts")).href;
  const text = `
    import { once } from "node:events";
    import { register } from "node:module";
    import { Worker } from "node:worker_threads";
    import { lockThreads } from ${JSON.stringify(lock)};
    const tell = (work) => { try { work(); console.log("done"); } catch (error) { console.log(error.message); } };
    ${program}
    process.exit();`;
  const flags = ["--permission", "--allow-worker", `--allow-fs-read=${ROOT}/*`, "--no-warnings", "--input-type=module"];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, "-e", text], { encoding: "utf8" });
  return stdout || stderr;
}

describe("threads of others", function () {
  this.timeout(60_000);
  const start = `const ours = new Worker("setInterval(() => {}, 1000); require('node:worker_threads').parentPort.on('message', (m) => m)", { eval: true });
    await once(ours, "online");`;

  it("would escape the permissions", () => {
    const other = `const it = new Worker("require('node:fs').readdirSync('/'); require('node:worker_threads').parentPort.postMessage('out')", { eval: true, execArgv: [] });
      console.log((await once(it, "message"))[0]);`;
    assert.equal(told(other), "out\n");
  });

  for (const [what, work, tells] of [
    ["by Worker", `new Worker("", { eval: true, execArgv: [] })`, /^There are no more threads here\.\n$/],
    ["by a hook of modules", `register("data:text/javascript,")`, /^There are no more threads here\.\n$/],
    ["by undoing it", "Object.getOwnPropertySymbols(ours).forEach((key) => (Object.getPrototypeOf(ours[key] ?? 0).startThread = 0))", /read only/],
  ] as const) {
    it(`cannot start once ours have: ${what}`, () => assert.match(told(`${start} lockThreads(); tell(() => ${work});`), tells));
  }

  it("are not locked where none of ours has started, which is told", () => {
    assert.equal(told("tell(lockThreads);"), "there are no threads that could be locked\n");
  });
});
