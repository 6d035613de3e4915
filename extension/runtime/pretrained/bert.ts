/** A BERT in ONNX Runtime, asked for the hidden states of all its layers. */
import { Tokenizer } from "@huggingface/tokenizers";
import type { ComputedOn, Encoded, ProviderName } from "../../protocol/pretrained.ts";
import { tensor } from "../../protocol/tensor.ts";
import { type InferenceSession, ort, requireUsable, type Tensor } from "../onnxRuntime.ts";
import type { ModelFiles } from "./files.ts";
import { withHiddenStates } from "./hiddenStates.ts";
import { type Started, startSession } from "./providers.ts";

export class Bert {
  readonly on: ComputedOn;
  readonly #tokenizer: Tokenizer;
  readonly #session: InferenceSession;
  readonly #outputs: readonly string[];

  private constructor(tokenizer: Tokenizer, { session, on }: Started, outputs: readonly string[]) {
    this.on = on;
    this.#tokenizer = tokenizer;
    this.#session = session;
    this.#outputs = outputs;
  }

  /** @param providers that may be used, best first @throws {UserError} when the graph may not be used */
  static async load({ name, tokenizer, tokenizerConfig, graph }: ModelFiles, providers: readonly ProviderName[] = ["cpu"]): Promise<Bert> {
    requireUsable(name, graph);
    const { bytes, outputs } = withHiddenStates(graph);
    return new Bert(new Tokenizer(tokenizer, tokenizerConfig), await startSession(name, bytes, providers), outputs);
  }

  async encode(texts: readonly string[]): Promise<Encoded> {
    const encodings = texts.map((text) => this.#tokenizer.encode(text));
    const time = Math.max(1, ...encodings.map(({ ids }) => ids.length));
    const padded = (rows: readonly (readonly number[])[]) =>
      int64(
        rows.flatMap((row) => [...row, ...zeros(time - row.length)]),
        [texts.length, time],
      );
    const inputs: Record<string, Tensor> = {
      input_ids: padded(encodings.map(({ ids }) => ids)), // [PAD] is 0 in every BERT
      attention_mask: padded(encodings.map(({ ids }) => ids.map(() => 1))),
      token_type_ids: padded(encodings.map(({ ids }) => ids.map(() => 0))),
    };
    const feeds = Object.fromEntries(this.#session.inputNames.map((name) => [name, inputs[name] as Tensor])); // not every BERT has token types
    const states = await this.#session.run(feeds, [...this.#outputs]);
    const layers = this.#outputs.map((name) => states[name] as Tensor);
    return { tokens: encodings.map(({ tokens }) => tokens), hidden: stacked(layers) };
  }
}

/** One output may hold all layers, or each layer is an output of its own. */
function stacked(layers: readonly Tensor[]) {
  const [first] = layers as [Tensor];
  if (layers.length === 1 && first.dims.length === 4) return tensor(first.data as Float32Array, first.dims);
  const values = new Float32Array(layers.length * first.size);
  layers.forEach((layer, i) => {
    values.set(layer.data as Float32Array, i * first.size);
  });
  return tensor(values, [layers.length, ...first.dims]);
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const int64 = (values: readonly number[], shape: readonly number[]): Tensor => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);
