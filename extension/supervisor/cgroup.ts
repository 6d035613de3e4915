/**
 * Control groups (Linux, version 2): where the folder around our own group is ours, as in a session that systemd runs, each child gets a group beside us, and the
 * kernel bounds and measures its whole tree. Anywhere else there is none, and what is watched from outside decides.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { messageOf } from "../errors.ts";

export interface TreeBounds {
  /** Bytes, swap included. */
  readonly memory: number;
  readonly processes: number;
}

export interface TreeUse {
  /** Most bytes that its processes had at once; the kernel tells since 5.19. */
  readonly peakBytes?: number;
  /** Milliseconds of processor time of all that ever ran in it. */
  readonly cpuMs: number;
  /** It was ended for want of memory. */
  readonly outOfMemory: boolean;
}

/** What a child and all that it starts is in. */
export interface ControlGroup {
  use(): TreeUse;
  /** Ends what still runs in it, and takes it away; what the kernel has not ended yet is taken away with a later group. */
  close(): void;
}

export interface CgroupPlaces {
  readonly root: string;
  /** Says which group we are in. */
  readonly own: string;
}

const PLACES: CgroupPlaces = { root: "/sys/fs/cgroup", own: "/proc/self/cgroup" };
const PREFIX = "practicum-";

/** @returns the folder in which we may make groups; or why there is none */
export function delegatedFolder({ root, own }: CgroupPlaces = PLACES): { readonly folder: string } | { readonly reason: string } {
  if (!existsSync(path.join(root, "cgroup.controllers"))) return { reason: "control groups of version 2 are not mounted" };
  const group = /^0::(\/.*)$/m.exec(readFileSync(own, "utf8"))?.[1];
  if (!group || group === "/") return { reason: "our control group has none around it" };
  const folder = path.join(root, path.dirname(group));
  try {
    for (const file of [folder, path.join(folder, "cgroup.procs")]) accessSync(file, constants.W_OK);
  } catch (error) {
    return { reason: `the control group around ours is not ours (${messageOf(error)})` };
  }
  const controllers = readFileSync(path.join(folder, "cgroup.subtree_control"), "utf8").trim().split(" ");
  const missing = ["memory", "pids"].filter((name) => !controllers.includes(name));
  return missing.length > 0 ? { reason: `the control group around ours does not hand on ${missing.join(" and ")}` } : { folder };
}

/**
 * Moves a child into a group of its own.
 * @param folder a delegated one
 * @param tree the child, first, and what it has started
 * @returns undefined when the child has ended before
 */
export function holdInGroup(folder: string, tree: readonly number[], { memory, processes }: TreeBounds): ControlGroup | undefined {
  removeEmpty(folder);
  const group = path.join(folder, `${PREFIX}${process.pid}-${tree[0]}`);
  mkdirSync(group);
  const set = (file: string, value: string | number): void => writeFileSync(path.join(group, file), `${value}`);
  set("memory.max", memory);
  set("memory.oom.group", 1);
  if (existsSync(path.join(group, "memory.swap.max"))) set("memory.swap.max", 0); // where the system has swap
  set("pids.max", processes);
  try {
    for (const pid of tree) set("cgroup.procs", pid);
  } catch (error) {
    rmdirSync(group);
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return undefined;
    throw error;
  }
  return {
    use: () => useOf(group),
    close: () => {
      set("cgroup.kill", 1);
      remove(group);
    },
  };
}

let delegated: ReturnType<typeof delegatedFolder> | undefined;

/** A group for a child, where there may be one; where the kernel refuses what it has handed over, there is none from then on, and the log says why. */
export function groupFor(tree: readonly number[], bounds: TreeBounds, log: (line: string) => void): ControlGroup | undefined {
  delegated ??= delegatedFolder();
  if ("reason" in delegated) return undefined;
  try {
    return holdInGroup(delegated.folder, tree, bounds);
  } catch (error) {
    delegated = { reason: messageOf(error) };
    log(`no control group bounds a child: ${delegated.reason}`);
    return undefined;
  }
}

function useOf(group: string): TreeUse {
  const peak = path.join(group, "memory.peak");
  return {
    ...(existsSync(peak) && { peakBytes: Number(readFileSync(peak, "utf8")) }),
    cpuMs: figure(group, "cpu.stat", "usage_usec") / 1000,
    outOfMemory: figure(group, "memory.events", "oom_kill") > 0,
  };
}

/** Of a file with lines of "name number". */
function figure(group: string, file: string, name: string): number {
  const line = readFileSync(path.join(group, file), "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

/** Groups of children of ours that have ended, and of hosts that were killed. Those of a host that lives may be about to be filled. */
function removeEmpty(folder: string): void {
  for (const name of readdirSync(folder)) {
    const host = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split("-")[0] : undefined;
    if (host && (Number(host) === process.pid || !existsSync(`/proc/${host}`))) remove(path.join(folder, name));
  }
}

/** A group in which something still runs stays: the kernel says that it is busy. */
function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch (error) {
    if (!["EBUSY", "ENOTEMPTY", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
