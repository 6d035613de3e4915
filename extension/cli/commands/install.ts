import { UserError } from "../../errors.ts";
import { asksForTrust, describe, TRUST_QUESTION } from "../../packs/describe.ts";
import { fetchPack } from "../../packs/registry.ts";
import { offerText } from "../../packs/regrade.ts";
import { type Acceptance, requireAccepted } from "../../packs/succession.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import { columns } from "../report.ts";
import type { Terminal } from "../terminal.ts";
import { gradedBefore } from "./regrade.ts";

export interface InstallOptions extends Acceptance {
  readonly registry?: string;
  readonly offline?: boolean;
  /** Trust the pack without being asked. */
  readonly yes?: boolean;
}

export async function install(context: Context, spec: string, { registry, offline, yes, acceptKey, downgrade }: InstallOptions): Promise<CommandResult> {
  const { terminal, dist, signal, shelf } = context;
  const onProgress = (bytes: number) => terminal.progress(0, 0, `${spec}: ${Math.ceil(bytes / 1024)} KiB`);
  const fetched = await fetchPack(spec, { dist, registry, offline, signal, onProgress });
  if (registry !== undefined && fetched.source.kind !== "registry")
    throw new UserError(`--registry does not go with ${spec}: that is not a package of a registry.`, "Leave one of them out.");
  const candidate = await shelf.examine(fetched);
  terminal.endProgress();
  const { pack, present, replaces } = candidate;
  terminal.print(terminal.colors.bold(`${pack.title} ${pack.version}`));
  for (const line of columns(describe(candidate).map(([label, value]) => [`  ${label}`, value]))) terminal.print(line);
  requireAccepted(candidate, { acceptKey, downgrade }); // before a question that would be of no use
  if (!yes && asksForTrust(candidate)) await askForTrust(terminal, signal);
  const installed = await shelf.install(candidate, { acceptKey, downgrade });
  terminal.print(
    present
      ? terminal.colors.dim("Installed already.")
      : `${terminal.colors.green("Installed")} ${replaces ? `${replaces.version} → ` : ""}${pack.version}. See its exercises: practicum list`,
  );
  const due = replaces ? (await gradedBefore(context, installed.exercises)).map(({ exercise }) => exercise) : [];
  if (due.length > 0) terminal.print(`${offerText(due.length, pack.version)} See what that changes: practicum grade --again`);
  const { id, version, digest, folder } = installed;
  const { source, signer, trust, olderThan, republished } = candidate;
  const changedChecks = due.map((exercise) => exercise.id);
  return { exitCode: 0, json: { changedChecks, id, version, digest, folder, source, signer: signer?.fingerprint, trust, olderThan, republished } };
}

export async function remove({ shelf, terminal }: Context, id: string): Promise<CommandResult> {
  await shelf.remove(id);
  terminal.print(`Removed ${id}.`);
  return { exitCode: 0, json: { removed: id } };
}

async function askForTrust(terminal: Terminal, signal: AbortSignal): Promise<void> {
  const trusted = await terminal.confirm(TRUST_QUESTION, signal);
  if (trusted === undefined)
    throw new UserError("It is installed only by somebody who trusts its author.", "Look at the lines above, then install it with --yes.");
  if (!trusted) throw new UserError("Not installed.", "Nothing was changed.");
}
