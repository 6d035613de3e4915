/** The packs that are there, read when first asked for. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Exercise, Pack } from "../exercise/model.ts";
import { readPack } from "../supervisor/packStore.ts";

export class Library {
  readonly #folder: string;
  #packs: Promise<readonly Pack[]> | undefined;

  /** @param folder holds one folder per pack */
  constructor(folder: string) {
    this.#folder = folder;
  }

  packs(): Promise<readonly Pack[]> {
    this.#packs ??= readPacks(this.#folder);
    return this.#packs;
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
}

async function readPacks(folder: string): Promise<readonly Pack[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return Promise.all(entries.filter((entry) => entry.isDirectory()).map((entry) => readPack(path.join(folder, entry.name))));
}
