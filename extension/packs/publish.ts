/** Publishes a pack: what was proven is sealed where it must be, signed, wrapped as an npm package, and handed to a registry. */
import { messageOf, UserError } from "../errors.ts";
import type { Pack } from "../exercise/model.ts";
import { refusalAmong } from "../protocol/onnxGraph.ts";
import { isContent } from "../supervisor/packStore.ts";
import { type Files, writeArchive } from "./archive.ts";
import type { Keys } from "./keys.ts";
import { PACKAGE_FILE, type PackageManifest, packageFor } from "./packageJson.ts";
import { load, type RegistryOptions, readFolder } from "./registry.ts";
import { betrayal, publicSealingKey, seal } from "./seal.ts";
import { SIGNATURE_FILE, signatureFor } from "./signature.ts";

export interface Packed {
  readonly manifest: PackageManifest;
  readonly archive: Buffer;
  /** What is in the archive: path -> bytes. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly signed: boolean;
  readonly sealed: readonly string[];
}

export interface PackOptions {
  readonly keys?: Keys;
  /** Why it is published although it is not proven; told to whoever installs it. */
  readonly forced?: string;
}

/** The archive that would be published: the same bytes for the same pack, but for what is sealed. @throws {UserError} when the pack or a key is not in order */
export async function pack(source: Pack, { keys = {}, forced }: PackOptions = {}): Promise<Packed> {
  const all = await readFolder(source.folder);
  const manifest = packageFor(source, all, forced);
  const content: Files = new Map([...all].filter(([file]) => isContent(file)));
  for (const [file, bytes] of content) if (PRIVATE_KEY.test(bytes.toString("latin1"))) throw isKey(file);
  const refusal = refusalAmong(content);
  if (refusal) throw refusal;
  const betrayed = betrayal(content);
  if (betrayed)
    throw new UserError(`${betrayed.file} names the sealed check "${betrayed.title}".`, "Take its title out, or the file: it would be published as it is.");
  const wrapped = new Map(seal(content, source, keys.sealing && publicSealingKey(keys.sealing)));
  wrapped.set(PACKAGE_FILE, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  if (keys.signing) wrapped.set(SIGNATURE_FILE, signatureFor(wrapped, keys.signing));
  return {
    manifest,
    archive: writeArchive(wrapped),
    sizes: Object.fromEntries([...wrapped].map(([file, bytes]): [string, number] => [file, bytes.length]).sort(([a], [b]) => (a < b ? -1 : 1))),
    signed: wrapped.has(SIGNATURE_FILE),
    sealed: [...wrapped.keys()].filter((file) => !all.has(file) && file.endsWith(".sealed")),
  };
}

/** As keys are written, ours and others'. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const isKey = (file: string): UserError =>
  new UserError(`${file} is a private key, and would be published.`, "Move it out of the pack's folder: practicum keygen keeps yours where they are safe.");

/**
 * Hands a packed pack to the registry that npm would use, as the user that npm knows; with provenance where that is asked for, here or in the `.npmrc`.
 * @returns address of the registry
 * @throws {UserError} when the registry refuses
 */
export async function publish({ manifest, archive }: Packed, { provenance, ...options }: RegistryOptions & { readonly provenance?: boolean }): Promise<string> {
  const npm = await load(options);
  const { registry } = npm.options as { registry: string };
  try {
    await npm.publish(manifest as never, archive, { ...npm.options, ...(provenance && { provenance }) } as never);
    return registry;
  } catch (error) {
    throw explained(error, manifest, registry);
  }
}

const REMEDIES: Readonly<Record<string, readonly [sentence: string, remedy: string]>> = {
  E401: ["wants you to log in", "Log in with: npm login --registry"],
  ENEEDAUTH: ["wants you to log in", "Log in with: npm login --registry"],
  E403: ["does not let you publish it", "Raise the version in pack.json if this one was published; else ask the registry's owner for access to"],
  E413: ["takes no archive as large as this", "Make its files smaller, or ask the owner to let more in at"],
  E409: ["has this version already", "Raise the version in pack.json, then publish again to"],
  EPUBLISHCONFLICT: ["has this version already", "Raise the version in pack.json, then publish again to"],
};

/** Codes of npm, and of the library that signs for it, where provenance cannot be given; they say why in a sentence. */
const PROVENANCE = /^(EUSAGE|IDENTITY_TOKEN_\w+|CA_CREATE_\w+|TLOG_\w+|TSA_\w+)$/;

function explained(error: unknown, { name, version }: PackageManifest, registry: string): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  const known = REMEDIES[code];
  if (known) return new UserError(`${name}@${version} was not published: the registry ${known[0]}.`, `${known[1]} ${registry}`, { cause: error });
  if (PROVENANCE.test(code))
    return new UserError(
      `${name}@${version} was not published: ${messageOf(error).replace(/[.\s]+$/, "")}.`,
      "Provenance is given by a workflow of GitHub Actions or GitLab that may sign, with access=public in its .npmrc. Else publish without it: provenance=false.",
      { cause: error },
    );
  if (/^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|E5\d\d)/.test(code))
    return new UserError(`${name}@${version} was not published: ${messageOf(error)}.`, `Look at your connection to ${registry}, then publish again.`, {
      cause: error,
    });
  return error;
}
