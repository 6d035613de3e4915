/** An instructor who signs and publishes a tiny pack, and learners who install it. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before } from "mocha";
import { UserError } from "../../extension/errors.ts";
import type { Pack } from "../../extension/exercise/model.ts";
import { type Packed, pack, publish } from "../../extension/packs/publish.ts";
import { fetchPack, type RegistryOptions } from "../../extension/packs/registry.ts";
import { type Candidate, Shelf } from "../../extension/packs/shelf.ts";
import { generateKey } from "../../extension/packs/signature.ts";
import type { Acceptance } from "../../extension/packs/succession.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { dist, tinyExercise } from "../processes/tinyPack.ts";
import { type Registry, startRegistry, userOf } from "./registry.ts";

/** Of the tiny pack's package. */
export const NAME = "practicum-pack-tiny";
/** The instructor's. */
export const key = generateKey();
export const keys = { signing: key.privateKey };

interface TinyRegistry {
  readonly registry: Registry;
  readonly instructor: RegistryOptions;
  readonly learner: RegistryOptions;
}

/** A registry that has version 1.0.0 of the tiny pack, for the tests of one `describe`. */
export function useTinyRegistry(): TinyRegistry {
  const at = {} as { -readonly [part in keyof TinyRegistry]: TinyRegistry[part] };
  before(async () => {
    at.registry = await startRegistry();
    at.instructor = { dist, cwd: await userOf(at.registry, "ada") };
    at.learner = { dist, cwd: await userOf(at.registry) };
    await publish(await packed("1.0.0"), at.instructor);
  });
  after(() => at.registry.stop());
  return at;
}

/** The folder of a tiny pack of that version. @param changes files of its exercise to add or replace */
export async function tinyPack(version: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = path.dirname((await tinyExercise(changes)).folder);
  await changeJson(path.join(root, "pack.json"), { version });
  return root;
}

export async function changeJson(file: string, changes: object): Promise<void> {
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...changes }));
}

/** As it is published. */
export const packed = async (version: string, options = { keys }, changes = {}): Promise<Packed> =>
  pack(await readPack(await tinyPack(version, changes)), options);

export const temporary = (): Promise<string> => mkdtemp(path.join(os.tmpdir(), "practicum-shelf-"));
export const shelf = async (): Promise<Shelf> => new Shelf(await temporary());

/** Installs as a learner does who trusts what is shown. */
export async function install(
  on: Shelf,
  spec: string,
  options: RegistryOptions = { dist },
  acceptance?: Acceptance,
): Promise<{ candidate: Candidate; pack: Pack }> {
  const candidate = await on.examine(await fetchPack(spec, options));
  return { candidate, pack: await on.install(candidate, acceptance) };
}

/** For `assert.rejects`: a sentence with its remedy. */
export const saying = (pattern: RegExp) => (error: unknown) => error instanceof UserError && pattern.test(`${error.message} ${error.remedy}`);
