/** What holds our child processes: the best rung of the operating system that stands its probe, said for good or bad. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CONTAINMENTS, type Containment, type ContainmentName } from "../../protocol/containment.ts";
import type { NodeProgram } from "../node.ts";
import { programFor } from "../programs.ts";
import { bubblewrap } from "./bubblewrap.ts";
import { probe } from "./probe.ts";
import type { Program, Refusal, Rung } from "./rung.ts";

/** A rung that is in force, and what was refused above it. */
export interface Held {
  readonly rung: Rung;
  readonly containment: Containment;
}

/** What programs are started in. Those that load drivers need more of the machine, so their rung is probed by itself. */
export interface Hold {
  readonly plain: Held;
  readonly devices: Held;
}

/** Tries the rungs that are wanted, best first. */
export async function hold(node: NodeProgram, dist: string, wanted: readonly ContainmentName[] = CONTAINMENTS): Promise<Hold> {
  const here = OF_PLATFORM[process.platform] ?? [];
  const rungs = await Promise.all(here.filter((name) => wanted.includes(name)).map(async (name) => [name, await FIND[name](node)] as const));
  const best = (program: Program) => firstThatHolds(rungs, program);
  const [plain, devices] = await Promise.all([best(programFor({ node, dist, program: "runtime" })), best(programFor({ node, dist, program: "native" }))]);
  return { plain, devices };
}

async function firstThatHolds(rungs: readonly (readonly [ContainmentName, Rung | Refusal])[], program: Program): Promise<Held> {
  const refused: Containment["refused"][number][] = [];
  for (const [name, found] of rungs) {
    const refusal = "reason" in found ? found : await refusalBy(found, program);
    if (!refusal) return { rung: found as Rung, containment: { name, refused } };
    refused.push({ name, ...refusal });
  }
  return { rung: UNCONTAINED, containment: { name: "none", refused } };
}

async function refusalBy(rung: Rung, program: Program): Promise<Refusal | undefined> {
  const reason = await probe(rung, program);
  return reason === undefined ? undefined : { reason };
}

type SystemRung = Exclude<ContainmentName, "none">;

/** Best first. */
const OF_PLATFORM: Readonly<Partial<Record<NodeJS.Platform, readonly SystemRung[]>>> = {
  linux: ["bubblewrap", "landlock"],
  darwin: ["seatbelt"],
  win32: ["job"],
};

const FIND: Readonly<Record<SystemRung, (node: NodeProgram) => Promise<Rung | Refusal>>> = {
  bubblewrap: findBubblewrap,
  landlock: async () => ({ reason: "not tried" }),
  seatbelt: async () => ({ reason: "not tried" }),
  job: async () => ({ reason: "not tried" }),
};

async function findBubblewrap(node: NodeProgram): Promise<Rung | Refusal> {
  const file = onPath("bwrap");
  return file
    ? bubblewrap(file, await filesOf(node))
    : { reason: "bubblewrap is not installed", remedy: "Install the package bubblewrap (apt, dnf, pacman or zypper)." };
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/bin", "/usr/local/bin"];
  return folders
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}

/** Node's program and the libraries that it has mapped; of Electron, the folder that it brings. */
async function filesOf(node: NodeProgram): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(
    node.path,
    ["-p", "JSON.stringify([process.report.getReport().sharedObjects, process.versions.electron ?? null])"],
    {
      env: { ...(process.versions.electron && { ELECTRON_RUN_AS_NODE: "1" }) },
    },
  );
  const [libraries, electron] = JSON.parse(stdout) as [string[], string | null];
  const program = electron === null ? node.path : path.dirname(realpathSync(node.path));
  return [program, ...libraries.filter((file) => path.isAbsolute(file) && existsSync(file))];
}

/** No rung: the program has what its user has, but for Node's own permissions. It starts in an empty folder. */
const UNCONTAINED: Rung = { name: "none", command: ({ file, args, env }) => ({ file, args, env, cwd: emptyFolder() }) };

let empty: string | undefined;

/** For what starts uncontained: one for all, which nobody writes into. */
export function emptyFolder(): string {
  if (empty && existsSync(empty)) return empty;
  const made = mkdtempSync(path.join(os.tmpdir(), "practicum-empty-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  empty = made;
  return made;
}
