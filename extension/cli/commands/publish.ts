import { UserError } from "../../errors.ts";
import { type Keys, makeKeys, readKeys } from "../../packs/keys.ts";
import { keyFolder, proofsFolder } from "../../packs/places.ts";
import type { PackProof } from "../../packs/proof.ts";
import { pack, publish as toRegistry } from "../../packs/publish.ts";
import { requireLastingIds } from "../../packs/publishedIds.ts";
import { requireProof } from "../../packs/requireProof.ts";
import { verifyPack } from "../../packs/verify.ts";
import { readPack } from "../../supervisor/packStore.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import { columns } from "../report.ts";

export interface PublishOptions {
  readonly registry?: string;
  readonly dryRun?: boolean;
  /** Why it is published although it is not proven. */
  readonly force?: string;
  readonly keys?: string;
  readonly unsigned?: boolean;
  /** Have the registry keep from which sources and by which run of a CI service it was made. */
  readonly provenance?: boolean;
}

export async function publish(context: Context, folder: string, options: PublishOptions): Promise<CommandResult> {
  const { terminal, dist, signal } = context;
  const { colors } = terminal;
  const keys = options.unsigned ? {} : await keysOf(options.keys ?? keyFolder());
  const proof = options.force === undefined && !options.dryRun ? await prove(context, folder) : undefined;
  const source = await readPack(folder);
  if (proof) requireProof(proof, source);
  const packed = await pack(source, { keys, forced: options.force });
  const { name, version } = packed.manifest;
  const at = { dist, signal, registry: options.registry };
  if (options.force === undefined && !options.dryRun) await requireLastingIds(name, source, at);
  for (const line of columns(Object.entries(packed.sizes).map(([file, bytes]) => [`  ${file}`, colors.dim(`${bytes}`)]))) terminal.print(line);
  terminal.print(`${Object.keys(packed.sizes).length} files, ${Math.ceil(packed.archive.length / 1024)} KiB${packed.signed ? ", signed" : ", not signed"}`);
  const registry = options.dryRun ? undefined : await toRegistry(packed, { ...at, provenance: options.provenance });
  terminal.print(registry ? `${colors.green("Published")} ${name}@${version} to ${registry}` : dryRunText(`${name}@${version}`, options));
  return { exitCode: 0, json: { name, version, registry, files: packed.sizes, bytes: packed.archive.length, signed: packed.signed, sealed: packed.sealed } };
}

export async function keygen({ terminal }: Context, folder = keyFolder()): Promise<CommandResult> {
  const fingerprint = await makeKeys(folder);
  terminal.print(`Your keys are in ${folder}. Keep a copy where only you can read it: without them learners cannot tell your next pack from a stranger's.`);
  terminal.print(`Fingerprint: ${terminal.colors.bold(fingerprint)}`);
  return { exitCode: 0, json: { folder, fingerprint } };
}

/** With what would have been asked of the registry. */
const dryRunText = (packed: string, { registry, provenance }: PublishOptions): string =>
  `Nothing was published: this was a dry run of ${[packed, registry && `to ${registry}`, provenance && "with provenance"].filter(Boolean).join(" ")}.`;

async function prove({ supervisor, terminal, dist, signal }: Context, folder: string): Promise<PackProof> {
  const onProgress = (done: number, planned: number, words: string): void => terminal.progress(done, planned, words);
  const proof = await verifyPack(folder, { supervisor, dist, signal, tier: "run", cacheFolder: proofsFolder(), onProgress });
  terminal.endProgress();
  return proof;
}

async function keysOf(folder: string): Promise<Keys> {
  const keys = await readKeys(folder);
  if (keys.signing === undefined)
    throw new UserError("There is no key to sign the pack with.", "Make one with practicum keygen, or publish it with --unsigned.");
  return keys;
}
