/** The packs that are installed: each in a folder named by its digest, and one record of where each came from and who made it. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Pack } from "../exercise/model.ts";
import { isContent, packOf, readPack, readPacks } from "../supervisor/packStore.ts";
import type { Files } from "./archive.ts";
import { isForced, PACKAGE_FILE } from "./packageJson.ts";
import type { Source } from "./registry.ts";
import { SIGNATURE_FILE, type Signer, signerOfFiles } from "./signature.ts";

const recordSchema = z.object({
  format: z.literal(1),
  packs: z.array(
    z.object({
      id: z.string(),
      version: z.string(),
      digest: z.string(),
      source: z.object({
        spec: z.string(),
        kind: z.enum(["registry", "url", "archive", "folder", "git"]),
        resolved: z.string(),
        integrity: z.string().optional(),
      }),
      /** Fingerprint of the key that signed it. */
      signer: z.string().optional(),
      forced: z.boolean().optional(),
      installedAt: z.string(),
    }),
  ),
  /** Pack id -> public key of whoever signed its first version. */
  publishers: z.record(z.string(), z.string()),
});
type Record = z.infer<typeof recordSchema>;
export type Installed = Record["packs"][number];

/** A pack that was fetched and has been looked at; nothing of it is installed yet. */
export interface Candidate {
  readonly pack: Pack;
  readonly files: Files;
  readonly source: Source;
  readonly signer?: Signer;
  /** Published although it was not proven. */
  readonly forced: boolean;
  /** What is known of whoever signed it: the first pack of its id, the same as before, another than before, or nobody. */
  readonly trust: "first" | "same" | "changed" | "unsigned" | "signatureLost";
  /** The version that it would take the place of. */
  readonly replaces?: Installed;
  /** The very same content is installed. */
  readonly present: boolean;
}

export class Shelf {
  readonly #folder: string;
  readonly #builtIn: string | undefined;

  /** @param folder where packs are kept; made when needed @param builtIn folder of the packs that come with Practicum */
  constructor(folder: string, builtIn?: string) {
    this.#folder = folder;
    this.#builtIn = builtIn;
  }

  /** The packs that are installed, the newest record of each. @throws {UserError} when one was damaged */
  async packs(): Promise<readonly Pack[]> {
    return Promise.all((await this.installed()).map((installed) => this.open(installed)));
  }

  async installed(): Promise<readonly Installed[]> {
    return (await this.#record()).packs;
  }

  /** An older or present version of a pack, where it is still there. */
  async version(digest: string): Promise<Pack | undefined> {
    const folder = this.#folderOf(digest);
    return (await exists(folder)) ? readPack(folder) : undefined;
  }

  /**
   * Looks at what was fetched, without installing it.
   * @throws {UserError} when it is not a pack, its signature is wrong, or it takes the place of another pack
   */
  async examine({ files, source }: { readonly files: Files; readonly source: Source }): Promise<Candidate> {
    const signer = signerOfFiles(files);
    const pack = packOf(files, source.resolved);
    const { packs, publishers } = await this.#record();
    for (const other of await this.#others(packs, pack)) requireApart(pack, other);
    const replaces = packs.find(({ id }) => id === pack.id);
    const known = publishers[pack.id];
    const trust = known === undefined ? (signer ? "first" : "unsigned") : !signer ? "signatureLost" : known === signer.key ? "same" : "changed";
    const present = replaces?.digest === pack.digest;
    return { pack, files, source, ...(signer && { signer }), forced: isForced(files), trust, ...(replaces && { replaces }), present };
  }

  /**
   * Installs what was examined; whoever calls has asked for trust. Another key than before is taken only when `acceptKey`.
   * @throws {UserError} when the key has changed and is not accepted
   */
  async install({ pack, files, source, signer, forced, trust }: Candidate, { acceptKey = false } = {}): Promise<Pack> {
    if (!acceptKey && (trust === "changed" || trust === "signatureLost")) throw keyChanged(pack, trust);
    const folder = this.#folderOf(pack.digest);
    if (!(await exists(folder))) await this.#write(folder, files);
    const { packs, publishers } = await this.#record();
    const installed: Installed = {
      id: pack.id,
      version: pack.version,
      digest: pack.digest,
      source,
      ...(signer && { signer: signer.fingerprint }),
      ...(forced && { forced }),
      installedAt: new Date().toISOString(),
    };
    const { [pack.id]: _, ...others } = publishers;
    await this.#save({
      format: 1,
      packs: [...packs.filter(({ id }) => id !== pack.id), installed],
      publishers: signer ? { ...others, [pack.id]: signer.key } : others,
    });
    return this.open(installed);
  }

