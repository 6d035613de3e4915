import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, it } from "mocha";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { DIST, OUT, ROOT } from "../tools/paths.ts";

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

/** What `lockThreads` learns its handle from never comes. */
const HIDES_WORKERS = `const { once } = process;
  process.once = (event, listener) => (event === "worker" ? process : once.call(process, event, listener));\n`;

describe("threads of others", function () {
  this.timeout(60_000);
  const start = `const ours = new Worker("setInterval(() => {}, 1000)", { eval: true }); await once(ours, "online");`;

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

  for (const [node, change, device] of [
    ["that they can be locked in", "", /^WebAssembly SIMD, \d threads$/],
    ["that does not show how it starts them", HIDES_WORKERS, /^WebAssembly SIMD$/],
  ] as const) {
    it(`on a Node ${node}, a run computes by ${change ? "one of ours" : "several of ours"}`, async function () {
      if (availableParallelism() === 1) {
        console.log("    not tested here: with one processor a run has one thread");
        this.skip();
      }
      const ladder = await createSupervisor({ dist: await distWith(change) }).ladder();
      const found = await ladder.try("wasm");
      assert.ok(typeof found !== "string", String(found));
      found.process.kill();
      assert.match(found.backend.device, device);
    });
  }
});

/** The build, where the runtime first runs a program of the test's. */
async function distWith(program: string): Promise<string> {
  const dist = path.join(OUT, "kernels/dist");
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  for (const name of await readdir(DIST)) if (name !== "runtime.mjs") await symlink(path.join(DIST, name), path.join(dist, name));
  await writeFile(path.join(dist, "runtime.mjs"), program + (await readFile(path.join(DIST, "runtime.mjs"), "utf8")));
  return dist;
}
