/** Bounds on what a child takes in all, watched from outside: memory, and processor time. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { promisify } from "node:util";
import { BOUNDS } from "../protocol/bounds.ts";
import { type ControlGroup, groupFor } from "./cgroup.ts";
import type { Process } from "./process.ts";
import { treeOf } from "./processTree.ts";
import { memoryIn, type Use, useOf } from "./resources.ts";

export interface Limits {
  /** Who is told of, at the beginning of a sentence. */
  readonly who: string;
  readonly memoryMiB: number;
  /** Of all that it computes; without it that is not bounded here. */
  readonly processorSeconds?: number;
}

const PERIOD_MS = 100;
/** A process of which nothing is asked is looked at in one turn of these, as is any where a program has to be started to look. */
const SLOW = 10;

/** @returns ends the watch */
export function watch(process: Process, limits: Limits): () => void {
  const { platform } = globalThis.process;
  if (platform !== "linux" && platform !== "darwin") return () => {}; // Windows: not bounded here
  const group = platform === "linux" && process.pid !== undefined ? boundByKernel(process, process.pid, limits) : undefined;
  let turn = 0;
  /** Processor seconds when it was last asked something. */
  let asked = 0;
  const timer = setInterval(async () => {
    if (turn++ % SLOW !== 0 && (platform === "darwin" || !process.asked)) return;
    const use = process.pid === undefined || !process.running ? undefined : platform === "linux" ? useOf(process.pid) : await useByPs(process.pid);
    if (!use) return;
    if (process.asked) asked = use.processorSeconds;
    const why = excess(use, limits) ?? (use.processorSeconds - asked > BOUNDS.restSeconds ? atRest(limits.who) : undefined);
    if (why) process.stop({ kind: "died", by: "us", message: why });
  }, PERIOD_MS);
  timer.unref();
  void process.ended.then(() => {
    clearInterval(timer);
    group?.close();
  });
  return () => clearInterval(timer);
}

/** The sentence for what is beyond its limit, where something is. */
export function excess({ memoryMiB, processorSeconds }: Use, limits: Limits): string | undefined {
  if (memoryMiB > limits.memoryMiB) return `${limits.who} was stopped at ${words(memoryMiB)} MiB of memory; its limit is ${words(limits.memoryMiB)} MiB.`;
  const { processorSeconds: most = Number.POSITIVE_INFINITY } = limits;
  return processorSeconds > most ? `${limits.who} was stopped after ${words(processorSeconds)} s of processor time; its limit is ${words(most)} s.` : undefined;
}

const atRest = (who: string): string => `${who} was stopped as it had computed for ${BOUNDS.restSeconds} s while nothing was asked of it.`;

/** MiB for a process of a grade. */
export const gradeMemory = (memoryMiB?: number): number => Math.min(memoryMiB ?? BOUNDS.gradeMemoryMiB, machineMemory());

/** MiB for a run. */
export const runMemory = (memoryMiB?: number): number => Math.min(memoryMiB ?? Number.POSITIVE_INFINITY, machineMemory());

/** A control group may leave us less than the machine has. Without one, Node says 0, or more than there is. */
function machineMemory(): number {
  const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.floor((Math.min(totalmem(), constrained) * BOUNDS.memoryShare) / 2 ** 20);
}

/** Threads count as processes here: a driver starts some for each processor. */
const MOST_THREADS = 1024;

/** What takes memory faster than we look is for the kernel to end: by a control group where there may be one, else before the editor. */
function boundByKernel(process: Process, pid: number, { memoryMiB }: Limits): ControlGroup | undefined {
  void firstForTheKernel(process);
  return groupFor(treeOf(pid), { memory: memoryMiB * 2 ** 20, processes: MOST_THREADS }, process.log);
}

async function firstForTheKernel(process: Process): Promise<void> {
  await process.ready.catch(() => {});
  if (process.pid === undefined) return;
  await Promise.all(treeOf(process.pid).map((pid) => writeFile(`/proc/${pid}/oom_score_adj`, "1000").catch(() => {}))); // it has ended, or is not ours to say
}

async function useByPs(pid: number): Promise<Use | undefined> {
  const listing = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,rss="]).catch(() => undefined); // not to be had: not bounded here
  const memoryMiB = listing && memoryIn(listing.stdout, pid);
  return memoryMiB === undefined ? undefined : { memoryMiB, processorSeconds: 0 };
}

const words = (number: number): string => Math.round(number).toLocaleString("en");
