/** Which backend this process computes on: the first rung that starts. Each rung that does not is named with its reason. */
import type { BackendInfo, BackendName } from "../../protocol/runtime.ts";
import { cpu } from "./cpu.ts";
import { wasm } from "./wasm.ts";

export interface Rung {
  readonly name: BackendName;
  /** Starts the backend and answers what it computes on. @throws when it is not to be had here */
  readonly start: () => Promise<{ readonly device: string }>;
}

const RUNGS: readonly Rung[] = [wasm, cpu];

/** @param rungs the rungs to try, fastest first; all by default */
export async function startBackend(rungs: readonly Rung[] = RUNGS): Promise<BackendInfo> {
  const skipped: { name: BackendName; reason: string }[] = [];
  for (const { name, start } of rungs) {
    try {
      return { name, ...(await start()), skipped };
    } catch (error) {
      skipped.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new Error(`no backend starts: ${skipped.map((s) => `${s.name}: ${s.reason}`).join("; ")}`);
}
