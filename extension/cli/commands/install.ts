import { UserError } from "../../errors.ts";
import { fetchPack } from "../../packs/registry.ts";
import type { Candidate } from "../../packs/shelf.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import type { Terminal } from "../terminal.ts";

export interface InstallOptions {
  readonly registry?: string;
  readonly offline?: boolean;
  /** Trust the pack without being asked. */
  readonly yes?: boolean;
  readonly acceptKey?: boolean;
}

export async function install(context: Context, spec: string, { registry, offline, yes, acceptKey }: InstallOptions): Promise<CommandResult> {
  const { terminal, dist, signal, shelf } = context;
  const onProgress = (bytes: number) => terminal.progress(0, 0, `${spec}: ${Math.ceil(bytes / 1024)} KiB`);
  const candidate = await shelf.examine(await fetchPack(spec, { dist, registry, offline, signal, onProgress }));
  terminal.endProgress();
  const { pack, present, replaces } = candidate;
  for (const line of describe(candidate)) terminal.print(line);
  if (!present && !replaces && !yes) await askForTrust(terminal, signal);
  const installed = await shelf.install(candidate, { acceptKey });
  terminal.print(
    present
      ? terminal.colors.dim("Installed already.")
      : `${terminal.colors.green("Installed")} ${replaces ? `${replaces.version} → ` : ""}${pack.version}. See its exercises: practicum list`,
  );
  const { id, version, digest, folder } = installed;
  return { exitCode: 0, json: { id, version, digest, folder, source: candidate.source, signer: candidate.signer?.fingerprint, trust: candidate.trust } };
}

export async function remove({ shelf, terminal }: Context, id: string): Promise<CommandResult> {
  await shelf.remove(id);
  terminal.print(`Removed ${id}.`);
  return { exitCode: 0, json: { removed: id } };
}

/** What one has to know to trust a pack. */
export function describe({ pack, source, signer, trust, forced }: Candidate): string[] {
  const signature = signer ? `${signer.fingerprint}${trust === "same" ? " (as before)" : trust === "changed" ? " (another key than before)" : ""}` : "none";
  return [
    `${pack.title} ${pack.version}, ${pack.exercises.length} ${pack.exercises.length === 1 ? "exercise" : "exercises"}`,
    `  from       ${source.resolved}`,
    `  digest     ${pack.digest.slice(0, 16)}`,
    `  signed by  ${signature}`,
    ...(forced ? ["  Its author published it although its checks are not proven."] : []),
  ];
}

async function askForTrust(terminal: Terminal, signal: AbortSignal): Promise<void> {
  const trusted = await terminal.confirm("A pack is code that runs on this machine when you grade. Do you trust its author?", signal);
  if (trusted === undefined)
    throw new UserError("A new pack is installed only by somebody who trusts it.", "Look at the lines above, then install it with --yes.");
  if (!trusted) throw new UserError("Not installed.", "Nothing was changed.");
}
