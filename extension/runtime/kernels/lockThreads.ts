/**
 * Node's permissions do not hold in a thread whose starter says so. Once ours have started, no other can: neither by `Worker` nor by what starts one
 * behind it. Ours run no code but the kernels.
 */
import { Worker } from "node:worker_threads";

let first: Worker | undefined;
process.once("worker", (worker) => {
  first = worker;
});

/** For the whole process, for good. @throws where no thread has started, or this Node starts them in another way than those that are known */
export function lockThreads(): void {
  const started = first as unknown as Record<symbol, { startThread?: unknown } | null> | undefined;
  const native = Object.getOwnPropertySymbols(started ?? {})
    .map((key) => started?.[key])
    .find((handle) => typeof handle?.startThread === "function");
  if (!native) throw new Error("there are no threads that could be locked");
  const value = () => {
    throw new Error("There are no more threads here.");
  };
  Object.defineProperty(Object.getPrototypeOf(native), "startThread", { value, writable: false, configurable: false });
  if (opens()) throw new Error("this Node still starts threads");
}

function opens(): boolean {
  try {
    new Worker("", { eval: true });
    return true;
  } catch {
    return false;
  }
}
