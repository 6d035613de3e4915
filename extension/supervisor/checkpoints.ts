/** The checkpoints of an attempt: files in its folder, replaced in one step. The runtime that asks for them runs learner code. */
import { existsSync } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { CHECKPOINTS, OWN_FOLDER } from "../exercise/scaffold.ts";
import { BOUNDS, shortened } from "../protocol/bounds.ts";
import {
  CHECKPOINT_PART,
  type CheckpointPart,
  LoadCheckpointRequest,
  RemoveCheckpointRequest,
  SaveCheckpointRequest,
  type SavedPart,
} from "../protocol/runtime.ts";
import { writeProblem } from "./files/problems.ts";
import { openPlain } from "./files/read.ts";

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/**
 * Answers the process's requests until its run ends. What is beyond a bound is refused, and nothing of it stays.
 * @param root the attempt's folder
 * @returns to be called at the end: takes away what was not saved whole
 */
export function serveCheckpoints(connection: MessageConnection, root: string): () => Promise<void> {
  /** Part -> its bytes so far. */
  const unfinished = new Map<string, number>();
  /** One after the other: the end of a run waits for what is being written, or it would come back. */
  let writing: Promise<void> = Promise.resolve();
  let ended = false;

  async function save({ name, data, last }: SavedPart): Promise<void> {
    if (ended) return;
    const file = fileOf(root, name);
    const part = `${file}.${process.pid}.part`;
    const bytes = Buffer.from(data, "base64");
    const before = unfinished.get(part);
    try {
      await requireRoom(file, (before ?? 0) + bytes.length, unfinished);
      unfinished.set(part, (before ?? 0) + bytes.length);
      await mkdir(path.dirname(file), { recursive: true });
      await append(part, bytes, before !== undefined);
      if (last) await rename(part, file);
    } catch (error) {
      unfinished.delete(part);
      await rm(part, { force: true });
      throw error;
    }
    if (last) unfinished.delete(part);
  }

  connection.onRequest(SaveCheckpointRequest, async (saved) => {
    const written = writing
      .then(() => save(saved))
      .catch((error: unknown) => {
        throw writeProblem(error, `The checkpoint "${saved.name}"`);
      });
    writing = written.catch(() => {}); // whoever asked for it is told
    await written;
    return null;
  });
  connection.onRequest(LoadCheckpointRequest, ({ name, offset }) => partOf(fileOf(root, name), offset));
  connection.onRequest(RemoveCheckpointRequest, async ({ name }) => {
    await rm(fileOf(root, name), { force: true });
    return null;
  });
  return async () => {
    ended = true;
    await writing;
    for (const part of unfinished.keys()) await rm(part, { force: true });
  };
}

function fileOf(root: string, name: string): string {
  if (!NAME.test(name)) throw new Error(`"${shortened(String(name), 80)}" is no name for a checkpoint: use letters, digits, ".", "_" and "-", 64 at most.`);
  if (!existsSync(path.join(root, OWN_FOLDER))) throw new Error("This run has no folder to keep checkpoints in: it is of no attempt.");
  return path.join(root, CHECKPOINTS, `${name}.safetensors`);
}

/**
 * @param bytes of the new file, as far as it is known; the old one of its name stays until then
 * @throws {Error} where it is too large, or all together are, or too many
 */
async function requireRoom(file: string, bytes: number, unfinished: ReadonlyMap<string, number>): Promise<void> {
  const name = path.basename(file, ".safetensors");
  if (bytes > BOUNDS.checkpointBytes)
    throw new Error(`The checkpoint "${name}" is larger than ${mib(BOUNDS.checkpointBytes)} MiB, the most that one may have.`);
  const kept = await sizesIn(path.dirname(file));
  const [others, old] = [new Map([...kept].filter(([other]) => !other.endsWith(".part"))), kept.get(path.basename(file))];
  const beside = [...unfinished].filter(([part]) => !part.startsWith(`${file}.`));
  if (old === undefined && others.size + beside.length >= BOUNDS.checkpoints)
    throw new Error(`This attempt has ${BOUNDS.checkpoints} checkpoints, the most that it may have: \`checkpoint.remove\` removes one.`);
  const begun = beside.reduce((sum, [, size]) => sum + size, bytes);
  const all = [...others.values()].reduce((sum, size) => sum + size, begun);
  if (all > BOUNDS.checkpointsBytes)
    throw new Error(
      `With "${name}" the checkpoints of this attempt would have more than ${mib(BOUNDS.checkpointsBytes)} MiB: keep fewer, or remove some from ${CHECKPOINTS}.`,
    );
}

/** Files of the folder with their bytes; none where there is no folder yet. */
async function sizesIn(folder: string): Promise<Map<string, number>> {
  if (!existsSync(folder)) return new Map();
  const files = await readdir(folder);
  const found = await Promise.all(files.map((file) => lstat(path.join(folder, file)).catch(() => undefined))); // another run may take its own away
  return new Map(files.flatMap((file, i) => (found[i] ? [[file, found[i].size] as const] : [])));
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toLocaleString("en");

/** On the disk when it resolves: after a crash, the file that `rename` makes visible is whole. */
async function append(file: string, bytes: Buffer, begun: boolean): Promise<void> {
  const handle = await open(file, begun ? "a" : "w");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function partOf(file: string, offset: number): Promise<CheckpointPart | null> {
  const handle = await openPlain(file);
  if (!handle) return null;
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(CHECKPOINT_PART, Math.max(0, size - offset)));
    await handle.read(bytes, 0, bytes.length, offset);
    return { data: bytes.toString("base64"), last: offset + bytes.length >= size };
  } finally {
    await handle.close();
  }
}
