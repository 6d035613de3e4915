/** Resident memory of the processes that wait for a save (Linux tells it). */
import { readFileSync } from "node:fs";
import { hold } from "../../extension/supervisor/containment/hold.ts";
import { findNode } from "../../extension/supervisor/node.ts";
import { Process } from "../../extension/supervisor/process.ts";
import { programOf } from "../../extension/supervisor/processTree.ts";
import type { ProgramName } from "../../extension/supervisor/programs.ts";
import { type Bench, median, type Row } from "./measure.ts";

const ROUNDS = 5;

export const rows: Bench = async (dist) => [await rowOf("runtime", dist), await rowOf("grader", dist)];

async function rowOf(program: ProgramName, dist: string): Promise<Row> {
  const row = { metric: "runtime_rss_mb", what: `${program} at rest`, unit: "MB" };
  if (process.platform !== "linux") return { ...row, note: "absent: told on Linux only" };
  const node = await findNode(undefined, dist);
  const held = await hold(node, dist);
  const sizes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const child = new Process({ node, dist, program, hold: held, log: () => {} });
    await child.ready;
    sizes.push(residentMb(programOf(child.pid ?? 0)));
    child.kill();
    await child.ended;
  }
  return { ...row, value: median(sizes), p95: Math.max(...sizes) };
}

const residentMb = (pid: number | undefined): number => (Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;
