import { searchPacks } from "../../packs/registry.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import { columns } from "../report.ts";

export async function browse({ terminal, dist, signal }: Context, text = "", { registry }: { readonly registry?: string }): Promise<CommandResult> {
  const { colors } = terminal;
  const found = await searchPacks(text, { dist, registry, signal });
  const rows = found.map(({ name, version, title, author = "", exercises, verified }) => [
    colors.bold(name),
    version,
    title,
    author,
    exercises === undefined ? "" : `${exercises} exercises`,
    verified === "forced" ? colors.yellow("not proven") : (verified ?? ""),
  ]);
  for (const line of columns(rows)) terminal.print(line);
  terminal.print(found.length === 0 ? "No packs found." : "\nInstall one: practicum install <name>");
  return { exitCode: 0, json: { packs: found } };
}
