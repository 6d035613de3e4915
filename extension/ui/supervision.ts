/** The supervisor with the settings of the moment: another value of one of `OF_SUPERVISOR` is another supervisor. Starts nothing by itself. */
import * as vscode from "vscode";
import type { Exercise } from "../exercise/model.ts";
import type { GradeRequest, RunRequest, Supervisor, SupervisorOptions } from "../supervisor/api.ts";
import { createSupervisor } from "../supervisor/supervisor.ts";
import { setting } from "./editor.ts";

export type Grader = Pick<Supervisor, "grade" | "warm">;
export type Runner = Pick<Supervisor, "run">;

const OF_SUPERVISOR = ["practicum.node", "practicum.backend", "practicum.executionProvider"] as const;

export class Supervision implements Grader, Runner, vscode.Disposable {
  readonly #options: Omit<SupervisorOptions, "node">;
  readonly #subscription: vscode.Disposable;
  #supervisor: Supervisor | undefined;

  constructor(options: Omit<SupervisorOptions, "node">) {
    this.#options = options;
    this.#subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (OF_SUPERVISOR.some((name) => change.affectsConfiguration(name))) void this.restart();
    });
  }

  grade = (request: GradeRequest) => this.#get().grade(request);
  run = (request: RunRequest) => this.#get().run(request);
  warm = (exercise: Exercise, corpus: string | undefined) => this.#get().warm(exercise, corpus);

  get current(): Supervisor {
    return this.#get();
  }

  get supervisor(): Supervisor {
    return this.#get();
  }

  /** The next that is asked gets a new supervisor. */
  restart = (): Promise<void> => this.#end();

  async dispose(): Promise<void> {
    this.#subscription.dispose();
    await this.#end();
  }

  #get(): Supervisor {
    const [node, backend, executionProvider] = [setting("practicum.node"), setting("practicum.backend"), setting("practicum.executionProvider")];
    this.#supervisor ??= createSupervisor({
      ...this.#options,
      ...(node && { node }),
      ...(backend !== "auto" && { backend }),
      ...(executionProvider !== "auto" && { executionProvider }),
    });
    return this.#supervisor;
  }

  async #end(): Promise<void> {
    const supervisor = this.#supervisor;
    this.#supervisor = undefined;
    await supervisor?.dispose();
  }
}
