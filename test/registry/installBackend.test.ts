/** A backend is installed on demand: npm fetches the declared version from a registry, and its script, which downloads the library, can be cancelled. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { installBackend } from "../../extension/supervisor/installBackend.ts";
import { gone } from "../processes/children.ts";
import { dist } from "../processes/tinyPack.ts";
import { type Registry, startRegistry, userOf } from "./registry.ts";

/** Stands for TensorFlow's script: one line, and then, when told to, a download that never ends. */
const SCRIPT = `console.log("downloading in process " + process.pid);
if (process.env.STAND_IN_STALLS) setInterval(() => {}, 1000);`;

describe("a backend that is installed on demand", function () {
  this.timeout(60_000);
  let registry: Registry;
  let folder: string;
  before(async () => {
    registry = await startRegistry();
    const ada = await userOf(registry, "ada");
    process.env.npm_config_userconfig = path.join(ada, ".npmrc");
    await publishStandIn("tfjs-node");
  });
  after(async () => {
    delete process.env.npm_config_userconfig;
    await registry.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "practicum-backends-"));
  });

  it("is of the declared version, its script is run, and what npm says is told", async () => {
    const lines: string[] = [];
    await installBackend({ name: "tfjs-node", dist, folder, onLine: (line) => lines.push(line) });
    assert.equal((await manifest(path.join(folder, "node_modules/@tensorflow/tfjs-node"))).version, await declared("tfjs-node"));
    assert.ok(lines.some((line) => line.startsWith("downloading in process ")));
    assert.ok(lines.some((line) => /http fetch GET 200 .*tfjs-node/.test(line)));
  });

  it("a cancel ends the download at once, and a later try succeeds", async () => {
    const abort = new AbortController();
    process.env.STAND_IN_STALLS = "1";
    let script = 0;
    const onLine = (line: string) => {
      script = Number(/^downloading in process (\d+)/.exec(line)?.[1] ?? script);
      if (script) abort.abort();
    };
    await assert.rejects(installBackend({ name: "tfjs-node", dist, folder, onLine, signal: abort.signal }), { name: "AbortError" });
    delete process.env.STAND_IN_STALLS;
    await gone(script);
    await installBackend({ name: "tfjs-node", dist, folder });
    assert.ok(await manifest(path.join(folder, "node_modules/@tensorflow/tfjs-node")));
  });

  it("a registry that does not have it: the reason, and what to look at", async () => {
    await assert.rejects(installBackend({ name: "tfjs-node-gpu", dist, folder }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /@tensorflow\/tfjs-node-gpu could not be installed: .*(404|not found)/i);
      assert.match(error.remedy ?? "", /reachable/);
      return true;
    });
  });
});

async function publishStandIn(name: "tfjs-node"): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-stand-in-"));
  const text = { name: `@tensorflow/${name}`, version: await declared(name), main: "install.js", scripts: { install: "node install.js" } };
  await writeFile(path.join(folder, "package.json"), JSON.stringify(text));
  await writeFile(path.join(folder, "install.js"), SCRIPT);
  await npm("publish", folder, "--access=public");
}

/** Not `execFileSync`: the registry is in this process, and must answer meanwhile. */
async function npm(...args: string[]): Promise<void> {
  const [code] = await once(spawn("npm", args, { stdio: "ignore" }), "close");
  assert.equal(code, 0);
}

interface Manifest {
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifest = async (folder: string): Promise<Manifest> => JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
const declared = async (name: string): Promise<string> => (await manifest(path.join(dist, ".."))).peerDependencies?.[`@tensorflow/${name}`] ?? "";
