/** What the threads of a team share beside the tensors: one kernel at a time, in parts that whoever is free takes. */

type Kernel = (...args: number[]) => unknown;

export interface Board {
  /** One number for each of `Slot`. */
  readonly control: Int32Array;
  /** For each part its arguments, `MOST_ARGUMENTS` apart. */
  readonly args: Float64Array;
}

export const MOST_PARTS = 64;
export const MOST_ARGUMENTS = 16;

/** Places in `control`; those that different threads write are a cache line apart. */
export const Slot = { kernel: 0, arguments: 1, scratch: 2, failed: 3, left: 16, finished: 32, joining: 33, calls: 48, asleep: 64 } as const;
const SLOTS = 80;

export const newBoard = (): Board => ({
  control: new Int32Array(new SharedArrayBuffer(4 * SLOTS)),
  args: new Float64Array(new SharedArrayBuffer(8 * MOST_PARTS * MOST_ARGUMENTS)),
});

/** Takes parts while there are any. @param member which of the team: each has scratch memory of its own, named by the last argument */
export function takeParts({ control, args }: Board, kernels: readonly Kernel[], member: number): void {
  for (let part = take(control); part >= 0; part = take(control)) {
    const [first, last] = [part * MOST_ARGUMENTS, (control[Slot.arguments] as number) - 1];
    const own: number[] = [];
    for (let i = 0; i <= last; i++) own.push(args[first + i] as number);
    own[last] = (own[last] as number) + member * (control[Slot.scratch] as number);
    try {
      (kernels[control[Slot.kernel] as number] as Kernel)(...own);
    } catch {
      control[Slot.failed] = 1;
    }
    Atomics.add(control, Slot.finished, 1);
    if (Atomics.load(control, Slot.joining)) Atomics.notify(control, Slot.finished);
  }
}

/** Parts are taken from the last to the first: none is left before the arguments of a call stand there, nor after its end. */
function take(control: Int32Array): number {
  for (let left = Atomics.load(control, Slot.left); left > 0; ) {
    const seen = Atomics.compareExchange(control, Slot.left, left, left - 1);
    if (seen === left) return left - 1;
    left = seen;
  }
  return -1;
}

/** @returns whether `ready` came to be within so many looks; waking a thread that sleeps takes longer than most kernels */
export function spin(looks: number, ready: () => boolean): boolean {
  for (let i = 0; i < looks; i++) {
    if (ready()) return true;
    pause?.call(Atomics);
  }
  return ready();
}

const { pause } = Atomics as unknown as { pause?: () => void }; // Node 24
