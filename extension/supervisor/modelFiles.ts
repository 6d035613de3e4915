/** Where a pretrained model is: shipped with the exercise, in a folder, or kept of those that the Hugging Face hub has. */
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import type { ModelParts, ModelSource } from "../protocol/pretrained.ts";

export interface Located {
  readonly source: ModelSource;
  /** What the program that computes reads: files by their real paths, and nothing beside them. */
  readonly readable: readonly string[];
}

/** As a model's folder has them, and the largest that each may be: two gigabytes is what an ONNX graph can be. */
const MIB = 2 ** 20;
const PARTS: Readonly<Record<keyof ModelParts, { readonly file: string; readonly most: number }>> = {
  tokenizer: { file: "tokenizer.json", most: 128 * MIB },
  tokenizerConfig: { file: "tokenizer_config.json", most: 16 * MIB },
  graph: { file: "onnx/model.onnx", most: 2048 * MIB - 1 },
};
export const MODEL_FILES: readonly string[] = Object.values(PARTS).map(({ file }) => file);

/** A model of the hub has an owner and a name; older ones a name only. As the hub's own rule, so that an id is never a way out of a folder. */
const HUB_ID = /^(?!.*(\.\.|--))(?=.{1,96}$)[a-z0-9]([\w.-]*\w)?(\/[a-z0-9]([\w.-]*\w)?)?$/i;

/**
 * Where the model's files are; "to fetch" for one of the hub that is not kept yet.
 * @param cache folder that models of the hub are kept in
 * @throws {UserError} when it is no model, or one whose files may not be used
 */
export async function locate(model: string, exercise: Pick<Exercise, "files" | "binaries">, cache: string): Promise<Located | "to fetch"> {
  const shipped = shippedModel(model, exercise);
  if (shipped) return shipped;
  if (path.isAbsolute(model)) return inFolder(path.normalize(model));
  if (!HUB_ID.test(model))
    throw new UserError(
      `${JSON.stringify(model.slice(0, 100))} is no model.`,
      "Name one of the exercise, a folder by its absolute path, or an id of the Hugging Face hub.",
    );
  const kept = path.join(cache, model);
  const isKept = await stat(path.join(kept, PARTS.graph.file)).then(
    () => true,
    () => false,
  );
  return isKept ? inFolder(kept, await realpath(cache)) : "to fetch";
}

function shippedModel(model: string, { files, binaries }: Pick<Exercise, "files" | "binaries">): Located | undefined {
  const at = (part: keyof ModelParts) => `pretrained/${model}/${PARTS[part].file}`;
  const own = (of: Readonly<Record<string, string>>, file: string) => (Object.hasOwn(of, file) ? of[file] : undefined);
  const graph = own(binaries, at("graph"));
  if (graph === undefined) return undefined;
  const [tokenizer = "{}", tokenizerConfig = "{}"] = [own(files, at("tokenizer")), own(files, at("tokenizerConfig"))];
  return { source: { kind: "shipped", tokenizer, tokenizerConfig, graph }, readable: [] };
}

/** @param within folder that the files have to lie in, wherever links lead */
async function inFolder(folder: string, within?: string): Promise<Located> {
  const readable: string[] = [];
  for (const { file, most } of Object.values(PARTS)) readable.push(await realFile(folder, file, most, within)); // the first that is wrong is told
  const [tokenizer, tokenizerConfig, graph] = readable as [string, string, string];
  return { source: { kind: "files", tokenizer, tokenizerConfig, graph }, readable };
}

async function realFile(folder: string, file: string, most: number, within?: string): Promise<string> {
  const named = path.join(folder, file);
  const real = await realpath(named).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR")
      throw new UserError(`${folder} has no ${file}: a model's folder is laid out as @huggingface/transformers has it.`, "Name such a folder.", { cause });
    throw new UserError(`${named} cannot be read (${cause.code}).`, "Look at its permissions and links, or name another folder.", { cause });
  });
  if (within !== undefined && !real.startsWith(within + path.sep))
    throw new UserError(`${named} is a link that leads out of ${within}.`, "Delete the model's folder there: it is fetched again.");
  const about = await stat(real);
  if (!about.isFile()) throw new UserError(`${named} is not a plain file.`, "Name a folder with the files of a model.");
  if (about.size > most) throw new UserError(`${named} is larger than ${Math.ceil(most / MIB)} MiB.`, "Choose a smaller model.");
  return real;
}
