/** Parts that several updates have in common. */
import * as z from "zod/mini";

// Without this zod probes for `eval`, which the page's policy forbids and reports.
z.config({ jitless: true });

const backendName = z.enum(["tfjs-node-gpu", "webgpu", "tfjs-node", "wasm", "cpu"]);
export const backend = z.object({
  name: backendName,
  device: z.string(),
  skipped: z.array(z.object({ name: backendName, reason: z.string() })),
  sandbox: z.optional(z.enum(["none", "addons"])),
});
export { location } from "../../../extension/protocol/checkSchema.ts";

/** The inverse of `toJson` for one number; anything else is not a number. */
export function fromJson(value: unknown): number {
  if (typeof value === "number") return value;
  return value === "Infinity" ? Number.POSITIVE_INFINITY : value === "-Infinity" ? Number.NEGATIVE_INFINITY : Number.NaN;
}
