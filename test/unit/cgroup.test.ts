import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { delegatedFolder, holdInGroup } from "../../extension/supervisor/cgroup.ts";

/** Files that look like the kernel's; here they lie on a disk, and so a group is not empty before the test empties it. */
describe("control groups", () => {
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  let root: string;
  const at = (...parts: string[]): string => path.join(root, ...parts);
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  };
  const session = (): void => {
    write("cgroup.controllers", "cpu memory pids\n");
    write("app.slice/cgroup.procs", "");
    write("app.slice/cgroup.subtree_control", "memory pids\n");
    write("self", "0::/app.slice/code.scope\n");
  };
  const delegated = () => delegatedFolder({ root, own: at("self") });
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "practicum-cgroup-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are made in the folder around our own, where that is handed over", () => {
    session();
    assert.deepEqual(delegated(), { folder: at("app.slice") });
  });

  const lacking: readonly (readonly [what: string, change: () => void, reason: RegExp])[] = [
    ["version 1", () => rmSync(at("cgroup.controllers")), /version 2 are not mounted/],
    ["the outermost group", () => write("self", "12:memory:/x\n0::/\n"), /none around it/],
    ["a process of version 1", () => write("self", "12:memory:/app.slice/code.scope\n"), /none around it/],
    ["no file of processes", () => rmSync(at("app.slice/cgroup.procs")), /not ours/],
    ["memory that is not handed on", () => write("app.slice/cgroup.subtree_control", "cpu pids\n"), /does not hand on memory$/],
    ["nothing that is handed on", () => write("app.slice/cgroup.subtree_control", "\n"), /does not hand on memory and pids$/],
  ];
  for (const [what, change, reason] of lacking)
    it(`are not made with ${what}`, () => {
      session();
      change();
      const found = delegated();
      assert.match("reason" in found ? found.reason : "", reason);
    });

  it("are not made where the folder belongs to another", function () {
    if (process.getuid?.() === 0) return this.skip(); // everything belongs to the superuser
    session();
    chmodSync(at("app.slice/cgroup.procs"), 0o444);
    const found = delegated();
    assert.match("reason" in found ? found.reason : "", /not ours/);
  });

  it("hold a process within bounds, tell what its tree used, and end it", () => {
    session();
    const group = holdInGroup(at("app.slice"), [77], { memory: 1000, processes: 9 });
    const name = `app.slice/practicum-${process.pid}-77`;
    const told = Object.fromEntries(readdirSync(at(name)).map((file) => [file, readFileSync(at(name, file), "utf8")]));
    assert.deepEqual(told, { "memory.max": "1000", "memory.oom.group": "1", "pids.max": "9", "cgroup.procs": "77" });
    write(`${name}/cpu.stat`, "usage_usec 2500\nuser_usec 2000\n");
    write(`${name}/memory.events`, "low 0\noom 1\noom_kill 0\noom_group_kill 0\n");
    assert.deepEqual(group?.use(), { cpuMs: 2.5, outOfMemory: false });
    write(`${name}/memory.peak`, "4096\n");
    write(`${name}/memory.events`, "low 0\noom 1\noom_kill 2\n");
    assert.deepEqual(group?.use(), { peakBytes: 4096, cpuMs: 2.5, outOfMemory: true });
    group?.close();
    assert.equal(readFileSync(at(name, "cgroup.kill"), "utf8"), "1");
  });

  it("that are empty go with the next: ours, and those of hosts that are gone; others' stay", () => {
    session();
    const gone = 2 ** 22 + 1; // no system has so many
    for (const name of [`practicum-${process.pid}-1`, `practicum-${gone}-1`, `practicum-${process.ppid}-1`, "other"]) mkdirSync(at("app.slice", name));
    write(`app.slice/practicum-${gone}-2/cgroup.procs`, "5");
    holdInGroup(at("app.slice"), [78], { memory: 1, processes: 1 });
    const left = readdirSync(at("app.slice")).filter((name) => !name.startsWith("cgroup."));
    assert.deepEqual(left.sort(), [`practicum-${process.pid}-78`, `practicum-${process.ppid}-1`, `practicum-${gone}-2`, "other"].sort());
    assert.ok(existsSync(at("app.slice/other")));
  });
});
