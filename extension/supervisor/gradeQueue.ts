/** Per key (an exercise), the newest work wins: an older one is aborted, and what stood between is never begun. Nothing newest is dropped. */

/** What becomes of work that newer work overtook. */
export const SUPERSEDED = Symbol("superseded");

export type Work<T> = (signal: AbortSignal) => Promise<T>;

interface Job<T> {
  readonly work: Work<T>;
  readonly settle: (result: T | typeof SUPERSEDED) => void;
  readonly fail: (thrown: unknown) => void;
}

interface Lane<T> {
  readonly abort: AbortController;
  next?: Job<T>;
}

export class GradeQueue<T> {
  readonly #lanes = new Map<string, Lane<T>>();

  /**
   * At most one work of a key is at work: the newest begins as soon as the older has let go.
   * @returns what the work gave, or SUPERSEDED when newer work of the key was asked for before it ended
   */
  submit(key: string, work: Work<T>): Promise<T | typeof SUPERSEDED> {
    return new Promise((settle, fail) => {
      const job = { work, settle, fail };
      const lane = this.#lanes.get(key);
      if (!lane) return this.#begin(key, job);
      lane.next?.settle(SUPERSEDED);
      lane.next = job;
      lane.abort.abort();
    });
  }

  /** Ends the key's work, whatever its age; it is then SUPERSEDED by nothing. */
  cancel(key: string): void {
    const lane = this.#lanes.get(key);
    lane?.next?.settle(SUPERSEDED);
    if (lane) delete lane.next;
    lane?.abort.abort();
  }

  /** Ends all work. */
  dispose(): void {
    for (const key of this.#lanes.keys()) this.cancel(key);
  }

  async #begin(key: string, job: Job<T>): Promise<void> {
    const lane: Lane<T> = { abort: new AbortController() };
    this.#lanes.set(key, lane);
    const { signal } = lane.abort;
    try {
      const result = await job.work(signal);
      job.settle(signal.aborted ? SUPERSEDED : result);
    } catch (thrown) {
      if (signal.aborted) job.settle(SUPERSEDED);
      else job.fail(thrown);
    }
    this.#lanes.delete(key);
    if (lane.next) this.#begin(key, lane.next);
  }
}
