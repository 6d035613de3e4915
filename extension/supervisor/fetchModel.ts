/** Fetches a model of the hub into the folder where models are kept, by a process that has nothing else. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { type Download, DownloadNotification, FetchRequest } from "../protocol/pretrained.ts";
import { MODEL_FILES } from "./modelFiles.ts";
import type { Process } from "./process.ts";

export interface Fetching {
  /** @param readable folders that it reads @param writable folders that it writes */
  readonly start: (program: "fetch", readable: readonly string[], writable: readonly string[]) => Process;
  /** Folders in whose node_modules `@huggingface/transformers` may be. */
  readonly folders: readonly string[];
  readonly cache: string;
  readonly onDownload: (download: Download) => void;
}

/** Of all files of a model together. */
const MOST_BYTES = 4 * 2 ** 30;

/**
 * All or nothing: what was fetched in part is not taken for a model.
 * @param model an id of the hub
 * @throws {UserError} when the hub's library is not installed, or the model is too large
 */
export async function fetchModel(model: string, { start, folders, cache, onDownload }: Fetching): Promise<void> {
  const library = libraryIn(folders);
  if (!library) {
    const install = `npm install --prefix "${path.dirname(cache)}" @huggingface/transformers`;
    throw new UserError(`"${model}" is a model of the Hugging Face hub, and what fetches it is not installed.`, `Install it once: ${install}`);
  }
  const into = path.join(cache, `.fetching-${randomUUID()}`);
  await mkdir(into, { recursive: true });
  let fetching: Process | undefined;
  let tooLarge = false;
  try {
    fetching = start("fetch", [library.folder], [into]);
    await fetching.ready;
    const loaded = new Map<string, number>();
    fetching.connection.onNotification(DownloadNotification, (part) => {
      loaded.set(String(part.file), Number(part.loaded));
      tooLarge ||= [...loaded.values()].reduce((sum, bytes) => sum + bytes, 0) > MOST_BYTES;
      if (tooLarge) fetching?.kill();
      else onDownload(part);
    });
    const hub = process.env.HF_ENDPOINT; // a mirror, as for the hub's own tools
    await fetching.ask((c) => c.sendRequest(FetchRequest, { model, into, library: library.main, ...(hub && { hub }) }));
    for (const file of MODEL_FILES) await keep(path.join(into, model, file), path.join(cache, model, file)); // the graph last: it says that all is there
  } catch (error) {
    if (tooLarge) throw new UserError(`"${model}" is larger than ${MOST_BYTES / 2 ** 30} GiB.`, "Choose a smaller model.");
    if (error instanceof UserError) throw error;
    const why = messageOf(error).replace(/[.\s]+$/, "");
    throw new UserError(`"${model}" could not be fetched: ${why}.`, "Look at its id and at your connection, and try again.", { cause: error });
  } finally {
    fetching?.kill();
    await fetching?.ended;
    await rm(into, { recursive: true, force: true });
  }
}

async function keep(fetched: string, kept: string): Promise<void> {
  await mkdir(path.dirname(kept), { recursive: true });
  await rename(fetched, kept).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
    throw new UserError(`The model that was fetched has no ${path.basename(kept)}.`, "Choose a model with a tokenizer and an ONNX graph.", { cause });
  });
}

function libraryIn(folders: readonly string[]): { readonly main: string; readonly folder: string } | undefined {
  for (const folder of folders) {
    try {
      return { main: createRequire(path.join(folder, "_.js")).resolve("@huggingface/transformers"), folder: path.join(folder, "node_modules") };
    } catch {
      // not in this one
    }
  }
  return undefined;
}
