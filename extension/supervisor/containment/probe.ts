/** Whether a rung holds: a program is started in it with the very arguments of ours, and tries what is promised to be out of reach. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { temporaryFolder } from "../files/temporary.ts";
import { ownDescriptors } from "./descriptors.ts";
import type { Program, Rung } from "./rung.ts";

const LIMIT_MS = 10_000;

/** What the program in there could do. */
interface Found {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly connects: boolean;
}

/** Runs within: what comes on descriptor 3 names a file that it must not read, and a port that it must not reach; what it could do goes out by 4. */
const TRIES = `
const fs = require("node:fs"), net = require("node:net");
const { secret, port } = JSON.parse(fs.readFileSync(3, "utf8"));
const can = (work) => { try { work(); return true; } catch { return false; } };
const reads = can(() => fs.readFileSync(secret)), writes = can(() => fs.writeFileSync(secret + ".written", ""));
const socket = net.connect(port, "127.0.0.1");
const tell = (connects) => { fs.writeSync(4, JSON.stringify({ reads, writes, connects })); process.exit(0); };
socket.on("connect", () => tell(true)).on("error", () => tell(false));
`;

/** @param program as ours are started; what it runs is replaced @returns nothing where the rung holds, else what is wrong with it: the text of a tool, or ours */
export async function probe(rung: Rung, program: Program): Promise<string | undefined> {
  const folder = temporaryFolder("probe");
  const secret = path.join(folder, "secret");
  writeFileSync(secret, "");
  const server = createServer((socket) => socket.destroy());
  try {
    const port = await listening(server);
    const found = await tried(rung, { ...program, args: ["-e", TRIES] }, JSON.stringify({ secret, port }));
    if (typeof found === "string") return found;
    const open = [
      found.reads && "files can be read",
      found.writes && "files can be written",
      found.connects && !program.network && "the network can be reached",
    ];
    return rung.name === "job" ? undefined : open.filter(Boolean).join(", ") || undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });

async function tried(rung: Rung, program: Program, told: string): Promise<Found | string> {
  const { file, args, env, cwd } = rung.command(program);
  const detached = process.platform !== "win32"; // a group of its own, so that all of it can be ended
  const child = spawn(file, args, { env, cwd, stdio: ownDescriptors(["ignore", "ignore", "pipe", "pipe", "pipe"]), detached, windowsHide: true });
  if (child.pid !== undefined) rung.hold?.(child.pid);
  const [, , stderr, input, output] = child.stdio as unknown as [null, null, Readable, Writable, Readable];
  const streams = [stderr, input, output];
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child, streams);
  }, LIMIT_MS);
  child.once("error", () => end(child, streams)); // nobody is there who would close them
  input.on("error", () => {}); // it ended: its exit tells
  input.end(told);
  const [said, answer, how] = await Promise.all([textOf(stderr), textOf(output), endOf(child)]);
  clearTimeout(timer);
  return foundIn(answer) ?? (late ? `it did not answer within ${LIMIT_MS / 1000} s` : said.trim() || how);
}

/** Ends it with all that it has started; whoever still holds its streams open is not waited for. */
function end(child: ChildProcess, streams: readonly (Readable | Writable)[]): void {
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  for (const stream of streams) stream.destroy();
}

/** Only a whole answer counts: whatever else is between us may speak, too. */
function foundIn(answer: string): Found | undefined {
  try {
    const found = JSON.parse(answer) as Partial<Found> | null;
    return [found?.reads, found?.writes, found?.connects].every((each) => typeof each === "boolean") ? (found as Found) : undefined;
  } catch {
    return undefined; // it did not come to answer
  }
}

/** The end of what comes, until nobody can write it any more. */
function textOf(stream: Readable): Promise<string> {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => (text = (text + chunk).slice(-4000)));
  return new Promise((resolve) => stream.once("close", () => resolve(text)));
}

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child
      .once("error", (error) => resolve(error.message))
      .once("exit", (code, signal) => resolve(signal ? `it ended by ${signal}` : `it ended with exit code ${code}`));
  });
