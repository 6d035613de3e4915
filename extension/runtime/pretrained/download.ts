/** Fetches a model of the Hugging Face hub, by the hub's own library. */
import { pathToFileURL } from "node:url";
import type { Download, FetchParams } from "../../protocol/pretrained.ts";

/** What of `@huggingface/transformers` is used; the package is not installed with us, as it is large. */
interface Transformers {
  readonly env: { cacheDir: string; remoteHost: string; allowLocalModels: boolean };
  readonly AutoTokenizer: { from_pretrained(id: string, options: object): Promise<unknown> };
  readonly AutoModel: { from_pretrained(id: string, options: object): Promise<{ dispose(): Promise<unknown> }> };
}

export async function download({ model, into, library, hub }: FetchParams, onDownload: (download: Download) => void): Promise<void> {
  const { env, AutoTokenizer, AutoModel } = (await import(pathToFileURL(library).href)) as Transformers;
  env.cacheDir = into;
  env.allowLocalModels = false;
  if (hub) env.remoteHost = hub.endsWith("/") ? hub : `${hub}/`;
  const progress_callback = ({ status, loaded, total, file }: { status: string } & Download) => {
    if (status === "progress") onDownload({ loaded, total, file });
  };
  await AutoTokenizer.from_pretrained(model, { progress_callback });
  await (await AutoModel.from_pretrained(model, { progress_callback, dtype: "fp32", device: "cpu" })).dispose(); // only its files are wanted
}
