/**
 * Frees tensors that a call has left behind. A tensor in a field, a closure or a module's variable may be wanted by a later call, so only what the
 * garbage collector has found unreachable is freed: never by guess, as a scope around the call would.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "./tensors.ts";

/** Below it nothing is looked for: a collection takes some hundredths of a second. */
const MANY_BYTES = 256 * 2 ** 20;

/** What the library needs of a tensor to free it; the tensor itself is gone by then. */
type Remains = Pick<tf.Tensor, "dataId" | "dtype" | "size">;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const engine = tf.engine();
const { trackTensor, disposeTensor } = engine as unknown as Record<"trackTensor" | "disposeTensor", (x: Remains, backend?: unknown) => void>;
const left = new FinalizationRegistry<Remains>((remains) => disposeTensor.call(engine, remains));
let enough = MANY_BYTES;

let watching = false;

/** From now on every tensor is watched. A run does without: a training step makes thousands. */
export function watchTensors(): void {
  if (watching) return;
  watching = true;
  Object.assign(engine, {
    trackTensor(x: Remains, backend?: unknown) {
      trackTensor.call(engine, x, backend);
      left.register(x, { dataId: x.dataId, dtype: x.dtype, size: x.size }, x);
    },
    disposeTensor(x: Remains) {
      left.unregister(x);
      disposeTensor.call(engine, x);
    },
  });
}

/** After an answer is given: looks for what nobody can reach, where tensors take much. */
export function freeUnreachable(): void {
  if (tf.memory().numBytes < enough) return;
  collectGarbage();
  setImmediate(() => {
    enough = Math.max(MANY_BYTES, 2 * tf.memory().numBytes); // what is left is in use
  });
}
