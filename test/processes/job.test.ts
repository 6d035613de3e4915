import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "mocha";
import { findJob } from "../../extension/supervisor/containment/job.ts";
import { JOB_SCRIPT } from "../../extension/supervisor/containment/jobScript.ts";
import { NODE } from "../tools/paths.ts";

/** In the place of PowerShell, which only Windows has: it keeps the protocol, and tells the test by a connection what it is told; its own end ends that. */
const standIn = (port: number, answer = "held"): readonly string[] => [
  NODE,
  "-e",
  `const test = require("net").connect(${port}, "127.0.0.1");
  test.write("script " + process.argv[1].length + "\\n");
  console.log("ready");
  require("readline").createInterface(process.stdin)
    .on("line", (line) => { test.write(line + "\\n"); console.log("${answer} " + line.split(" ")[0] + " Access is denied"); })
    .on("close", () => test.end());`,
];

describe("the job object's helper", () => {
  let open: Set<Socket>;
  let server: Server;
  let port: number;
  beforeEach(async () => {
    open = new Set();
    server = createServer((socket) => open.add(socket));
    await once(server.listen(0, "127.0.0.1"), "listening");
    port = (server.address() as { port: number }).port;
  });
  afterEach(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  /** Lines that the next helper is told. */
  const told = async (): Promise<AsyncIterator<string>> => createInterface(((await once(server, "connection")) as [Socket])[0])[Symbol.asyncIterator]();

  it("is given the script, then the pid of each process with its bounds", async () => {
    const heard = told();
    const rung = await findJob({ helper: standIn(port), bounds: { memory: 1024, processes: 3, seconds: 60 } });
    assert.ok("command" in rung);
    for (const pid of [12, 13]) rung.hold?.(pid);
    const lines = await heard;
    const read = async () => (await lines.next()).value;
    assert.deepEqual([await read(), await read(), await read()], [`script ${JOB_SCRIPT.length}`, "12 1024 3 60", "13 1024 3 60"]);
  });

  const unheld: readonly (readonly [what: string, helper: () => readonly string[], says: RegExp])[] = [
    ["that could not be held", () => standIn(port, "lost"), /in no job object, and is ended: Access is denied$/],
    ["that begins when the helper has ended", () => [NODE, "-e", "console.log('ready')"], /in no job object, and is ended: the helper has ended$/],
  ];
  for (const [what, helper, says] of unheld)
    it(`a process ${what} is ended, and that is said`, async () => {
      const log: string[] = [];
      let gone = () => {};
      const helperEnded = new Promise<void>((resolve) => {
        gone = resolve;
      });
      const rung = await findJob({ helper: helper(), log: (line) => (line.startsWith("the helper") ? gone() : log.push(line)) });
      assert.ok("command" in rung);
      if (what.includes("has ended")) await helperEnded;
      const child = spawn(NODE, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      rung.hold?.(child.pid as number);
      assert.deepEqual(await once(child, "exit"), [null, "SIGKILL"]);
      assert.match(log.join("\n"), says);
    });

  it("starts a program as it is, in an empty folder", async () => {
    const rung = await findJob({ helper: standIn(port) });
    assert.ok("command" in rung);
    const { cwd, ...command } = rung.command({ file: "node", args: ["a b"], env: { A: "1" }, readable: ["/x"] });
    assert.deepEqual(command, { file: "node", args: ["a b"], env: { A: "1" } });
    assert.match(cwd, /empty$/);
  });

  it("ends with us, however we end", async () => {
    const heard = told();
    const program = `import { findJob } from ${JSON.stringify(new URL("../../extension/supervisor/containment/job.ts", import.meta.url).href)};
      const rung = await findJob({ helper: ${JSON.stringify(standIn(port))} });
      rung.hold(5);
      setInterval(() => {}, 1000);`;
    const TMPDIR = mkdtempSync(path.join(os.tmpdir(), "practicum-killed-")); // who is killed leaves its folder
    const us = spawn(NODE, ["--no-warnings", "--input-type=module", "-e", program], { stdio: "ignore", env: { ...process.env, TMPDIR } });
    const lines = await heard;
    for (const line of [`script ${JOB_SCRIPT.length}`, `5 ${8 * 2 ** 30} 32 0`]) assert.equal((await lines.next()).value, line);
    us.kill("SIGKILL");
    assert.equal((await lines.next()).done, true);
    rmSync(TMPDIR, { recursive: true });
  });

  it("does not keep us from ending", async () => {
    const program = `import { findJob } from ${JSON.stringify(new URL("../../extension/supervisor/containment/job.ts", import.meta.url).href)};
      await findJob({ helper: ${JSON.stringify(standIn(port))} });`;
    const us = spawn(NODE, ["--no-warnings", "--input-type=module", "-e", program], { stdio: "ignore" });
    assert.deepEqual(await once(us, "exit"), [0, null]);
  });

  const refusals: readonly (readonly [what: string, helper: readonly string[], reason: RegExp])[] = [
    ["it is not there", ["/nowhere/powershell.exe"], /ENOENT/],
    ["it may not make one", [NODE, "-e", "console.error('Add-Type : Cannot add type.\\nAt line:2'); process.exit(1)"], /^Add-Type : Cannot add type\.$/],
    ["it ends without a word", [NODE, "-e", "process.exit(3)"], /exit code 3/],
    ["this is not Windows", [], /are of Windows/],
  ];
  for (const [what, helper, reason] of refusals)
    it(`where ${what}, the rung is refused`, async () => {
      const refused = await findJob({ helper });
      assert.match("reason" in refused ? refused.reason : "", reason);
    });
});

describe("the job object's script", () => {
  it("ends what it holds when it ends, and bounds memory and processes always", () =>
    assert.match(JOB_SCRIPT, /Flags = KillOnClose \| DieOnException \| JobMemory \| ActiveProcess/));
  it("closes its text of C# at the beginning of a line, as PowerShell asks", () => assert.match(JOB_SCRIPT, /@'\n[^@]*\n'@\n/));
});
