/** The most memory that tensors take at once: `tf.memory()` tells only what they take now. */
import * as tf from "./tensors.ts";

const { state } = tf.engine();
let now = state.numBytes;
let peak = now;
Object.defineProperty(state, "numBytes", {
  get: () => now,
  set: (bytes: number) => {
    now = bytes;
    peak = Math.max(peak, bytes);
  },
});

/** @returns what the work gives, and the bytes that it needed at most beyond those that were there before */
export async function withPeak<T>(work: () => T): Promise<{ readonly value: Awaited<T>; readonly peakBytes: number }> {
  const before = now;
  peak = now;
  const value = await work();
  return { value, peakBytes: peak - before };
}
