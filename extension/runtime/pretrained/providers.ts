/** Starts a graph on the best execution provider of ONNX Runtime that may be used and works here. */
import { firstLineOf, UserError } from "../../errors.ts";
import type { ComputedOn, ProviderName } from "../../protocol/pretrained.ts";
import { type InferenceSession, openGraph, ort } from "../onnxRuntime.ts";

export interface Started {
  readonly session: InferenceSession;
  readonly on: ComputedOn;
}

/** @throws {UserError} when the graph may not be used @throws {Error} when none of them starts, with the reason of each */
export async function startSession(name: string, graph: Uint8Array, providers: readonly ProviderName[]): Promise<Started> {
  const built = ort.listSupportedBackends().map(({ name }) => name);
  const skipped: ComputedOn["skipped"][number][] = [];
  for (const provider of providers) {
    if (!built.includes(provider)) {
      skipped.push({ name: provider, reason: "ONNX Runtime has none on this system" });
      continue;
    }
    try {
      return { session: await openGraph(name, graph, { executionProviders: [provider] }), on: { provider, skipped } };
    } catch (error) {
      if (error instanceof UserError) throw error;
      skipped.push({ name: provider, reason: firstLineOf(error) });
    }
  }
  const reasons = skipped.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new Error(`No execution provider that may be used here starts (${reasons}). Choose another in the setting practicum.executionProvider, or "auto".`);
}
