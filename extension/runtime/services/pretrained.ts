/** Pretrained models. They are computed by ONNX Runtime, in a process beside this one. */
import type { Tensor4D } from "@tensorflow/tfjs";
import * as tf from "../tensors.ts";
import { session } from "./session.ts";

export interface EncodedTexts {
  /** Word pieces of each text, special ones included: a piece that goes on with a word begins with `##`. */
  readonly tokens: readonly (readonly string[])[];
  /**
   * float32 [layers + 1, batch, time, width]: the embeddings, which know each piece alone, then what each layer makes of it in its text.
   * Texts with fewer pieces than the longest are padded: what stands after their own pieces means nothing.
   */
  readonly hidden: Tensor4D;
}

export interface PretrainedBert {
  encode(texts: readonly string[]): Promise<EncodedTexts>;
}

export const pretrained = {
  /**
   * A BERT (Devlin et al., 2019). In run.ts only: a grade hands hidden states to your functions.
   * @param name "bert": the small one that ships with the exercise. Else an absolute path of a folder as `@huggingface/transformers` has it
   * (tokenizer.json, onnx/model.onnx), or an id of the Hugging Face hub such as "Xenova/bert-base-uncased": fetched once, then kept.
   */
  bert(name = "bert"): PretrainedBert {
    const { encode } = session();
    return {
      async encode(texts) {
        const { tokens, hidden } = await encode({ model: name, texts });
        return { tokens, hidden: tf.tensor4d(hidden.data as Float32Array, hidden.shape as [number, number, number, number]) };
      },
    };
  },
};
