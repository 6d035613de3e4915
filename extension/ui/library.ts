/** The packs that are there, those that came with the extension first; read when first asked for. */
import path from "node:path";
import * as vscode from "vscode";
import { UserError } from "../errors.ts";
import type { Exercise, Pack } from "../exercise/model.ts";
import type { Shelf } from "../packs/shelf.ts";
import { readPacks } from "../supervisor/packStore.ts";
import type { Notify } from "./notify.ts";

export class Library implements vscode.Disposable {
  readonly shelf: Shelf;
  readonly #folder: string;
  readonly #notify: Notify;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #previews = new Map<string, Pack>();
  #packs: Promise<readonly Pack[]> | undefined;

  /** @param folder holds one folder per pack @param shelf those that were installed */
  constructor(folder: string, shelf: Shelf, notify: Notify) {
    this.#folder = folder;
    this.shelf = shelf;
    this.#notify = notify;
  }

  packs(): Promise<readonly Pack[]> {
    this.#packs ??= this.#read();
    return this.#packs;
  }

  /** Shows the pack of an instructor's folder as if it were installed, until the window closes. */
  preview(pack: Pack): void {
    this.#previews.set(pack.id, pack);
    this.refresh();
  }

  readonly isBuiltIn = (pack: Pack): boolean => path.dirname(pack.folder) === this.#folder;

  readonly isPreview = (pack: Pack): boolean => this.#previews.get(pack.id)?.folder === pack.folder;

  /** A pack was installed, updated or taken away. */
  refresh(): void {
    this.#packs = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async exercises(): Promise<readonly Exercise[]> {
    return (await this.packs()).flatMap((pack) => pack.exercises);
  }

  async find(id: string): Promise<Exercise | undefined> {
    return (await this.exercises()).find((exercise) => exercise.id === id);
  }

  /** @throws {UserError} when no pack has it */
  async get(id: string): Promise<Exercise> {
    const exercise = await this.find(id);
    if (!exercise) throw new UserError(`No installed pack has an exercise "${id}".`, "Open one from the Practicum view.");
    return exercise;
  }

  /** An installed pack that is damaged is told, and hides no other. */
  async #read(): Promise<readonly Pack[]> {
    const [builtIn, installed] = await Promise.all([readPacks(this.#folder), this.shelf.installed()]);
    const opened = await Promise.all(installed.map((pack) => this.#notify.guard(() => this.shelf.open(pack))));
    const all = [...builtIn, ...opened.filter((pack) => pack !== undefined)];
    return [...all.filter(({ id }) => !this.#previews.has(id)), ...this.#previews.values()];
  }
}
