/**
 * The walls themselves: a program that has escaped all that is ours (plain Node, no flag, every module) is started as our programs are, and tries the machine.
 * Each row gives what it got; a wall holds where it throws or gives nothing.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, it } from "mocha";
import type { ContainmentName } from "../../extension/protocol/containment.ts";
import { ownDescriptors } from "../../extension/supervisor/containment/descriptors.ts";
import { type Hold, hold } from "../../extension/supervisor/containment/hold.ts";
import { findNode, type NodeProgram } from "../../extension/supervisor/node.ts";
import { type ProgramName, programFor } from "../../extension/supervisor/programs.ts";
import { descendantsOf, gone } from "../processes/children.ts";
import { dist } from "../processes/tinyPack.ts";
import { type Setpriv, unpackSetpriv } from "../tools/setpriv.ts";

const MARK = `practicum-walls-${process.pid}`;
const outside = mkdtempSync(path.join(os.tmpdir(), `${MARK}-`));
const secret = path.join(outside, "secret.txt");
writeFileSync(secret, "a secret");
const named = path.join(outside, "socket");

/** @param at where the machine's servers listen */
const ROWS: readonly [that: string, work: (at: { tcp: number; udp: number }) => string][] = [
  ["reads a file of the learner's", () => `return fs.readFileSync(${JSON.stringify(secret)}, "utf8")`],
  ["reads the home folder", () => `return fs.readdirSync(${JSON.stringify(os.homedir())}).length`],
  ["reads the names of users", () => `return fs.readFileSync("/etc/passwd", "utf8")`],
  ["reads the packs, with their references and checks", () => `return fs.readdirSync(${JSON.stringify(path.join(dist, "exercises"))}).length`],
  ["reads a file by a link that it makes", () => `fs.symlinkSync(${JSON.stringify(secret)}, "link"); return fs.readFileSync("link", "utf8")`],
  ["reads the command lines of other programs", () => `return fs.readFileSync("/proc/${process.pid}/cmdline", "utf8")`],
  ["reads the environment of who started it", () => `return fs.readFileSync("/proc/${process.pid}/environ", "utf8")`],
  ["reads the files of who started it", () => `return fs.readFileSync("/proc/${process.pid}/root${secret}", "utf8")`],
  [
    "finds more descriptors than its own",
    () =>
      `return fs.readdirSync("/proc/self/fd").map((fd) => { try { return fs.readlinkSync("/proc/self/fd/" + fd); } catch { return ""; } }).filter((to) => to.startsWith("/") && !/^\\/(dev\\/null|proc\\/)/.test(to)).join()`,
  ],
  ["writes into its working folder", () => `fs.writeFileSync("written", "x"); return "written"`],
  ["writes into the temporary folder", () => `fs.writeFileSync(${JSON.stringify(path.join(os.tmpdir(), MARK))}, "x"); return "written"`],
  ["writes into shared memory", () => `fs.writeFileSync("/dev/shm/${MARK}", "x"); return "written"`],
  ["writes beside the secret", () => `fs.writeFileSync(${JSON.stringify(`${secret}.2`)}, "x"); return "written"`],
  ["changes its own program", () => `fs.appendFileSync(${JSON.stringify(path.join(dist, "runtime.mjs"))}, ""); return "written"`],
  [
    "has V8 write files",
    () =>
      `v8.setFlagsFromString("--trace-turbo"); v8.setFlagsFromString("--trace-turbo-path=${outside}/"); for (let i = 0; i < 1e5; i++) ((x) => x + i)(i); return fs.existsSync(${JSON.stringify(outside)}) && fs.readdirSync(${JSON.stringify(outside)}).length > 1`,
  ],
  [
    "connects to a server of this machine",
    ({ tcp }) => `return await new Promise((yes) => net.connect(${tcp}, "127.0.0.1").on("connect", () => yes("connected")).on("error", () => yes("")))`,
  ],
  [
    "connects to it by IPv6",
    ({ tcp }) => `return await new Promise((yes) => net.connect(${tcp}, "::1").on("connect", () => yes("connected")).on("error", () => yes("")))`,
  ],
  ["listens where others could connect", () => `return Object.values(os.networkInterfaces()).flat().filter((each) => !each.internal).length`],
  [
    "asks a name server",
    () =>
      `return await new Promise((yes) => dns.lookup("localhost.localdomain.example", (error) => yes(error?.code === "ENOTFOUND" && fs.existsSync("/etc/resolv.conf"))))`,
  ],
  [
    "connects to a foreign socket that has a name",
    () => `return await new Promise((yes) => net.connect(${JSON.stringify(named)}).on("connect", () => yes("connected")).on("error", () => yes("")))`,
  ],
  [
    "connects to a foreign abstract socket",
    () => `return await new Promise((yes) => net.connect("\\0${MARK}").on("connect", () => yes("connected")).on("error", () => yes("")))`,
  ],
  ["sends a signal to who started it", () => `process.kill(${process.pid}, 0); return "sent"`],
  ["slows who started it down", () => `os.setPriority(${process.pid}, 10); return "slowed"`],
  ["mounts a file system", () => `return child.spawnSync("mount", ["-t", "tmpfs", "x", "/mnt"]).status === 0`],
  [
    "makes a namespace in which it may mount",
    () => `return child.spawnSync("unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "x", "/mnt"]).status === 0`,
  ],
  ["becomes another user", () => `process.setuid(12345); return "became"`],
];

