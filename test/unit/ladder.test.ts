import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import type { BackendName } from "../../extension/protocol/runtime.ts";
import { startBackend } from "../../extension/runtime/backends/ladder.ts";
import { type BackendNeeds, gradingRungs, Ladder } from "../../extension/supervisor/ladder.ts";
import type { Process } from "../../extension/supervisor/process.ts";

/** What each backend does when a stand-in for a process is started on it: starts, says why not, or takes the process down. */
type Here = Partial<Record<BackendName, "starts" | "crashes" | string>>;

describe("ladder of backends", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "practicum-ladder-"));
    for (const name of ["tfjs-node-gpu", "tfjs-node"]) {
      mkdirSync(path.join(folder, "node_modules/@tensorflow", name), { recursive: true });
      writeFileSync(path.join(folder, "node_modules/@tensorflow", name, "package.json"), "{}");
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const ALL: Here = { "tfjs-node-gpu": "starts", webgpu: "starts", "tfjs-node": "starts", wasm: "starts", cpu: "starts" };

  function ladderOf(here: Here, { pin, folders = [folder] }: { pin?: BackendName; folders?: readonly string[] } = {}) {
    const started: string[] = [];
    const start = (program: string, args: readonly string[]) => {
      const rungs = (args.find((arg) => arg.startsWith("--rungs="))?.slice("--rungs=".length) ?? "wasm,cpu").split(",") as BackendName[];
      started.push(`${program} ${rungs[0]}`);
      return { ready: readyOf(rungs, here), kill: () => {} } as Process;
    };
    return { ladder: new Ladder({ start, pin, folders }), started };
  }

  async function readyOf(rungs: readonly BackendName[], here: Here) {
    if (rungs.some((name) => here[name] === "crashes")) throw new Error("the native process did not start (signal SIGSEGV)\nmore");
    return startBackend(
      rungs.map((name) => ({
        name,
        start: async () => {
          if (here[name] !== "starts") throw new Error(here[name]);
          return { device: `a ${name}` };
        },
      })),
    );
  }

  const table: [what: string, here: Here, needs: BackendNeeds, pin: BackendName | undefined, name: BackendName, skipped: string[]][] = [
    ["CUDA first", ALL, undefined, undefined, "tfjs-node-gpu", []],
    ["then WebGPU", { ...ALL, "tfjs-node-gpu": "no CUDA" }, undefined, undefined, "webgpu", ["no CUDA"]],
    ["then TensorFlow", { ...ALL, "tfjs-node-gpu": "no CUDA", webgpu: "no GPU" }, undefined, undefined, "tfjs-node", ["no CUDA", "no GPU"]],
    ["then WebAssembly", { ...ALL, "tfjs-node-gpu": "a", webgpu: "b", "tfjs-node": "c" }, undefined, undefined, "wasm", ["a", "b", "c"]],
    ["then JavaScript", { "tfjs-node-gpu": "a", webgpu: "b", "tfjs-node": "c", wasm: "d", cpu: "starts" }, undefined, undefined, "cpu", ["a", "b", "c", "d"]],
    [
      "one that crashes is one that does not start",
      { ...ALL, "tfjs-node-gpu": "crashes" },
      undefined,
      undefined,
      "webgpu",
      ["the native process did not start (signal SIGSEGV)"],
    ],
    ["the one of the setting", ALL, undefined, "tfjs-node", "tfjs-node", []],
    ["the setting may name a slow one", ALL, undefined, "cpu", "cpu", []],
    ["what the exercise requires", ALL, { require: ["webgpu", "wasm"] }, undefined, "webgpu", []],
    ["not what the exercise refuses", ALL, { refuse: ["tfjs-node-gpu", "webgpu", "tfjs-node", "wasm"] }, undefined, "cpu", []],
  ];
  for (const [what, here, needs, pin, name, skipped] of table) {
    it(what, async () => {
      const { backend } = await ladderOf(here, { pin }).ladder.climb(needs);
      assert.deepEqual({ name: backend.name, device: backend.device, skipped: backend.skipped.map((s) => s.reason) }, { name, device: `a ${name}`, skipped });
    });
  }

  it("a backend that does not start is tried once, its reason is told each time", async () => {
    const { ladder, started } = ladderOf({ ...ALL, "tfjs-node-gpu": "no CUDA", webgpu: "crashes" });
    const [first, second] = [await ladder.climb(), await ladder.climb()];
    assert.deepEqual(first.backend.skipped, second.backend.skipped);
    assert.deepEqual(started, ["native tfjs-node-gpu", "native webgpu", "native tfjs-node", "native tfjs-node"]);
  });

  it("nothing of TensorFlow's is started where it is not installed", async () => {
    const { ladder, started } = ladderOf({ ...ALL, webgpu: "no GPU" }, { folders: [tmpdir()] });
    const { backend } = await ladder.climb();
    assert.deepEqual(started, ["native webgpu", "runtime wasm"]);
    assert.match(backend.skipped[0]?.reason ?? "", /^it is not installed/);
  });

  const refused: [what: string, here: Here, needs: BackendNeeds, pin: BackendName | undefined, says: RegExp][] = [
    ["the one of the setting does not start", { ...ALL, webgpu: "no GPU" }, undefined, "webgpu", /webgpu: no GPU/],
    ["none that the exercise requires starts", { ...ALL, webgpu: "no GPU" }, { require: ["webgpu"] }, undefined, /webgpu: no GPU/],
    ["the exercise refuses the one of the setting", ALL, { refuse: ["cpu"] }, "cpu", /not one that this exercise can run on/],
  ];
  for (const [what, here, needs, pin, says] of refused) {
    it(`says so when ${what}`, async () => {
      await assert.rejects(ladderOf(here, { pin }).ladder.climb(needs), { message: says, remedy: /practicum\.backend/ });
    });
  }

  const grades: [needs: BackendNeeds, pin: BackendName | undefined, rungs: readonly BackendName[]][] = [
    [undefined, undefined, ["wasm", "cpu"]],
    [undefined, "webgpu", ["wasm", "cpu"]],
    [undefined, "cpu", ["cpu"]],
    [{ refuse: ["wasm"] }, undefined, ["cpu"]],
    [{ require: ["webgpu", "wasm"] }, undefined, ["wasm"]],
  ];
  for (const [needs, pin, rungs] of grades) {
    it(`grades on ${rungs}, with ${JSON.stringify(needs)} of the exercise and ${pin} of the setting`, () => assert.deepEqual(gradingRungs(needs, pin), rungs));
  }

  it("says so when an exercise cannot be graded on what grades use", () =>
    assert.throws(() => gradingRungs({ require: ["webgpu"] }, undefined), { message: /wasm or cpu/ }));
});
