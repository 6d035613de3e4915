/** How a failure reaches a person: the only place that shows errors. A UserError is a sentence and a remedy; anything else is a bug and goes to the log. */
import * as vscode from "vscode";
import { messageOf, UserError } from "../errors.ts";
import { systemProblem } from "../supervisor/files/problems.ts";
import { complain } from "./say.ts";

/** A UserError whose remedy is one click away. */
export class OfferedError extends UserError {
  readonly offer: vscode.Command;
  constructor(sentence: string, remedy: string, offer: vscode.Command) {
    super(sentence, remedy);
    this.offer = offer;
  }
}

export class Notify {
  readonly log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.log = log;
  }

  /** Tells a person, and returns without waiting for the message to be closed. An aborted piece of work is no failure. */
  error(thrown: unknown): void {
    if (thrown instanceof Error && thrown.name === "AbortError") return;
    const failure = systemProblem(thrown);
    if (failure instanceof UserError) this.#explain(failure);
    else this.#bug(failure);
  }

  /** Runs it and tells a person what it throws. */
  async guard<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.error(thrown);
      return undefined;
    }
  }

  #explain(error: UserError): void {
    this.log.warn(`${error.message} ${error.remedy}`);
    const offer = error instanceof OfferedError ? error.offer : undefined;
    void this.#show(`${error.message} ${error.remedy}`, offer ? [offer] : []);
  }

  #bug(thrown: unknown): void {
    this.log.error(thrown instanceof Error ? thrown : String(thrown));
    void this.#show(`Practicum made a mistake: ${messageOf(thrown)}`, [{ title: "Show Log", command: "practicum.showLog" }]);
  }

  async #show(text: string, offers: readonly vscode.Command[]): Promise<void> {
    const chosen = await complain(text, offers);
    if (chosen) await vscode.commands.executeCommand(chosen.command, ...(chosen.arguments ?? []));
  }
}
