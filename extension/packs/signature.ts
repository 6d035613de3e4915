/** Who made a pack: an ed25519 signature over the digests of all its files. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Files } from "./archive.ts";

export const SIGNATURE_FILE = "signature.json";

const signatureSchema = z.strictObject({
  format: z.literal(1),
  /** Public key: SPKI in DER, base64. */
  key: z.string(),
  /** base64 */
  signature: z.string(),
});

/** The maker of a pack, as told by a signature that is right. */
export interface Signer {
  readonly key: string;
  /** What people compare: the beginning of the key's sha256. */
  readonly fingerprint: string;
}

export interface KeyPair extends Signer {
  /** PKCS8 in PEM: stays with the instructor. */
  readonly privateKey: string;
}

export function generateKey(): KeyPair {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string, ...signerOf(createPublicKey(privateKey)) };
}

/** The file that is added to a pack's others. @throws {UserError} when the key is not one of ours */
export function signatureFor(files: Files, privateKey: string): Buffer {
  const key = readKey(privateKey);
  const { key: publicKey } = signerOf(createPublicKey(key));
  const signature = sign(null, contentsOf(files), key).toString("base64");
  return Buffer.from(`${JSON.stringify({ format: 1, key: publicKey, signature }, null, 2)}\n`);
}

/**
 * Who signed these files; undefined when nobody has.
 * @throws {UserError} when the signature is not that of these files: one was changed, added or taken away
 */
export function signerOfFiles(files: Files): Signer | undefined {
  const text = files.get(SIGNATURE_FILE)?.toString("utf8");
  if (text === undefined) return undefined;
  try {
    const { key, signature } = signatureSchema.parse(JSON.parse(text));
    const publicKey = createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" });
    if (publicKey.asymmetricKeyType === "ed25519" && verify(null, contentsOf(files), publicKey, Buffer.from(signature, "base64"))) return signerOf(publicKey);
  } catch (cause) {
    throw wrong(cause);
  }
  throw wrong();
}

/** One line for each file but the signature, in order of path. */
function contentsOf(files: Files): Buffer {
  const lines = [...files]
    .filter(([file]) => file !== SIGNATURE_FILE)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, content]) => JSON.stringify([file, content.length, createHash("sha256").update(content).digest("hex")]));
  return Buffer.from(`practicum pack 1\n${lines.join("\n")}\n`);
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Said below, without what the text held: it may be somebody's other key.
  }
  throw new UserError("The signing key is not an ed25519 private key.", "Make one with: practicum keygen");
}

function signerOf(publicKey: KeyObject): Signer {
  const der = publicKey.export({ type: "spki", format: "der" });
  const hex = createHash("sha256").update(der).digest("hex").slice(0, 16);
  return { key: der.toString("base64"), fingerprint: hex.replace(/(.{4})(?=.)/g, "$1 ") };
}

const wrong = (cause?: unknown): UserError =>
  new UserError(
    "The pack's signature is not that of its files: something was changed after it was signed.",
    "Do not use it. Ask its author for the original.",
    {
      cause,
    },
  );
