/** The packs that are installed: each in a folder named by its digest, and one record of where each came from and who made it. */
import { randomUUID } from "node:crypto";
import { rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Pack } from "../exercise/model.ts";
import { refusalAmong } from "../protocol/onnxGraph.ts";
import { writeProblem } from "../supervisor/files/problems.ts";
import { makeFolder, writeWhole } from "../supervisor/files/write.ts";
import { isContent, packOf, readPack, readPacks } from "../supervisor/packStore.ts";
import type { Files } from "./archive.ts";
import { isForced, PACKAGE_FILE } from "./packageJson.ts";
import type { Source } from "./registry.ts";
import { type Installed, readRecord, saveRecord } from "./shelfRecord.ts";
import { SIGNATURE_FILE, type Signer, signerOfFiles } from "./signature.ts";
import { type Acceptance, newestAfter, requireAccepted, type Succession, successionOf } from "./succession.ts";

/** A pack that was fetched and has been looked at; nothing of it is installed yet. */
export interface Candidate extends Succession {
  readonly pack: Pack;
  readonly files: Files;
  readonly source: Source;
  readonly signer?: Signer;
  /** Published although it was not proven. */
  readonly forced: boolean;
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
    return (await readRecord(this.#folder)).packs;
  }

  /** An older or present version of a pack, where it is still there. */
  async version(digest: string): Promise<Pack | undefined> {
    const folder = this.#folderOf(digest);
    return (await exists(folder)) ? readPack(folder) : undefined;
  }

  /**
   * Looks at what was fetched, without installing it.
   * @throws {UserError} when it is not a pack, its signature is wrong, a graph in it leads out of itself, or it takes the place of another pack
   */
  async examine({ files, source }: { readonly files: Files; readonly source: Source }): Promise<Candidate> {
    const signer = signerOfFiles(files);
    requireUsableGraphs(files);
    const pack = packOf(files, source.resolved);
    const record = await readRecord(this.#folder);
    for (const other of await this.#others(record.packs, pack)) requireApart(pack, other);
    return { pack, files, source, ...(signer && { signer }), forced: isForced(files), ...successionOf(record, pack, signer) };
  }

  /**
   * Installs what was examined; whoever calls has asked for trust.
   * @throws {UserError} when it has another key than before, or is older than before, and that is not accepted
   */
  async install(candidate: Candidate, acceptance: Acceptance = {}): Promise<Pack> {
    requireAccepted(candidate, acceptance);
    const { pack, files, source, signer, forced } = candidate;
    const folder = this.#folderOf(pack.digest);
    if (!(await this.#holds(pack.digest))) await this.#write(folder, files);
    const record = await readRecord(this.#folder);
    const installed: Installed = {
      id: pack.id,
      version: pack.version,
      digest: pack.digest,
      source,
      ...(signer && { signer: signer.fingerprint }),
      ...(forced && { forced }),
      installedAt: new Date().toISOString(),
    };
    const { [pack.id]: _, ...others } = record.publishers;
    await saveRecord(this.#folder, {
      format: 1,
      packs: [...record.packs.filter(({ id }) => id !== pack.id), installed],
      publishers: signer ? { ...others, [pack.id]: signer.key } : others,
      newest: newestAfter(record, pack, candidate),
    });
    return this.open(installed);
  }

  /** Takes a pack off the shelf; attempts and progress stay, and so does what is remembered of its author and its newest version. @throws {UserError} when it is not there */
  async remove(id: string): Promise<void> {
    const record = await readRecord(this.#folder);
    if (!record.packs.some((pack) => pack.id === id)) throw new UserError(`No pack "${id}" is installed.`, "See those that are: practicum list");
    await saveRecord(this.#folder, { ...record, packs: record.packs.filter((pack) => pack.id !== id) });
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

  /** Whole: what was changed on disk since, or is gone, is written again. */
  async #holds(digest: string): Promise<boolean> {
    const pack = await readPack(this.#folderOf(digest)).catch(() => undefined);
    return pack?.digest === digest;
  }

  readonly #folderOf = (digest: string): string => path.join(this.#folder, "packs", digest);

  /** All or nothing: the folder appears under its name when it is whole. */
  async #write(folder: string, files: Files): Promise<void> {
    const staging = path.join(this.#folder, "staging", randomUUID());
    try {
      for (const [file, content] of files) {
        if (!isContent(file) && file !== PACKAGE_FILE && file !== SIGNATURE_FILE) continue;
        await writeWhole(path.join(staging, file), content, { folders: true, mode: 0o644 });
      }
      await makeFolder(path.dirname(folder));
      await rm(folder, { recursive: true, force: true });
      await rename(staging, folder);
    } catch (error) {
      throw writeProblem(error, folder);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }
}

function requireUsableGraphs(files: Files): void {
  const refusal = refusalAmong(files);
  if (refusal) throw new UserError(refusal.message, "Nothing was installed. Tell whoever made the pack.", { cause: refusal });
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

const exists = async (file: string): Promise<boolean> => (await stat(file).catch(() => undefined)) !== undefined;
