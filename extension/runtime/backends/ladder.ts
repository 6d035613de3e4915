/** Which backend this process computes on: the first rung that starts. Each rung that does not is named with its reason. */
import { parseArgs } from "node:util";
import type { BackendInfo, BackendName } from "../../protocol/runtime.ts";

export interface Started extends Pick<BackendInfo, "device" | "memoryBytes"> {
  /** Waits until all that was asked is computed. @throws what went wrong there unnoticed */
  readonly settle?: () => Promise<void>;
}

export interface Rung {
  readonly name: BackendName;
  /** Starts the backend and answers what it computes on. @throws when it is not to be had here */
  readonly start: () => Promise<Started>;
}

const RUNGS: Rung[] = [];
let current: Started | undefined;

/** Gives this program more rungs, below those that it has. */
export const addRungs = (...rungs: readonly Rung[]): void => void RUNGS.push(...rungs);

/** @param rungs the rungs to try, fastest first; those that the command line names by default, else all */
export async function startBackend(rungs: readonly Rung[] = namedRungs()): Promise<BackendInfo> {
  const skipped: { name: BackendName; reason: string }[] = [];
  for (const { name, start } of rungs) {
    try {
      current = await start();
      const { settle: _, ...about } = current;
      return { name, ...about, skipped };
    } catch (error) {
      skipped.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new Error(`no backend starts: ${skipped.map((s) => `${s.name}: ${s.reason}`).join("; ")}`);
}

/** Waits until the backend has computed all that was asked of it. @throws what went wrong there unnoticed */
export async function settleBackend(): Promise<void> {
  await current?.settle?.();
}

function namedRungs(): readonly Rung[] {
  const { rungs } = parseArgs({ options: { rungs: { type: "string" } }, strict: false }).values;
  return typeof rungs === "string" ? rungs.split(",").map(rungNamed) : RUNGS;
}

function rungNamed(name: string): Rung {
  const found = RUNGS.find((rung) => rung.name === name);
  if (!found) throw new Error(`there is no backend "${name}" in this program`);
  return found;
}
