/** A learner's progress on disk, in the folder that holds the attempts: editor and command line share it. */
import { readFileSync } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { emptyProgress, type Progress, parseProgress } from "../exercise/progress.ts";
import { PROGRESS } from "../exercise/scaffold.ts";

/** Whoever holds the lock needs milliseconds. One that a killed program has left is taken over; whoever was only asleep writes a whole file all the same. */
const LOCK = { realpath: false, stale: 5000, onCompromised: () => {} } as const;
const WAIT_MS = 5;

export class ProgressFile {
  readonly path: string;
  /** One change at a time: each is made to what the one before has written. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder the learner's, which holds the attempts */
  constructor(folder: string) {
    this.path = path.join(folder, PROGRESS);
  }

  /** What is kept; nothing yet where there is no file, or none that can be read. */
  read(): Progress {
    return this.#parsed() ?? emptyProgress();
  }

  /** Changes what is on disk now; another program that changes it at this moment waits, or is waited for. @returns what is written */
  update(change: (progress: Progress) => Progress): Promise<Progress> {
    const writing = this.#last.then(() => this.#update(change));
    this.#last = writing.catch(() => {}); // whoever asked for it is told
    return writing;
  }

  async #update(change: (progress: Progress) => Progress): Promise<Progress> {
    await mkdir(path.dirname(this.path), { recursive: true });
    const release = await locked(this.path);
    try {
      return await this.#write(change(this.read()));
    } finally {
      await release();
    }
  }

  async #write(progress: Progress): Promise<Progress> {
    if (this.#text() !== undefined && !this.#parsed()) await rename(this.path, `${this.path}.unreadable`); // rather than written over
    const whole = `${this.path}.${process.pid}`;
    await writeFile(whole, `${JSON.stringify(progress, null, 2)}\n`);
    await rename(whole, this.path); // a reader sees the old file or the new one, never half of one
    return progress;
  }

  #parsed(): Progress | undefined {
    try {
      return parseProgress(JSON.parse(this.#text() ?? ""));
    } catch {
      return undefined;
    }
  }

  #text(): string | undefined {
    try {
      return readFileSync(this.path, "utf8");
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
  }
}

async function locked(file: string): Promise<() => Promise<void>> {
  try {
    return await lock(file, LOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    await setTimeout(WAIT_MS);
    return locked(file);
  }
}

/** The learner's folder for who knows of no setting: the nearest one above that keeps progress, else the one that PRACTICUM_FOLDER names, else the usual one. */
export async function findLearnerFolder(from: string): Promise<string> {
  if (await stat(path.join(from, PROGRESS)).catch(() => undefined)) return from;
  const parent = path.dirname(from);
  return parent === from ? path.resolve(process.env.PRACTICUM_FOLDER || path.join(homedir(), "practicum")) : findLearnerFolder(parent);
}
