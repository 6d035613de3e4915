/** A training that goes on where it was after an interruption, with its curves: what `run.ts` of a long run hands to a training loop. */
import type { Checkpointable, Note } from "./checkpoint.ts";
import { checkpointFile } from "./session.ts";
import { trace } from "./trace.ts";

export interface TrainingPlan {
  /** Of the whole training, those before an interruption included. */
  readonly steps: number;
  /** Seconds between two checkpoints: what an interruption costs. `Infinity`: nothing is kept. */
  readonly keepEvery: number;
}

type Values = Readonly<Record<string, number>>;

/** The parts of `checkpoint` that a training needs. */
interface Keeper {
  save(name: string, weights: Checkpointable, note: Note): Promise<void>;
  restore(name: string, weights: Checkpointable): Promise<Note | undefined>;
  remove(name: string): Promise<void>;
}

export class Training {
  readonly #name: string;
  readonly #plan: TrainingPlan;
  readonly #keeper: Keeper;
  #state: Checkpointable | undefined;
  #curves: [step: number, values: Values][] = [];
  #done = 0;
  #keptAt = 0;

  constructor(name: string, plan: TrainingPlan, keeper: Keeper) {
    this.#name = name;
    this.#plan = plan;
    this.#keeper = keeper;
  }

  /**
   * For `onStart`: puts back what an interrupted run has kept, and draws the curves so far.
   * @param state weights and optimizer, which the training changes in place
   * @returns how many steps are done
   */
  readonly start = async (state: object): Promise<number> => {
    this.#state = state as Checkpointable;
    this.#keptAt = performance.now();
    const note = this.#keeps ? await this.#keeper.restore(this.#name, this.#state) : undefined;
    if (!note) return 0;
    for (const [step, values] of JSON.parse(String(note.curves ?? "[]")) as [number, Values][]) this.log(values, step);
    this.#done = Number(note.step);
    const reached = this.#done === this.#plan.steps ? "was finished in an earlier run" : `goes on after step ${this.#done} of ${this.#plan.steps}`;
    this.#tell(`${reached} (to begin anew, delete ${checkpointFile(this.#name)})`);
    return this.#done;
  };

  /** `trace.log` of points that are drawn again when the training goes on. */
  log(values: Values, step: number): void {
    trace.log(values, step);
    if (this.#keeps) this.#curves.push([step, values]);
  }

  /** For `onStep`, after what it logs: a checkpoint, where it is time for one. @throws {Error} where a step was left out or told twice */
  async after(step: number): Promise<void> {
    if (step !== this.#done + 1)
      throw new Error(`${this.#name}: told of step ${step} where step ${this.#done + 1} was to come. Await onStep, or onIteration, once after each.`);
    this.#done = step;
    if (!this.#keeps) return;
    if (!this.#state) {
      if (step === 1) this.#tell("nothing is kept for a later run, as onStart was not awaited before the first step");
    } else if (step === this.#plan.steps || performance.now() - this.#keptAt >= this.#plan.keepEvery * 1000) {
      await this.#keeper.save(this.#name, this.#state, { step, curves: JSON.stringify(this.#curves, named) });
      this.#keptAt = performance.now();
    }
  }

  /** After the training. @throws {Error} where steps are missing */
  end(): void {
    const { steps } = this.#plan;
    if (this.#done !== steps) throw new Error(`${this.#name}: ended after ${this.#done} of ${steps} steps, counted by the calls of onStep or onIteration.`);
  }

  /** For the end of a run: the next one begins anew. */
  async forget(): Promise<void> {
    if (this.#keeps) await this.#keeper.remove(this.#name);
  }

  get #keeps(): boolean {
    return this.#plan.keepEvery < Infinity;
  }

  #tell(what: string): void {
    console.log(`${this.#name}: ${what}`);
  }
}

/** JSON has no NaN and no infinities, which a curve may well have: their names, which `trace.log` reads as numbers again. */
const named = (_: string, value: unknown): unknown => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);
