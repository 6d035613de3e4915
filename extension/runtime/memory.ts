/**
 * What memory tensors take: `tf.memory()` tells only what they take now. Learner code shares this process, so nothing that is counted here proves anything: it
 * can compute without tensors, or make some for show. What it cannot do is to put another counter in the place of this one.
 */
import * as tf from "./tensors.ts";

const engine = tf.engine();
const { state } = engine;
let now = state.numBytes;
let peak = now;
let made = 0;
Object.defineProperty(state, "numBytes", {
  get: () => now,
  set: (bytes: number) => {
    made += Math.max(0, bytes - now);
    now = bytes;
    peak = Math.max(peak, bytes);
  },
});

Object.defineProperty(engine, "state", {
  get: () => state,
  set: () => {
    throw new Error("Practicum counts in this engine's state, which stays as it is: make tensors and dispose of them instead.");
  },
});

/** Bytes of all tensors that were ever made, freed or not. */
export const bytesMade = (): number => made;

/** Bytes that a piece of work needed at most beyond those that were there before, and bytes of all tensors that it made. */
export interface MemoryUse {
  readonly peakBytes: number;
  readonly madeBytes: number;
}

/**
 * What tensors take while `work` runs, in bytes. It times no operation, as `tf.profile` does, and so costs nothing; one at a time.
 * @returns with what `work` gives
 */
export async function memoryOf<T>(work: () => T): Promise<MemoryUse & { readonly value: Awaited<T> }> {
  const [before, madeBefore] = [now, made];
  peak = now;
  const value = await work();
  return { value, peakBytes: peak - before, madeBytes: made - madeBefore };
}
