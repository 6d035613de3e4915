/** A limit on a process's resident memory, where the system tells it (Linux): V8's own limit bounds neither WebAssembly nor buffers. */
import { readFileSync } from "node:fs";
import type { Process } from "./process.ts";

const PERIOD_MS = 100;
const PAGE = 4096;

/** @returns ends the watch */
export function watchMemory(process: Process, limitMiB: number | undefined, exceeded: (why: string) => void): () => void {
  if (limitMiB === undefined || globalThis.process.platform !== "linux") return () => {};
  const timer = setInterval(() => {
    const mib = (residentPages(process) * PAGE) / 2 ** 20;
    if (mib > limitMiB) exceeded(`The run was stopped at ${Math.round(mib)} MiB of memory; its limit is ${limitMiB} MiB.`);
  }, PERIOD_MS);
  return () => clearInterval(timer);
}

function residentPages({ pid }: Process): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  } catch {
    return 0; // it has just ended
  }
}
