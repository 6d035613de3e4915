/** What the operating system says of a process, where it does (Linux): numbers that the process itself has no part in. */
import { readdirSync, readFileSync } from "node:fs";
import type { Outside } from "../protocol/grader.ts";
import { treeOf } from "./processTree.ts";

/** Of the program and all that it has started. @returns nothing where it has ended; a figure that the system does not tell is absent */
export function outsideOf(pid: number): Outside | undefined {
  if (peakOf(process.pid) === undefined) return {}; // no such system
  const tree = treeOf(pid);
  if (peakOf(pid) === undefined) return undefined; // a zombie has no memory
  return { peakBytes: sum(tree.map((each) => peakOf(each) ?? 0)), ...(tellsTime() && { processorMs: sum(tree.map(processorMsOf)) }) };
}

/** Some kernels count no nanoseconds: they say 0 of every process. */
const tellsTime = (): boolean => processorMsOf(process.pid) > 0;

/** "VmHWM:   92160 kB" */
function peakOf(pid: number): number | undefined {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** The first number of a thread's schedstat: nanoseconds on a processor. */
function processorMsOf(pid: number): number {
  return sum(threadsOf(pid).map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(" ")[0] ?? 0) / 1e6));
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it has ended, or there is no such list
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // the same
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
