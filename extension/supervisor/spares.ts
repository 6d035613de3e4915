/** Processes that are started before they are needed. Each is used once. */
import { Process, type ProcessOptions } from "./process.ts";
import type { ProgramName, Wanted } from "./programs.ts";

export class Spares {
  readonly #options: Omit<ProcessOptions, "program">;
  readonly #waiting = new Map<ProgramName, Process>();

  constructor(options: Omit<ProcessOptions, "program">) {
    this.#options = options;
  }

  /** A process of the program: the one that waits, or a new one. None waits with arguments or places of its own. */
  take(program: ProgramName, args?: readonly string[], places: Pick<Wanted, "readable" | "writable"> = {}): Process {
    if (args?.length || places.readable || places.writable) return new Process({ ...this.#options, ...places, program, args });
    const waiting = this.#waiting.get(program);
    this.#waiting.delete(program);
    return waiting?.running ? waiting : this.#start(program);
  }

  /** Starts what is not there yet; resolves when it waits. */
  async fill(programs: readonly ProgramName[]): Promise<void> {
    for (const program of programs) {
      if (!this.#waiting.get(program)?.running) this.#waiting.set(program, this.#start(program));
    }
    await Promise.all(programs.map((program) => this.#waiting.get(program)?.ready));
  }

  /** Nothing waits any more. */
  dispose(): void {
    for (const spare of this.#waiting.values()) spare.kill();
    this.#waiting.clear();
  }

  #start(program: ProgramName): Process {
    return new Process({ ...this.#options, program });
  }
}
