/** What the system tells of a child from outside: memory and processor time of all that it has started (Linux); memory alone where there is `ps`. */
import { readdirSync, readFileSync } from "node:fs";
import { treeOf } from "./processTree.ts";

/** Of the main thread of a program, in milliseconds since it began. */
export interface Times {
  /** On a processor. */
  readonly ran: number;
  /** Ready to run, while others had the processors. */
  readonly waited: number;
  /** So the thread of its others that waited longest: a program that sleeps until its garbage is collected waits, too. */
  readonly othersWaited?: number;
}

/** What decides how much a program is charged with here. */
export type Figures = "processor time" | "wall";

export const figures = (): Figures => (timesOf(process.pid) ? "processor time" : "wall");

/** Nothing where the system does not tell. @param others whether its other threads are looked at, too: a file for each */
export function timesOf(pid: number, others = true): Times | undefined {
  const main = schedulingOf(pid, pid);
  if (!main || main.ran === 0) return undefined; // zeros are what a kernel says that keeps no such figures
  if (!others) return main;
  const threads = threadsOf(pid).filter((thread) => thread !== pid);
  return { ...main, othersWaited: Math.max(0, ...threads.map((thread) => schedulingOf(pid, thread)?.waited ?? 0)) };
}

export interface Use {
  readonly memoryMiB: number;
  /** Of all threads. */
  readonly processorSeconds: number;
}

/** What the process and all that it has started take now; nothing where the system does not tell, or where it has ended. */
export function useOf(pid: number): Use | undefined {
  const each = treeOf(pid).map((one) => ({ kib: residentKib(one), ticks: ticksOf(one) }));
  if (each[0]?.kib === undefined) return undefined;
  const sum = (of: "kib" | "ticks") => each.reduce((total, one) => total + (one[of] ?? 0), 0);
  return { memoryMiB: sum("kib") / 1024, processorSeconds: sum("ticks") / TICKS_PER_SECOND };
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** @param listing what `ps -A -o pid=,ppid=,rss=` prints. @returns MiB of the process and all that it has started */
export function memoryIn(listing: string, pid: number): number | undefined {
  const rows = listing
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [pid: number, parent: number, kib: number]);
  const ofTree = (root: number): number =>
    rows.reduce((sum, [own, parent, kib]) => sum + (own === root ? kib : parent === root && own !== root ? ofTree(own) : 0), 0);
  return rows.some(([own]) => own === pid) ? ofTree(pid) / 1024 : undefined;
}

/** `/proc/PID/task/TID/schedstat`: nanoseconds on a processor, nanoseconds waiting for one, stretches. */
function schedulingOf(pid: number, thread: number): Pick<Times, "ran" | "waited"> | undefined {
  const [ran, waited] = (read(`/proc/${pid}/task/${thread}/schedstat`) ?? "").split(" ").map(Number);
  return ran === undefined || waited === undefined ? undefined : { ran: ran / 1e6, waited: waited / 1e6 };
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // it has ended
  }
}

/** In KiB, whatever the size of a page is. */
function residentKib(pid: number): number | undefined {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? "") ?? [];
  return kib === undefined ? undefined : Number(kib);
}

/** The 14th and 15th field of `stat`: for us, and in the kernel for us. The second is a name in brackets, which may hold anything. */
function ticksOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // it has ended, or there is no such file on this system
  }
}
