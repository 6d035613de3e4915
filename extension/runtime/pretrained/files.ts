/** The files of a pretrained model: shipped with the exercise, in a folder, or of the Hugging Face hub, from where they are kept for the next time. */
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { PretrainedOptions } from "../../protocol/pretrained.ts";

/** Laid out as `@huggingface/transformers` has it. */
export interface ModelFiles {
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  readonly graph: Uint8Array;
}

export type OnDownload = (loaded: number, total: number, file: string) => void;

const TOKENIZER = "tokenizer.json";
const TOKENIZER_CONFIG = "tokenizer_config.json";
const GRAPH = "onnx/model.onnx";
/** A model of the hub has an owner and a name; older ones a name only. */
const HUB_ID = /^[a-z0-9][\w.-]*(\/[a-z0-9][\w.-]*)?$/i;

export async function filesOf(model: string, options: PretrainedOptions, onDownload: OnDownload): Promise<ModelFiles> {
  const { texts, binaries } = options.shipped;
  const shipped = `pretrained/${model}/`;
  const graph = binaries[shipped + GRAPH];
  if (graph !== undefined) {
    return { tokenizer: json(texts[shipped + TOKENIZER]), tokenizerConfig: json(texts[shipped + TOKENIZER_CONFIG]), graph: Buffer.from(graph, "base64") };
  }
  if (path.isAbsolute(model)) return inFolder(model);
  if (!HUB_ID.test(model))
    throw new Error(`"${model}" is no model: name one of the exercise, a folder by its absolute path, or an id of the Hugging Face hub.`);
  const kept = path.join(options.cache, model);
  if (!existsSync(path.join(kept, GRAPH))) await download(model, options, onDownload);
  return inFolder(kept);
}

async function inFolder(folder: string): Promise<ModelFiles> {
  for (const file of [TOKENIZER, TOKENIZER_CONFIG, GRAPH]) {
    await stat(path.join(folder, file)).catch(() => {
      throw new Error(`${folder} has no ${file}: a model's folder is laid out as @huggingface/transformers has it.`);
    });
  }
  const [tokenizer, tokenizerConfig] = await Promise.all(
    [TOKENIZER, TOKENIZER_CONFIG].map(async (file) => json(await readFile(path.join(folder, file), "utf8"))),
  );
  return { tokenizer: tokenizer as object, tokenizerConfig: tokenizerConfig as object, graph: await readFile(path.join(folder, GRAPH)) };
}

const json = (text: string | undefined): object => JSON.parse(text ?? "{}") as object;

/** What of `@huggingface/transformers` is used; the package is not installed with us, as it is large. */
interface Transformers {
  readonly env: { cacheDir: string; remoteHost: string; allowLocalModels: boolean };
  readonly AutoTokenizer: { from_pretrained(id: string, options: object): Promise<unknown> };
  readonly AutoModel: { from_pretrained(id: string, options: object): Promise<{ dispose(): Promise<unknown> }> };
}

/** Fetches a model into the cache, by the hub's own library. */
async function download(model: string, { transformers, cache, hub }: PretrainedOptions, onDownload: OnDownload): Promise<void> {
  if (!transformers) {
    const install = `npm install --prefix "${path.dirname(cache)}" @huggingface/transformers`;
    throw new Error(`"${model}" is a model of the Hugging Face hub, and what fetches it is not installed. Install it once: ${install}`);
  }
  const { env, AutoTokenizer, AutoModel } = (await import(pathToFileURL(transformers).href)) as Transformers;
  env.cacheDir = cache;
  env.allowLocalModels = false;
  if (hub) env.remoteHost = hub.endsWith("/") ? hub : `${hub}/`;
  const progress_callback = ({ status, loaded, total, file }: { status: string; loaded: number; total: number; file: string }) => {
    if (status === "progress") onDownload(loaded, total, file);
  };
  await AutoTokenizer.from_pretrained(model, { progress_callback });
  await (await AutoModel.from_pretrained(model, { progress_callback, dtype: "fp32", device: "cpu" })).dispose(); // only its files are wanted
}
