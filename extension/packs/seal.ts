/**
 * Sealed files: encrypted in the published pack, readable where the instructor's key is. A file is sealed by its name: `final.sealed.check.ts`,
 * `answers.sealed.onnx`. An ephemeral X25519 key agrees with the instructor's on a secret, HKDF-SHA256 makes a key of it, AES-256-GCM encrypts.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import type { Files } from "./archive.ts";

/** Suffix of what a sealed file becomes. */
const SEALED = ".sealed";

/** Bytes: a shorter one could be guessed. */
const TAG = 16;

const envelopeSchema = z.strictObject({ format: z.literal(1), ephemeral: z.string(), iv: z.string(), tag: z.string(), text: z.string() });

export function generateSealingKey(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  return { privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string, publicKey: derOf(publicKey).toString("base64") };
}

/** The public half of a sealing key. */
export const publicSealingKey = (privateKey: string): string => derOf(createPublicKey(readKey(privateKey))).toString("base64");

const isToBeSealed = (file: string): boolean => /\.sealed\.[^/]+$/.test(file);

/** Files whose name asks for it, encrypted; all others as they are. @param publicKey absent: there must be none */
export function seal(files: Files, pack: { readonly id: string; readonly version: string }, publicKey: string | undefined): Files {
  return new Map(
    [...files].map(([file, content]) => {
      if (!isToBeSealed(file)) return [file, content];
      if (publicKey === undefined) throw new UserError(`${file} is to be sealed, and there is no key for it.`, "Make one with: practicum keygen");
      return [`${file}${SEALED}`, encrypt(content, `${pack.id}@${pack.version}/${file}`, publicKey)];
    }),
  );
}

/** A file that would be published as it is, and that names a check which is to be sealed: a proof's page does. */
export function betrayal(files: Files): { readonly file: string; readonly title: string } | undefined {
  const all = [...files].map(([file, content]) => ({ file, text: content.toString("utf8") }));
  const sealed = all.filter(({ file }) => isToBeSealed(file) && file.endsWith(".check.ts"));
  const titles = sealed.flatMap(({ text }) => Array.from(text.matchAll(/\bcheck(?:<\w+>)?\(\s*"([^"]+)"/g), ([, title]) => title as string));
  const open = all.filter(({ file }) => !isToBeSealed(file));
  return open.flatMap(({ file, text }) => titles.filter((title) => text.includes(title)).map((title) => ({ file, title })))[0];
}

/** Files of the exercise that are closed here. */
export const sealedFiles = ({ binaries }: Exercise): readonly string[] => Object.keys(binaries).filter((file) => file.endsWith(SEALED));

/** Number of sealed files of checks that this exercise has and that cannot be asked here. */
export const sealedChecks = (exercise: Exercise): number => sealedFiles(exercise).filter((file) => file.endsWith(`.check.ts${SEALED}`)).length;

/**
 * The exercise with what was sealed in it.
 * @throws {UserError} when the key is not the one it was sealed for, or the file was changed
 */
export function unseal(exercise: Exercise, privateKey: string): Exercise {
  const { id, version } = exercise.pack;
  const files: Record<string, string> = { ...exercise.files };
  const binaries: Record<string, string> = {};
  for (const [file, content] of Object.entries(exercise.binaries)) {
    if (!file.endsWith(SEALED)) binaries[file] = content;
    else {
      const name = file.slice(0, -SEALED.length);
      const text = decrypt(Buffer.from(content, "base64"), `${id}@${version}/${exercise.slug}/${name}`, privateKey);
      if (name.endsWith(".ts")) files[name] = text.toString("utf8");
      else binaries[name] = text.toString("base64");
    }
  }
  return { ...exercise, files, binaries };
}

/** @param place pack, version and path: a sealed file is of no use in another place */
function encrypt(content: Buffer, place: string, publicKey: string): Buffer {
  const recipient = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
  const ephemeral = generateKeyPairSync("x25519");
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyFor(ephemeral.privateKey, recipient), iv).setAAD(Buffer.from(place));
  const text = Buffer.concat([cipher.update(content), cipher.final()]);
  const envelope = { ephemeral: derOf(ephemeral.publicKey), iv, tag: cipher.getAuthTag(), text };
  const parts = Object.entries(envelope).map(([name, bytes]) => [name, bytes.toString("base64")]);
  return Buffer.from(JSON.stringify({ format: 1, ...Object.fromEntries(parts) }));
}

function decrypt(envelope: Buffer, place: string, privateKey: string): Buffer {
  const key = readKey(privateKey);
  try {
    const { ephemeral, iv, tag, text } = envelopeSchema.parse(JSON.parse(envelope.toString("utf8")));
    const bytes = (part: string): Buffer => Buffer.from(part, "base64");
    const sender = createPublicKey({ key: bytes(ephemeral), format: "der", type: "spki" });
    const decipher = createDecipheriv("aes-256-gcm", keyFor(key, sender), bytes(iv), { authTagLength: TAG }).setAAD(Buffer.from(place)).setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(text)), decipher.final()]);
  } catch (cause) {
    throw new UserError(
      `${place} cannot be unsealed with this key.`,
      "Use the key that the pack was published with; if it is that one, the pack was changed.",
      {
        cause,
      },
    );
  }
}

function keyFor(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  return Buffer.from(hkdfSync("sha256", diffieHellman({ privateKey, publicKey }), Buffer.alloc(0), "practicum sealed file 1", 32));
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "x25519") return key;
  } catch {
    // Said below, without what the text held: it may be somebody's other key.
  }
  throw new UserError("The sealing key is not an X25519 private key.", "Make one with: practicum keygen");
}

const derOf = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });
