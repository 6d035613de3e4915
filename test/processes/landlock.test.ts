import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "mocha";
import { findLandlock } from "../../extension/supervisor/containment/landlock.ts";
import type { Command, Program, Rung } from "../../extension/supervisor/containment/rung.ts";
import { NODE } from "../tools/paths.ts";
import { unpackSetpriv } from "../tools/setpriv.ts";

/** What a program tries; the code of the error that stops it under the rung. Without the rung each of them succeeds. `F` is a folder of the learner's. */
const ATTEMPTS: readonly (readonly [what: string, code: string, refused: string])[] = [
  ["reads a file", "fs.readFileSync(F + '/secret')", "EACCES"],
  ["reads a file by way of a link of the system's", "fs.readFileSync('/proc/self/root' + F + '/secret')", "EACCES"],
  ["reads a file through a folder that it may read", "fs.readFileSync('/usr/lib/../..' + F + '/secret')", "EACCES"],
  ["lists a folder", "fs.readdirSync(F)", "EACCES"],
  ["writes a new file", "fs.writeFileSync(F + '/new', 'x')", "EACCES"],
  ["writes into a file", "fs.appendFileSync(F + '/secret', 'x')", "EACCES"],
  ["cuts a file", "fs.truncateSync(F + '/cut')", "EACCES"],
  ["makes a folder", "fs.mkdirSync(F + '/made')", "EACCES"],
  ["makes a link", "fs.symlinkSync('secret', F + '/link')", "EACCES"],
  ["removes a file", "fs.unlinkSync(F + '/old')", "EACCES"],
  ["renames a file", "fs.renameSync(F + '/cut', F + '/cut2')", "EACCES"],
  ["changes the mode of a file", "fs.chmodSync(F + '/secret', 0o600)", "EPERM"],
  ["changes the times of a file", "fs.utimesSync(F + '/secret', 1, 1)", "EPERM"],
  ["watches a folder", "fs.watch(F).close()", "EPERM"],
  ["reads the environment of another process", "fs.readFileSync('/proc/' + PARENT + '/environ')", "EACCES"],
  ["signals another process", "process.kill(PARENT, 0)", "EPERM"],
  ["changes the priority of another process", "os.setPriority(PARENT, os.getPriority(PARENT))", "EPERM"],
  ["starts a program", "started('/bin/true')", "EPERM"],
  ["starts Node", "started(process.execPath, '--version')", "EPERM"],
  ["connects to a port", "once(net.connect(PORT, '127.0.0.1'), 'connect')", "EPERM"],
  ["connects to a socket in a file", "once(net.connect(F + '/socket'), 'connect')", "EPERM"],
  ["listens", "once(net.createServer().listen(0), 'listening')", "EPERM"],
  ["opens a UDP socket", "new Promise((done, fail) => dgram.createSocket('udp4').on('error', fail).bind(0, done))", "EPERM"],
];

const PRELUDE = `
  const [fs, net, os, dgram, child] = ["fs", "net", "os", "dgram", "child_process"].map((name) => process.getBuiltinModule(name));
  const { once } = process.getBuiltinModule("events");
  const { F, PORT, PARENT } = JSON.parse(process.argv[1]);
  const started = (file, ...args) => { const { error } = child.spawnSync(file, args); if (error) throw error; };
  const codeOf = (error) => error.info?.code ?? error.code ?? error.message;
`;

describe("Landlock and a seccomp filter, by setpriv", function () {
  this.timeout(120_000);
  let rung: Rung;
  let folder: string;
  let server: Server;
  let unixServer: Server;
  let told: string;

  before(async function () {
    const found = unpackSetpriv();
    const made = "program" in found ? await findLandlock(found.program) : found;
    if (!("command" in made)) {
      console.log(`      not tested here: ${made.reason}`);
      return this.skip();
    }
    rung = made;
    folder = mkdtempSync(path.join(os.tmpdir(), "practicum-landlock-"));
    for (const name of ["secret", "old", "cut"]) writeFileSync(path.join(folder, name), name);
    [server, unixServer] = [createServer().listen(0, "127.0.0.1"), createServer().listen(path.join(folder, "socket"))];
    await Promise.all([once(server, "listening"), once(unixServer, "listening")]);
    told = JSON.stringify({ F: folder, PORT: (server.address() as { port: number }).port, PARENT: process.pid });
  });
  after(() => {
    for (const each of [server, unixServer]) each?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const program = (code: string, more: Partial<Program> = {}): Program => ({
    file: NODE,
    args: ["--no-warnings", "-e", PRELUDE + code, told],
    env: {},
    readable: [],
    ...more,
  });
  const free = ({ file, args, env }: Program): Command => ({ file, args, env, cwd: "/" });
  const every = `(async () => {
    for (const [what, attempt] of Object.entries({ ${ATTEMPTS.map(([what, code]) => `${JSON.stringify(what)}: () => ${code}`).join(",\n")} }))
      console.log(what + ": " + await Promise.resolve().then(attempt).then(() => "done", codeOf));
    process.exit();
  })()`;

  it("stops what it is to stop", async () =>
    assert.deepEqual((await ended(rung.command(program(every)))).lines, [...ATTEMPTS.map(([what, , refused]) => `${what}: ${refused}`)]));

  it("and nothing else would", async () => assert.deepEqual((await ended(free(program(every)))).lines, [...ATTEMPTS.map(([what]) => `${what}: done`)]));

  const allowed: readonly (readonly [what: string, code: string, says: string, more?: () => Partial<Program>])[] = [
    [
      "reads what it is given",
      "console.log(fs.readFileSync(F + '/secret', 'utf8').slice(0, 6))",
      "secret",
      () => ({ readable: [path.join(folder, "secret")] }),
    ],
    ["reads beneath a folder that it is given, whatever its name", "console.log(fs.readdirSync(F + '/a:b, c'))", "[]", () => ({ readable: [oddFolder()] })],
    ["works in an empty folder", "console.log(fs.readdirSync('.'))", "[]"],
    ["knows its own memory", "console.log(process.memoryUsage().rss > 0)", "true"],
    ["has threads", "new (process.getBuiltinModule('worker_threads').Worker)('console.log(1)', { eval: true })", "1"],
    ["has the descriptors 3 and 4", "fs.writeSync(4, fs.readFileSync(3)); console.log('copied')", "copied"],
    [
      "writes into a folder that it is given",
      "fs.writeFileSync(F + '/out/new', 'x'); fs.chmodSync(F + '/out/new', 0o600); console.log('written')",
      "written",
      () => ({ writable: [outFolder()] }),
    ],
    [
      "has the network where it is to have it",
      "once(net.connect(PORT, '127.0.0.1'), 'connect').then(() => { console.log('connected'); process.exit(); })",
      "connected",
      () => ({ network: true }),
    ],
  ];
  const oddFolder = (): string => made("a:b, c");
  const outFolder = (): string => made("out");
  const made = (name: string): string => {
    mkdirSync(path.join(folder, name), { recursive: true });
    return path.join(folder, name);
  };
  for (const [what, code, says, more] of allowed)
    it(`a program ${what}`, async () => {
      const { lines, error } = await ended(rung.command(program(code, more?.())));
      assert.deepEqual(lines, [says], error);
    });

  it("a program can end itself by a signal", async () => assert.equal((await ended(rung.command(program("process.abort()")))).how, "SIGABRT"));

  it("a program with devices starts too", async () => assert.deepEqual((await ended(rung.command(program("console.log(1)", { devices: true })))).lines, ["1"]));
});

async function ended({ file, args, env, cwd }: Command): Promise<{ readonly lines: string[]; readonly error: string; readonly how: string | number }> {
  const child = spawn(file, args, { env, cwd, stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"] });
  const [, stdout, stderr, input] = child.stdio;
  input?.on("error", () => {}); // a program that does not read it
  (input as NodeJS.WritableStream).end("asked");
  const [output, error, [code, signal]] = await Promise.all([
    text(stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>),
    text(stderr as NodeJS.ReadableStream & AsyncIterable<Buffer>),
    once(child, "exit"),
  ]);
  return { lines: output.split("\n").filter(Boolean), error, how: signal ?? code };
}
