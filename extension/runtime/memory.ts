/** What memory tensors take: `tf.memory()` tells only what they take now. */
import * as tf from "./tensors.ts";

const { state } = tf.engine();
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

/** Bytes of all tensors that were ever made, freed or not. */
export const bytesMade = (): number => made;

/** @returns what the work gives, and the bytes that it needed at most beyond those that were there before */
export async function withPeak<T>(work: () => T): Promise<{ readonly value: Awaited<T>; readonly peakBytes: number }> {
  const before = now;
  peak = now;
  const value = await work();
  return { value, peakBytes: peak - before };
}
