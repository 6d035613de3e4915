/** A learner's progress on disk, in the folder that holds the attempts: editor and command line share it. */
import { randomUUID } from "node:crypto";
import { lstat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { UserError } from "../errors.ts";
import { emptyProgress, type Progress } from "../exercise/progress.ts";
import { type Salvaged, salvaged } from "../exercise/salvage.ts";
import { PROGRESS } from "../exercise/scaffold.ts";
import { BYTES, sizeText } from "./files/bounds.ts";
import { writeProblem } from "./files/problems.ts";
import { readBytesSync, TooLarge } from "./files/read.ts";
import { anyText } from "./files/text.ts";
import { makeFolder, writeWhole } from "./files/write.ts";

/** Whoever holds the lock needs milliseconds. One that a killed program has left is taken over; whoever was only asleep writes a whole file all the same. */
const LOCK = { realpath: false, stale: 5000, onCompromised: () => {} } as const;
const WAIT_MS = 5;
/** Longer than a lock that was left lasts. */
const MOST_WAIT_MS = 15_000;

/** `refusal`: it cannot be read, and is not ours to replace. */
type Loaded = Salvaged & { readonly refusal?: UserError };

export class ProgressFile {
  readonly path: string;
  readonly #tell: (problem: UserError) => void;
  readonly #told = new Set<string>();
  /** One change at a time: each is made to what the one before has written. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder the learner's, which holds the attempts @param tell hears once of what could not be read */
  constructor(folder: string, tell: (problem: UserError) => void = () => {}) {
    this.path = path.join(folder, PROGRESS);
    this.#tell = tell;
  }

  /** What is kept, as far as it can be read; nothing yet where there is no file. */
  read(): Progress {
    const { progress, refusal } = this.#load();
    if (refusal) this.#tellOnce(new UserError(`Your progress cannot be read. ${refusal.message}`, refusal.remedy));
    return progress;
  }

  /** As `read`; what is damaged is set aside, and what could be saved of it takes its place. */
  async mended(): Promise<Progress> {
    const { lost, refusal } = this.#load();
    if (lost.length === 0 || refusal) return this.read();
    return this.update((progress) => progress).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      this.#tellOnce(error);
      return this.read();
    });
  }

  /**
   * Changes what is on disk now; another program that changes it at this moment waits, or is waited for.
   * @returns what is written
   * @throws {UserError} when it cannot be kept
   */
  update(change: (progress: Progress) => Progress): Promise<Progress> {
    const writing = this.#last.then(() => this.#update(change));
    this.#last = writing.catch(() => {}); // whoever asked for it is told
    return writing;
  }

  async #update(change: (progress: Progress) => Progress): Promise<Progress> {
    await makeFolder(path.dirname(this.path));
    const release = await locked(this.path);
    try {
      const loaded = this.#load();
      if (loaded.refusal) throw loaded.refusal;
      return await this.#write(change(loaded.progress), loaded.lost);
    } finally {
      await release();
    }
  }

  async #write(progress: Progress, lost: readonly string[]): Promise<Progress> {
    const keep = lost.length > 0 ? `.unreadable-${new Date().toISOString().replaceAll(":", "-")}-${randomUUID().slice(0, 4)}` : undefined;
    const copy = await writeWhole(this.path, `${JSON.stringify(progress, null, 2)}\n`, { ...(keep && { keep }) });
    if (copy) this.#tell(damaged(this.path, lost, copy));
    return progress;
  }

  #load(): Loaded {
    try {
      const bytes = readBytesSync(this.path, BYTES.progress);
      return bytes ? salvaged(anyText(bytes)) : { progress: emptyProgress(), lost: [] };
    } catch (error) {
      if (error instanceof TooLarge) return { progress: emptyProgress(), lost: [`all of it (it was larger than ${sizeText(BYTES.progress)})`] };
      if (!(error instanceof UserError)) throw error;
      return { progress: emptyProgress(), lost: [], refusal: error };
    }
  }

  #tellOnce(problem: UserError): void {
    if (this.#told.has(problem.message)) return;
    this.#told.add(problem.message);
    this.#tell(problem);
  }
}

/** Of hundreds of exercises the first few say enough. */
const damaged = (file: string, lost: readonly string[], copy: string): UserError =>
  new UserError(
    `Your progress in ${file} could not be read whole. Lost: ${lost.slice(0, 5).join(", ")}${lost.length > 5 ? ` and ${lost.length - 5} more` : ""}. Everything else was saved.`,
    `The file as it was is kept: ${copy}`,
  );

/** @throws {UserError} when it cannot be locked */
async function locked(file: string): Promise<() => Promise<void>> {
  const started = performance.now();
  for (;;) {
    try {
      return await lock(file, LOCK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const isLocked = code === "ELOCKED";
      if (!isLocked && code !== "ENOTDIR" && code !== "ENOTEMPTY") throw writeProblem(error, file);
      if (!isLocked || performance.now() - started > MOST_WAIT_MS) throw isLockedFor(file, error);
    }
    await setTimeout(WAIT_MS);
  }
}

const isLockedFor = (file: string, cause: unknown): UserError =>
  new UserError(`${file} is locked by another program.`, `Close other windows and programs that use Practicum. Where none is left, delete ${file}.lock`, {
    cause,
  });

/** The learner's folder for who knows of no setting: the nearest one above that keeps progress, else the one that PRACTICUM_FOLDER names, else the usual one. */
export async function findLearnerFolder(from: string): Promise<string> {
  if (await lstat(path.join(from, PROGRESS)).catch(() => undefined)) return from; // also where it is a link that leads nowhere: that is told
  const parent = path.dirname(from);
  return parent === from ? path.resolve(process.env.PRACTICUM_FOLDER || path.join(homedir(), "practicum")) : findLearnerFolder(parent);
}
