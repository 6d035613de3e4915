/** Bytes that tensors take: `tf.memory()` counts a buffer again for every tensor that shares it, as a reshape does. */
import * as tf from "../tensors.ts";

interface Buffers {
  get(dataId: object): { readonly bytes: number } | undefined;
  set(dataId: object, info: { readonly bytes: number }): unknown;
  delete(dataId: object): boolean;
}

/** @returns the bytes of all buffers */
export function countBuffers(): () => number {
  const { tensorInfo } = tf.engine().state as unknown as { tensorInfo: Buffers };
  const [set, remove] = [tensorInfo.set.bind(tensorInfo), tensorInfo.delete.bind(tensorInfo)];
  let bytes = tf.memory().numBytes; // of what there is already, little as a rule
  tensorInfo.set = (dataId, info) => {
    bytes += info.bytes;
    return set(dataId, info);
  };
  tensorInfo.delete = (dataId) => {
    bytes -= tensorInfo.get(dataId)?.bytes ?? 0;
    return remove(dataId);
  };
  return () => Math.max(0, bytes);
}
