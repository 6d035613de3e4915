/** The profile of one run: begins before the program does, tells what it knows now and then, and at the end. */
import type { Clock, Profile } from "../../protocol/profile.ts";
import type { RunEvent, SourceTree } from "../../protocol/runtime.ts";
import { matmulRate } from "../benchmark.ts";
import { configure } from "../services/session.ts";
import { currentSpan } from "../services/trace.ts";
import { recordOps } from "./ops.ts";
import { Recorder } from "./recorder.ts";

/** Milliseconds between two tellings. */
const PERIOD = 2000;

export interface Profiler {
  /** Tells the whole of it, once what was asked of the device is computed. */
  end(): void;
}

/**
 * @param trees whose lines are the learner's
 * @param ops records every operation; otherwise spans only, which costs next to nothing
 */
export async function startProfiler(trees: readonly SourceTree[], ops: boolean, tell: (event: RunEvent) => void): Promise<Profiler> {
  const gigaflops = ops ? (await matmulRate()).matmulGflops : undefined;
  const recorder = new Recorder(trees);
  const clock: Clock = ops ? recordOps(recorder, currentSpan) : "computed";
  let told = 0;
  const about: Pick<Profile, "clock" | "ops" | "gigaflops"> = { clock, ops, ...(gigaflops !== undefined && { gigaflops }) };
  const end = () => {
    if (ops || recorder.used) tell({ kind: "profile", profile: recorder.profile(about) });
  };
  recorder.onClose = (elapsed) => {
    if (elapsed - told < PERIOD) return;
    told = elapsed;
    end();
  };
  configure({ recorder });
  return { end };
}
