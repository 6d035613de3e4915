/** Reading a tensor takes time, and a training traces the same names in every step: only some of those are read. */
const ALWAYS = 32;
const PERIOD_MS = 250;

const now = performance.now.bind(performance); // the program's own, were it replaced

/** Of one call, or of one run. */
export class Sampling {
  readonly #read = new Map<string, { count: number; at: number }>();

  /** The first of a name are, and from then on a few in a second. */
  isRead(name: string): boolean {
    const read = this.#read.get(name) ?? { count: 0, at: 0 };
    this.#read.set(name, read);
    if (read.count >= ALWAYS && now() - read.at < PERIOD_MS) return false;
    read.count++;
    read.at = now();
    return true;
  }
}
