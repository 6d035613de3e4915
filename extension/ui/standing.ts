/**
 * Whether a verdict still stands: it belongs to the digest of the attempt that it is about, and that is compared with what is on disk. Every surface shows
 * what `verdict` says. Pure: no `vscode`.
 */
import type { Verdict } from "./verdict.ts";

/** An attempt as it is on disk. */
export type OnDisk =
  | { readonly digest: string }
  /** It can't be read. */
  | { readonly text: string; readonly reason: string };

const CHANGED = "Your files have changed since then. To grade what is there now, run the exercise or choose Grade All Checks Now.";

/** Of one exercise. */
export class Standing {
  #told: Verdict = { phase: "none" };
  /** What was told before the grade that is under way. */
  #before: Verdict = this.#told;
  #disk: OnDisk | undefined;
  /** Which reading of the disk `#disk` is: an older one that ends later tells nothing. */
  #reading = 0;
  /** The digest that needs no new grade: a grade has read it, or there was no grade yet when it was first seen. */
  #answered: string | undefined;
  /** A grade has been asked for, and has not read the attempt yet. */
  #unread = false;
  /** Digest of the attempt of the grade that progress remembers. */
  readonly #remembered: () => string | undefined;

  constructor(remembered: () => string | undefined) {
    this.#remembered = remembered;
  }

  get verdict(): Verdict {
    const [told, disk] = [this.#told, this.#disk];
    if (!disk || told.phase === "grading" || told.phase === "untrusted") return told;
    if ("reason" in disk) return { phase: "missing", ...disk };
    const graded = told.phase === "graded" ? told.grade.digests.attempt : told.phase === "none" ? this.#remembered() : undefined;
    if (graded === undefined || graded === disk.digest) return told;
    return { phase: "old", reason: CHANGED, ...(told.phase === "graded" && { grade: told.grade }) };
  }

  /** Something was graded, or is, since the window was opened. */
  get isKnown(): boolean {
    return this.#told.phase !== "none";
  }

  /** The digest on disk, where no grade has read it and none is about to. Each digest is due once, whatever becomes of its grade: nothing grades in circles. */
  get due(): string | undefined {
    if (this.#unread || !this.#disk || "reason" in this.#disk) return undefined;
    return this.#disk.digest === this.#answered ? undefined : this.#disk.digest;
  }

  tell(verdict: Verdict): void {
    if (this.#told.phase !== "grading") this.#before = this.#told;
    this.#told = verdict;
    this.#unread = verdict.phase === "grading";
  }

  /** The grade that was under way has found nothing to ask. */
  unread(): void {
    this.tell(this.#before);
  }

  /** A grade is of these bytes. */
  reads(digest: string): void {
    this.#unread = false;
    this.#answered = digest;
  }

  /** @param reading counts up with each reading that is begun */
  sees(disk: OnDisk, reading: number): void {
    if (reading < this.#reading) return;
    this.#reading = reading;
    this.#disk = disk;
    if ("digest" in disk) this.#answered ??= this.#remembered() ?? disk.digest;
  }

  /** What is on disk now asks for no grade. */
  accepts(): void {
    if (this.#disk && "digest" in this.#disk) this.#answered = this.#disk.digest;
  }
}
