/** Bytes that tensors take: `tf.memory()` counts a buffer again for every tensor that shares it, as a reshape does. */
import * as tf from "../tensors.ts";

interface Buffers {
  get(dataId: object): { readonly bytes: number } | undefined;
  set(dataId: object, info: { readonly bytes: number }): unknown;
  delete(dataId: object): boolean;
}

/** @returns the bytes of all buffers that were made since, and are still there */
export function countBuffers(): () => number {
  const { tensorInfo } = tf.engine().state as unknown as { tensorInfo: Buffers };
  const counted = new WeakSet<object>();
  const [set, remove] = [tensorInfo.set.bind(tensorInfo), tensorInfo.delete.bind(tensorInfo)];
  let bytes = 0;
  tensorInfo.set = (dataId, info) => {
    bytes += info.bytes;
    counted.add(dataId);
    return set(dataId, info);
  };
  tensorInfo.delete = (dataId) => {
    if (counted.delete(dataId)) bytes -= tensorInfo.get(dataId)?.bytes ?? 0;
    return remove(dataId);
  };
  return () => bytes;
}