  /** Takes a pack off the shelf; attempts and progress stay. @throws {UserError} when it is not there */
  async remove(id: string): Promise<void> {
    const record = await this.#record();
    if (!record.packs.some((pack) => pack.id === id)) throw new UserError(`No pack "${id}" is installed.`, "See those that are: practicum list");
    await this.#save({ ...record, packs: record.packs.filter((pack) => pack.id !== id) });
  }

  /** @throws {UserError} when what lies there is not what was installed: it is third-party code */
  async open({ id, digest, source }: Installed): Promise<Pack> {
    const pack = await readPack(this.#folderOf(digest));
    if (pack.digest !== digest) throw new UserError(`The installed pack "${id}" was changed on disk.`, `Install it again: practicum install ${source.spec}`);
    return pack;
  }

  /** Packs that stay beside this one when it is installed; one that is damaged is in nobody's way. */
  async #others(installed: readonly Installed[], { id }: Pack): Promise<readonly Pack[]> {
    const opened = await Promise.all(installed.filter((other) => other.id !== id).map((other) => this.open(other).catch(() => undefined)));
    return [...(this.#builtIn === undefined ? [] : await readPacks(this.#builtIn)), ...opened.filter((pack) => pack !== undefined)];
  }

  readonly #folderOf = (digest: string): string => path.join(this.#folder, "packs", digest);

  /** All or nothing: the folder appears under its name when it is whole. */
  async #write(folder: string, files: Files): Promise<void> {
    const staging = path.join(this.#folder, "staging", randomUUID());
    try {
      for (const [file, content] of files) {
        if (!isContent(file) && file !== PACKAGE_FILE && file !== SIGNATURE_FILE) continue;
        await mkdir(path.dirname(path.join(staging, file)), { recursive: true });
        await writeFile(path.join(staging, file), content, { mode: 0o644 });
      }
      await mkdir(path.dirname(folder), { recursive: true });
      await rename(staging, folder);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  async #record(): Promise<Record> {
    const file = path.join(this.#folder, "packs.json");
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return { format: 1, packs: [], publishers: {} };
    try {
      return recordSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new UserError(`${file} cannot be read.`, "Move it away, then install your packs again; attempts and progress are elsewhere.", { cause });
    }
  }

  async #save(record: Record): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const file = path.join(this.#folder, "packs.json");
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`);
    await rename(draft, file);
  }
}

/** Progress is kept by the ids of exercises: two packs that share one would share it. */
function requireApart(pack: Pack, other: Pack): void {
  const shared = pack.id === other.id ? pack.id : pack.exercises.find(({ id }) => other.exercises.some((exercise) => exercise.id === id))?.id;
  if (shared === undefined) return;
  throw new UserError(
    `"${pack.title}" has an id that ${other.title} has: "${shared}".`,
    "Nothing was installed. Tell whoever made the pack to choose its own.",
  );
}

function keyChanged(pack: Pack, trust: "changed" | "signatureLost"): UserError {
  const what = trust === "changed" ? "is signed by another key than the version that you have" : "is not signed, though the version that you have was";
  return new UserError(`"${pack.title}" ${pack.version} ${what}.`, "Ask its author whether that is right; if so, install it with --accept-key.");
}

const exists = async (file: string): Promise<boolean> => (await stat(file).catch(() => undefined)) !== undefined;
