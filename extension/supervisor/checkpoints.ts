/** The checkpoints of an attempt: files in its folder, replaced in one step. The runtime that asks for them runs learner code. */
import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { CHECKPOINTS, OWN_FOLDER } from "../exercise/scaffold.ts";
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
 * Answers the process's requests until its run ends.
 * @param root the attempt's folder
 * @returns to be called at the end: takes away what was not saved whole
 */
export function serveCheckpoints(connection: MessageConnection, root: string): () => Promise<void> {
  const unfinished = new Set<string>();
  /** One after the other: the end of a run waits for what is being written, or it would come back. */
  let writing: Promise<void> = Promise.resolve();
  let ended = false;

  async function save({ name, data, last }: SavedPart): Promise<void> {
    if (ended) return;
    const file = fileOf(root, name);
    const part = `${file}.${process.pid}.part`;
    const begun = unfinished.has(part);
    unfinished.add(part);
    await mkdir(path.dirname(file), { recursive: true });
    await append(part, Buffer.from(data, "base64"), begun);
    if (!last) return;
    await rename(part, file);
    unfinished.delete(part);
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
    for (const part of unfinished) await rm(part, { force: true });
  };
}

function fileOf(root: string, name: string): string {
  if (!NAME.test(name)) throw new Error(`"${name}" is no name for a checkpoint: use letters, digits, ".", "_" and "-".`);
  if (!existsSync(path.join(root, OWN_FOLDER))) throw new Error("This run has no folder to keep checkpoints in: it is of no attempt.");
  return path.join(root, CHECKPOINTS, `${name}.safetensors`);
}

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
