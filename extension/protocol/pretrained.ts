/** What a pretrained model makes of texts: asked by a run, answered by a process of its own, as ONNX Runtime is a native addon. */
import { NotificationType, RequestType } from "vscode-jsonrpc";
import type { ImplementationFault } from "./runtime.ts";
import type { TensorData } from "./tensor.ts";
import type { Wire } from "./wire.ts";

/**
 * Execution providers of ONNX Runtime, best first: of those that may be used, the first that starts computes. So what stands behind "cpu" is used only where
 * it is asked for: TensorRT builds an engine for minutes, and WebGPU may be a driver in software.
 */
export const PROVIDERS = ["cuda", "coreml", "dml", "cpu", "tensorrt", "webgpu"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** What a model is computed on, and why not on a better one. */
export interface ComputedOn {
  readonly provider: ProviderName;
  readonly skipped: readonly { readonly name: ProviderName; readonly reason: string }[];
}

export interface EncodeParams {
  /** A name in the exercise's `pretrained/`, a folder, or an id of the Hugging Face hub. */
  readonly model: string;
  readonly texts: readonly string[];
}

export interface Encoded {
  /** Word pieces of each text, special ones included. */
  readonly tokens: readonly (readonly string[])[];
  /** [layers + 1, batch, time, width]: the embeddings, then what each layer gives. Shorter texts are padded. */
  readonly hidden: TensorData;
}

/** Laid out as `@huggingface/transformers` has it. */
export interface ModelParts {
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
  readonly graph: string;
}

/** Where the program that computes finds a model: what an exercise ships it is given (two texts, and base64); else it reads three files, by their real paths. */
export type ModelSource = ({ readonly kind: "shipped" } | { readonly kind: "files" }) & ModelParts;

/** What the program that computes is given before it is asked: one model. */
export interface PretrainedOptions {
  readonly model: string;
  readonly source: ModelSource;
  /** Those that may be used, best first. */
  readonly providers: readonly ProviderName[];
}

/** All that the program is given that fetches a model of the hub. */
export interface FetchParams {
  readonly model: string;
  /** Folder that it may write. */
  readonly into: string;
  /** Main module of `@huggingface/transformers`. */
  readonly library: string;
  /** Address of the hub, where it is another than its own. */
  readonly hub?: string;
}

export interface Download {
  /** Bytes. */
  readonly loaded: number;
  readonly total: number;
  readonly file: string;
}

export const PretrainedRequest = new RequestType<PretrainedOptions, null, void>("pretrained");
export const FetchRequest = new RequestType<FetchParams, null, ImplementationFault>("fetch");
/** The answer is an `Encoded`. */
export const EncodeRequest = new RequestType<EncodeParams, Wire, ImplementationFault>("encode");
/** Told once for each model, when it is loaded. */
export const ComputedOnNotification = new NotificationType<{ readonly model: string; readonly on: ComputedOn }>("computedOn");
export const DownloadNotification = new NotificationType<Download>("download");
