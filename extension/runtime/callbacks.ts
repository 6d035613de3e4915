/** The functions that checks hand over; `protocol/callback.ts` says what they do. */
import type { CallbackSpec } from "../protocol/callback.ts";
import { isTensorData, type Value } from "../protocol/tensor.ts";
import { trace } from "./services/trace.ts";
import * as tf from "./tensors.ts";

const moment = () => new Promise((resolve) => setImmediate(resolve));

export const functionOf =
  ({ assigns, tells, gives }: CallbackSpec) =>
  async (...args: readonly unknown[]): Promise<Value> => {
    await moment();
    if (assigns !== undefined) assign(args[0], assigns, "state");
    if (tells !== undefined) trace.log({ [tells]: Number(args[1]) }, Number(args[0]));
    return gives;
  };

/** @param place of `live`, for the one who reads an error */
function assign(live: unknown, values: Value, place: string): void {
  if (!isTensorData(values)) {
    for (const [name, value] of Object.entries(values ?? {})) assign(partOf(live, name), value, `${place}.${name}`);
    return;
  }
  if (!(live instanceof tf.Variable))
    throw new TypeError(`${place} is no variable, so nothing can be put back there. surface.ts says what is handed to onStart.`);
  tf.tidy(() => live.assign(tf.tensor(values.data, [...values.shape], values.dtype)));
}

function partOf(live: unknown, name: string): unknown {
  const owner = live as Record<string, unknown> | undefined;
  if (!name.endsWith("()")) return owner?.[name];
  const method = owner?.[name.slice(0, -2)];
  return typeof method === "function" ? method.call(owner) : undefined;
}
