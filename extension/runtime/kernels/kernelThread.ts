/** The program of one more thread for the kernels: it takes parts of what the main thread computes, and sleeps when there is nothing for long. */
import { parentPort, workerData } from "node:worker_threads";
import { type Board, Slot, spin, takeParts } from "./job.ts";

export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly board: Board;
  readonly member: number;
}

/** Some tenths of a millisecond: longer than between two operations of a training step. */
const LOOKS = 20_000;

const { module, memory, board, member } = workerData as ThreadData;
const { control } = board;
const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports) as ((...args: number[]) => unknown)[];
parentPort?.postMessage("ready");
for (;;) {
  takeParts(board, kernels, member);
  const calls = Atomics.load(control, Slot.calls);
  if (spin(LOOKS, () => Atomics.load(control, Slot.left) > 0)) continue;
  Atomics.add(control, Slot.asleep, 1);
  Atomics.wait(control, Slot.calls, calls);
  Atomics.sub(control, Slot.asleep, 1);
}