/** Programs that run code of others, or compute what they hand over. */
const PROGRAMS: readonly ProgramName[] = ["runtime", "grader", "oracle", "native", "pretrained"];
const CONTAINED: readonly ContainmentName[] = ["bubblewrap", "landlock"];

for (const name of CONTAINED) {
  describe(`a program that has escaped, held by ${name},`, function () {
    this.timeout(60_000);
    let node: NodeProgram;
    let held: Hold;
    let heard = 0;
    const servers: Server[] = [];
    let datagrams: Socket;
    const at = { tcp: 0, udp: 0 };
    before(async function () {
      const setpriv: Partial<Setpriv> = name === "landlock" ? unpackSetpriv() : {};
      if ("program" in setpriv && setpriv.program) process.env.PATH = `${path.dirname(setpriv.program)}${path.delimiter}${process.env.PATH}`;
      node = await findNode(undefined, dist);
      held = await hold(node, dist, [name]);
      const refusal = held.plain.containment.refused[0];
      if (refusal) {
        console.log(`      skipped: ${name} is not to be had here: ${refusal.reason}`);
        this.skip();
      }
      for (const where of [0, named, `\0${MARK}`]) {
        const server = createServer((socket) => {
          heard++;
          socket.destroy();
        });
        await new Promise<void>((listening) => server.listen(where, listening));
        servers.push(server);
      }
      datagrams = createSocket("udp4", () => heard++);
      await new Promise<void>((bound) => datagrams.bind(0, "127.0.0.1", bound));
      at.tcp = ((servers[0] as Server).address() as { port: number }).port;
      at.udp = datagrams.address().port;
    });
    after(() => {
      for (const server of servers) server.close();
      datagrams?.close();
    });

    for (const program of PROGRAMS) {
      it(`as the ${program} does: gets nothing of the machine`, async () => {
        const got: string[] = [];
        for (const [that, work] of ROWS) {
          const found = await triedBy(program, work(at));
          if (found !== "") got.push(`${that}: ${found}`);
        }
        assert.deepEqual([got, heard], [[], 0]);
        assert.deepEqual(readdirSync(outside).sort(), ["secret.txt", "socket"]);
        assert.equal(existsSync(path.join(os.tmpdir(), MARK)), false);
      });
    }

    it("sends datagrams that reach nobody", async () => {
      await triedBy(
        "runtime",
        `const socket = dgram.createSocket("udp4"); await new Promise((sent) => socket.on("error", sent).send("x", ${at.udp}, "127.0.0.1", sent)); return ""`,
      );
      // What comes after it on the same socket has come when it would have.
      await new Promise<void>((sent) => datagrams.send("ours", at.udp, "127.0.0.1", () => sent()));
      await new Promise<void>((come) => datagrams.once("message", () => come()));
      assert.equal(heard, 1);
      heard = 0;
    });

    it("leaves nothing behind that runs", async () => {
      const left = `setInterval(() => {}, 1000); // ${MARK}`;
      await triedBy("runtime", `child.spawn(process.execPath, ["-e", ${JSON.stringify(left)}], { detached: true, stdio: "ignore" }).unref(); return ""`);
      await Promise.all(
        descendantsOf(1, MARK)
          .filter((pid) => pid !== process.pid)
          .map(gone),
      );
    });

    it("does what our programs do: both descriptors, and their own files", async () => {
      assert.match(
        await triedBy("runtime", `return fs.readFileSync(${JSON.stringify(path.join(dist, "runtime.mjs"))}, "utf8").length > 1000 && "read"`),
        /^read$/,
      );
    });

    /** What the work gives as text; nothing where it throws. */
    async function triedBy(program: ProgramName, work: string): Promise<string> {
      const script = `const [fs, net, dns, os, v8, child, dgram] = ["fs", "net", "dns", "os", "v8", "child_process", "dgram"].map((name) => require("node:" + name));
(async () => { ${work} })().then((got) => got || "", () => "").then((got) => { fs.writeSync(4, String(got)); process.exit(); });`;
      const wanted = programFor({ node, dist, program });
      const { rung } = wanted.devices ? held.devices : held.plain;
      const { file, args, env, cwd } = rung.command({ ...wanted, args: ["-e", script] });
      const started = spawn(file, args, { env, cwd, stdio: ownDescriptors(["ignore", "ignore", "pipe", "pipe", "pipe"]) });
      let said = "";
      for await (const chunk of (started.stdio[4] as Readable).setEncoding("utf8")) said += chunk;
      return said;
    }
  });
}

after(() => rmSync(outside, { recursive: true, force: true }));
