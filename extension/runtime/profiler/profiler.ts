/** The profile of one run: begins before the program does, tells what it knows now and then, and at the end. */
import type { RunEvent, SourceTree } from "../../protocol/runtime.ts";
import { matmulRate } from "../benchmark.ts";
import { configure } from "../services/session.ts";
import { currentSpan } from "../services/trace.ts";
import { recordOps } from "./ops.ts";
import { Recorder } from "./recorder.ts";

/** Milliseconds between two tellings, at least. */
const PERIOD = 2000;
/** So many times longer than a telling takes is the pause after it. */
const PAUSE = 100;

const now = performance.now.bind(performance);

export interface Profiler {
  /** Tells the whole of it. */
  end(): Promise<void>;
}

/**
 * @param trees whose lines are the learner's
 * @param ops records every operation; otherwise spans only, which costs next to nothing
 */
export async function startProfiler(trees: readonly SourceTree[], ops: boolean, tell: (event: RunEvent) => void): Promise<Profiler> {
  const before = ops ? (await matmulRate()).matmulGflops : undefined;
  const unseen = ops ? unseenCost() : 0;
  const recorder = new Recorder(trees);
  const clock = ops ? recordOps(recorder, currentSpan) : "computed";
  const profile = () => recorder.profile({ clock, ops, ...(before !== undefined && { gigaflops: before }) }, unseen);
  let next = PERIOD;
  recorder.onClose = (elapsed) => {
    if (elapsed < next) return;
    const started = now();
    tell({ kind: "profile", profile: profile() });
    next = elapsed + Math.max(PERIOD, PAUSE * (now() - started));
  };
  configure({ recorder });
  return {
    async end() {
      if (!ops && !recorder.used) return;
      recorder.onClose = () => {};
      await recorder.settled();
      const whole = profile();
      // What else the machine does makes a product slower, never faster: the better of two is nearer to what it can do.
      const gigaflops = before !== undefined ? { gigaflops: Math.max(before, (await matmulRate()).matmulGflops) } : {};
      tell({ kind: "profile", profile: { ...whole, ...gigaflops } });
    },
  };
}

const CALLS = 3000;

/** Milliseconds that recording an operation costs beyond what a recorder can see: closures, and the reading of its clock. */
function unseenCost(): number {
  const scratch = new Recorder([]);
  const made = { bytes: 0, flops: 0, memory: 0, device: undefined };
  const costs = [1, 2, 3].map(() => {
    const [started, recording] = [now(), scratch.recording];
    for (let i = 0; i < CALLS; i++) {
      scratch.op(
        "nothing",
        undefined,
        () => i,
        () => made,
      );
    }
    return now() - started - (scratch.recording - recording);
  });
  return Math.max(0, Math.min(...costs)) / CALLS;
}
