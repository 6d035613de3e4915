/**
 * ONNX Runtime, and the one way by which a graph gets there. It is taken by `require`: where code may not be made from text, what Node's `import` makes of a
 * CommonJS package has no names.
 */
import { createRequire } from "node:module";
import type * as Ort from "onnxruntime-node";
import { refusalOf } from "../protocol/onnxGraph.ts";

export type { InferenceSession, Tensor } from "onnxruntime-node";

export const ort = createRequire(import.meta.url)("onnxruntime-node") as typeof Ort;

/** @param name of the graph, for messages @throws {UserError} when it would lead ONNX Runtime to other files, or is no graph */
export async function openGraph(name: string, bytes: Uint8Array, options: Ort.InferenceSession.SessionOptions): Promise<Ort.InferenceSession> {
  requireUsable(name, bytes);
  return ort.InferenceSession.create(bytes, options);
}

/** @throws {UserError} as `openGraph` does */
export function requireUsable(name: string, bytes: Uint8Array): void {
  const refusal = refusalOf(name, bytes);
  if (refusal) throw refusal;
}
