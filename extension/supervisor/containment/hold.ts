/** What holds our child processes: the best rung of the operating system that stands its probe, said for good or bad. */
import { CONTAINMENTS, type Containment, type ContainmentName } from "../../protocol/containment.ts";
import type { NodeProgram } from "../node.ts";
import { programFor } from "../programs.ts";
import { findBubblewrap } from "./bubblewrap.ts";
import { causeOf, readFacts } from "./causes.ts";
import { findJob } from "./job.ts";
import { findLandlock } from "./landlock.ts";
import { ownFolder } from "./ownFolder.ts";
import { probe } from "./probe.ts";
import type { Program, Refusal, Rung } from "./rung.ts";
import { findSeatbelt } from "./seatbelt.ts";

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
  const rungs = await Promise.all(here.filter((name) => wanted.includes(name)).map(async (name) => [name, await FIND[name]()] as const));
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
  const printed = await probe(rung, program);
  return printed === undefined ? undefined : causeOf(printed, readFacts());
}

type SystemRung = Exclude<ContainmentName, "none">;

/** Best first. */
const OF_PLATFORM: Readonly<Partial<Record<NodeJS.Platform, readonly SystemRung[]>>> = {
  linux: ["bubblewrap", "landlock"],
  darwin: ["seatbelt"],
  win32: ["job"],
};

const FIND: Readonly<Record<SystemRung, () => Rung | Refusal | Promise<Rung | Refusal>>> = {
  bubblewrap: findBubblewrap,
  landlock: () => findLandlock(),
  seatbelt: findSeatbelt,
  job: () => findJob(),
};

/** No rung: the program has what its user has, but for Node's own permissions. */
const UNCONTAINED: Rung = { name: "none", command: ({ file, args, env }) => ({ file, args, env, cwd: emptyFolder() }) };

let empty: string | undefined;

/** One for all that start uncontained. */
const emptyFolder = (): string => (empty ??= ownFolder().empty);
