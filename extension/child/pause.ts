/** Nobody notifies it: waiting for it is a pause. */
const NOBODY = new Int32Array(new SharedArrayBuffer(4));

/** Waits a millisecond without the event loop: for a reader that is slow. */
export const pause = (): void => void Atomics.wait(NOBODY, 0, 0, 1);
