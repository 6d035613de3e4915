/** The threads that compute parts of one kernel at a time. Which thread takes which part changes nothing in the result. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { MOST_ARGUMENTS, newBoard, Slot, spin, takeParts } from "./job.ts";
import type { ThreadData } from "./kernelThread.ts";

/** Until the others are done with the parts that they have taken. */
const LOOKS = 5_000;
/** Waiting so long for the others, beyond what the own parts took, says that their processors have other work. */
const LATE_MS = 0.3;
/** From then on the main thread computes alone: for so long at first, then twice as long each time. */
const [BREAK_MS, LONGEST_BREAK_MS] = [10, 640];

export class Team {
  readonly size: number;
  readonly #board = newBoard();
  readonly #kernels: readonly ((...args: number[]) => unknown)[];
  readonly #names: readonly string[];
  #break = BREAK_MS;
  #breakEnds = 0;

  private constructor(size: number, exports: WebAssembly.Exports) {
    this.size = size;
    this.#names = Object.keys(exports);
    this.#kernels = Object.values(exports) as never;
  }

  /** Starts the other threads; from then on nobody in this process can start one. @param folder where their program is */
  static async start(size: number, folder: URL, { exports, ...about }: Pick<ThreadData, "module" | "memory"> & WebAssembly.Instance): Promise<Team> {
    const team = new Team(size, exports);
    const workers = Array.from({ length: size - 1 }, (_, i) => {
      const workerData: ThreadData = { ...about, board: team.#board, member: i + 1 };
      return new Worker(new URL("kernelThread.mjs", folder), { workerData });
    });
    await Promise.all(workers.map((worker) => once(worker, "message")));
    for (const worker of workers) worker.unref();
    return team;
  }

  /** Whether the others are at hand: not where they have been waited for. */
  get free(): boolean {
    return this.#breakEnds === 0 || performance.now() > this.#breakEnds;
  }

  /** @param scratch bytes of each member's own, beginning at the last argument; 0 where the kernel needs none */
  run(name: string, parts: readonly (readonly number[])[], scratch: number): void {
    const { control, args } = this.#board;
    for (let i = 0; i < parts.length; i++) args.set(parts[i] as readonly number[], i * MOST_ARGUMENTS);
    control[Slot.kernel] = this.#names.indexOf(name);
    control[Slot.arguments] = (parts[0] as readonly number[]).length;
    control[Slot.scratch] = scratch;
    const started = performance.now();
    Atomics.store(control, Slot.finished, 0);
    Atomics.store(control, Slot.left, parts.length);
    Atomics.add(control, Slot.calls, 1);
    if (Atomics.load(control, Slot.asleep) > 0) Atomics.notify(control, Slot.calls);
    takeParts(this.#board, this.#kernels, 0);
    const done = performance.now();
    this.#join(parts.length);
    this.#judge(done - started, performance.now() - done);
  }

  #join(parts: number): void {
    const { control } = this.#board;
    const finished = () => Atomics.load(control, Slot.finished);
    if (!spin(LOOKS, () => finished() === parts)) {
      Atomics.store(control, Slot.joining, 1);
      for (let seen = finished(); seen < parts; seen = finished()) Atomics.wait(control, Slot.finished, seen);
      Atomics.store(control, Slot.joining, 0);
    }
    if (control[Slot.failed]) throw new Error("a kernel failed in one of its threads");
  }

  /** A thread that has to share its processor with other programs holds all up: better without it for a while. */
  #judge(ownMs: number, waitedMs: number): void {
    if (waitedMs > ownMs + LATE_MS) {
      this.#breakEnds = performance.now() + this.#break;
      this.#break = Math.min(2 * this.#break, LONGEST_BREAK_MS);
    } else if (this.#breakEnds !== 0) {
      this.#breakEnds = 0;
      this.#break = Math.max(this.#break / 2, BREAK_MS);
    }
  }
}
