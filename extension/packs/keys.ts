/** An instructor's keys: one signs packs, the other opens what is sealed in them. They stay in a folder of the instructor's own. */
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { BYTES } from "../supervisor/files/bounds.ts";
import { readText } from "../supervisor/files/read.ts";
import { makeFolder, writeNew } from "../supervisor/files/write.ts";
import { generateSealingKey, sealedFiles, unseal } from "./seal.ts";
import { generateKey } from "./signature.ts";

const SIGNING = "signing.pem";
const SEALING = "sealing.pem";

export interface Keys {
  readonly signing?: string;
  readonly sealing?: string;
}

/**
 * Makes both keys, readable by their owner only.
 * @returns the fingerprint that learners will see
 * @throws {UserError} when there are keys already: a lost key cannot be had back
 */
export async function makeKeys(folder: string): Promise<string> {
  const there = await readKeys(folder);
  if (there.signing ?? there.sealing)
    throw new UserError(`${folder} holds keys already.`, "Keep them: learners who have your packs know them. Or name another folder.");
  const { privateKey, fingerprint } = generateKey();
  await makeFolder(folder, 0o700);
  await writeNew(path.join(folder, SIGNING), privateKey, 0o600);
  await writeNew(path.join(folder, SEALING), generateSealingKey().privateKey, 0o600);
  return fingerprint;
}

/** Those that are there. @throws {UserError} when the folder cannot be read */
export async function readKeys(folder: string): Promise<Keys> {
  const [signing, sealing] = await Promise.all([SIGNING, SEALING].map((file) => readText(path.join(folder, file), BYTES.key)));
  return { ...(signing !== undefined && { signing }), ...(sealing !== undefined && { sealing }) };
}

/**
 * The exercise as its instructor grades it: with all that was sealed in it.
 * @param folder of the instructor's keys
 * @throws {UserError} where a file stays closed: a grade without what is in it is none
 */
export async function openSealed(exercise: Exercise, folder: string): Promise<Exercise> {
  const { length } = sealedFiles(exercise);
  return length === 0
    ? exercise
    : unseal(exercise, await sealingKey(folder, `${length === 1 ? "a sealed file" : `${length} sealed files`} of ${exercise.title}`));
}

/** @param opens what for, in words @throws {UserError} when there is none */
export async function sealingKey(folder: string, opens: string): Promise<string> {
  const { sealing } = await readKeys(folder);
  if (sealing !== undefined) return sealing;
  throw new UserError(
    `Not graded: there is no key in ${folder} that opens ${opens}.`,
    "Name the folder of your keys with --keys: those that the pack was published with.",
  );
}
