/** A model as it is computed, read from where the host has found it. */
import { readFile } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import type { ModelSource } from "../../protocol/pretrained.ts";

export interface ModelFiles {
  /** Of the model, for messages. */
  readonly name: string;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  readonly graph: Uint8Array;
}

/** @throws {UserError} when what should be JSON is none */
export async function filesOf(name: string, source: ModelSource): Promise<ModelFiles> {
  const { tokenizer, tokenizerConfig, graph } = source;
  if (source.kind === "shipped") {
    return {
      name,
      tokenizer: json(`the tokenizer of "${name}"`, tokenizer),
      tokenizerConfig: json(`the tokenizer's settings of "${name}"`, tokenizerConfig),
      graph: Buffer.from(graph, "base64"),
    };
  }
  return {
    name,
    tokenizer: json(tokenizer, await readFile(tokenizer, "utf8")),
    tokenizerConfig: json(tokenizerConfig, await readFile(tokenizerConfig, "utf8")),
    graph: await readFile(graph),
  };
}

/** The parser's own words hold a piece of the text, which need not be a model's. */
function json(file: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UserError(`${file} is not JSON.`, "Download the model again.");
}
