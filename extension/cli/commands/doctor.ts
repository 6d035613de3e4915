import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import { backendText, columns } from "../report.ts";

export async function doctor(context: Context, version: string): Promise<CommandResult> {
  const { terminal, supervisor } = context;
  const packs = await context.packs();
  const node = await supervisor.node();
  const { process: runtime, backend } = await (await supervisor.ladder()).climb();
  runtime.kill();
  const lines = columns([
    ["Practicum", version],
    ["This Node", `${process.versions.node} (${process.execPath})`],
    ["Node of exercises", `${node.version} (${node.path})`],
    ...node.notes.map((note) => ["", note]),
    ["Backend", backendText(backend)],
    ...backend.skipped.map(({ name, reason }) => ["", `${name} did not start: ${reason}`]),
    ...packs.map((pack) => ["Pack", `${pack.title} ${pack.version}, ${pack.exercises.length} exercises (${pack.folder})`]),
  ]);
  for (const line of lines) terminal.print(line);
  const json = {
    practicum: version,
    node: { own: process.versions.node, exercises: node },
    backend,
    packs: packs.map(({ id, version, folder }) => ({ id, version, folder })),
  };
  return { exitCode: 0, json };
}
