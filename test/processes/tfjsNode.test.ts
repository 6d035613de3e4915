/** What is said where a package of TensorFlow's does not load, and a stand-in for one that has a GPU. The real one is in test/conformance. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "mocha";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { dist } from "./tinyPack.ts";

/** As the package does: it registers a backend with the process's one engine, and needs what Node 23 took away. */
const STAND_IN = (onGpu: boolean) => `if (!require("util").isNullOrUndefined(undefined)) throw new Error("old Node only");
const engine = globalThis._tfengine;
engine.registerBackend("tensorflow", () => ({ isUsingGpuDevice: ${onGpu}, binding: {}, memory: () => ({}) }), 3);
engine.setBackend("tensorflow");`;

describe("TensorFlow's packages", function () {
  this.timeout(60_000);
  const table: [what: string, code: string, expected: RegExp][] = [
    ["one that loads, on a GPU", STAND_IN(true), /^tfjs-node-gpu: .*\(CUDA\)$/],
    ["one that loads, and computes on the processor", STAND_IN(false), /found no GPU that it can use/],
    [
      "one whose library is missing",
      'throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: x. \\nRun");',
      /native library is missing/,
    ],
    ["one that throws", 'throw new Error("libcudart.so.11.0: cannot open\\nmore");', /^libcudart\.so\.11\.0: cannot open$/],
    ["one that takes the process down", "process.abort();", /did not start \(signal SIGABRT\)/],
  ];
  for (const [what, code, expected] of table) {
    it(what, async () => {
      const folder = mkdtempSync(path.join(tmpdir(), "practicum-backends-"));
      const at = path.join(folder, "node_modules/@tensorflow/tfjs-node-gpu");
      mkdirSync(at, { recursive: true });
      writeFileSync(path.join(at, "package.json"), '{ "main": "index.js" }');
      writeFileSync(path.join(at, "index.js"), code);
      const supervisor = createSupervisor({ dist, backends: folder });
      const found = await (await supervisor.ladder()).try("tfjs-node-gpu");
      if (typeof found !== "string") found.process.kill();
      assert.match(typeof found === "string" ? found : `${found.backend.name}: ${found.backend.device}`, expected);
      await supervisor.dispose();
      rmSync(folder, { recursive: true });
    });
  }
});
