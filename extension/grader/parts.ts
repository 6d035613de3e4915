/** Tells the supervisor what pack code is about to run, and what time it has: pack code may never return, and the supervisor keeps the clock. */
import type { MessageConnection } from "vscode-jsonrpc";
import { type CheckDefinition, definedChecks } from "../check/index.ts";
import { BOUNDS, shortened } from "../protocol/bounds.ts";
import { type Budget, PartNotification } from "../protocol/grader.ts";

export class Parts {
  readonly #connection: MessageConnection;
  readonly #files = new Map<CheckDefinition, string>();
  #questions = 0;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
  }

  /** Loads a file of checks. */
  async load(file: string, load: () => Promise<unknown>): Promise<void> {
    this.#begin(`The file ${file}`, BOUNDS.packSeconds);
    const before = definedChecks().length;
    await load();
    for (const definition of definedChecks().slice(before)) this.#files.set(definition, file);
  }

  /** What the check computes by itself. */
  check(definition: CheckDefinition): void {
    const title = shortened(definition.title, BOUNDS.nameChars);
    this.#begin(`The check "${title}" (${this.#files.get(definition) ?? "of another file"})`, packSecondsOf(definition));
  }

  /** A question of the check, and the time that its calls have together. */
  question(definition: CheckDefinition): Budget {
    this.check(definition);
    return this.budget(secondsOf(definition));
  }

  budget(seconds: number): Budget {
    return { question: ++this.#questions, seconds };
  }

  #begin(what: string, seconds: number): void {
    void this.#connection.sendNotification(PartNotification, { what, seconds }); // written at once: what follows may be a loop
  }
}

/** What an implementation has for all calls of one question. */
export const secondsOf = ({ timeout, when }: CheckDefinition): number => (timeout === undefined ? BOUNDS.checkSeconds[when] : timeout / 1000);

/** What the check has for what it computes by itself: no less than others, where it gives implementations less. */
export const packSecondsOf = (definition: CheckDefinition): number => Math.max(BOUNDS.packSeconds, secondsOf(definition));
