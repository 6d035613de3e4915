/** Reads attempts from disk, for a grade or only to know their digest, and lets the verdicts know what it saw. No `vscode`. */
import { access } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.ts";
import type { SourceTree } from "../protocol/runtime.ts";
import { readAttempt } from "../supervisor/attempt.ts";
import { digestOf } from "../supervisor/seeds.ts";
import type { Attempt } from "./attempts.ts";
import type { OnDisk } from "./standing.ts";
import type { Verdicts } from "./verdicts.ts";

/** An attempt could not be read: there is nothing to grade. */
export class UnreadAttempt extends UserError {}

export class Disk {
  readonly #verdicts: Pick<Verdicts, "sees" | "reads" | "accepts">;
  #readings = 0;

  constructor(verdicts: Pick<Verdicts, "sees" | "reads" | "accepts">) {
    this.#verdicts = verdicts;
  }

  /**
   * The attempt for a grade.
   * @throws {UnreadAttempt} when it can't be read
   */
  async read(attempt: Attempt, signal: AbortSignal): Promise<SourceTree> {
    const reading = ++this.#readings;
    try {
      const source = await readAttempt(attempt.exercise, attempt.folder);
      signal.throwIfAborted(); // a newer grade reads it anew
      this.#verdicts.sees(attempt, { digest: digestOf(source.files) }, reading);
      this.graded(attempt, source);
      return source;
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      this.#verdicts.sees(attempt, await unreadable(attempt, thrown), reading);
      throw new UnreadAttempt(thrown.message, thrown.remedy, { cause: thrown });
    }
  }

  /** A grade is of these files, whatever is on disk. */
  graded(attempt: Attempt, { files }: SourceTree): void {
    this.#verdicts.reads(attempt, digestOf(files));
  }

  /** Compares what is on disk with what was graded. */
  async look(attempt: Attempt): Promise<void> {
    const reading = ++this.#readings;
    const seen = await readAttempt(attempt.exercise, attempt.folder).then(
      ({ files }) => ({ digest: digestOf(files) }),
      (thrown: unknown) => unreadable(attempt, thrown),
    );
    this.#verdicts.sees(attempt, seen, reading);
  }

  /** What is on disk now was put there by us, and asks for no grade. */
  async accept(attempt: Attempt): Promise<void> {
    await this.look(attempt);
    this.#verdicts.accepts(attempt);
  }
}

async function unreadable({ exercise: { entry }, folder }: Attempt, thrown: unknown): Promise<OnDisk> {
  if (await isThere(path.join(folder, entry))) {
    const remedy = thrown instanceof UserError ? ` ${thrown.remedy}` : "";
    return { text: `${entry} can't be read`, reason: `${messageOf(thrown)}${remedy}` };
  }
  return { text: `${entry} is missing`, reason: `${entry} is missing from ${folder}. Put it back, or open the exercise again to start over with the starter.` };
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
