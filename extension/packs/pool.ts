/** So many works at a time; of those that wait, the most urgent begins first. */
export class Pool {
  #free: number;
  readonly #waiting: { readonly urgency: number; readonly begin: () => void }[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  async run<T>(urgency: number, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((begin) => this.#waiting.push({ urgency, begin }));
    try {
      return await work();
    } finally {
      const next = this.#waiting.sort((a, b) => b.urgency - a.urgency).shift();
      if (next) next.begin();
      else this.#free++;
    }
  }
}
