/** What exercises would run on here. */
import { examine } from "../../supervisor/doctor.ts";
import { backendRows, bestOf, containmentLines, HEAD, providerRows } from "../../supervisor/doctorReport.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import { columns } from "../report.ts";

export async function doctor(context: Context, version: string): Promise<CommandResult> {
  const { terminal, supervisor, dist, signal } = context;
  const packs = await context.packs();
  const report = await examine(supervisor, { dist, signal, onStep: (what) => terminal.progress(0, 0, `examining ${what}`) });
  terminal.endProgress();
  const { node, containment } = report;
  const lines = columns([
    ["Practicum", version],
    ["This Node", `${process.versions.node} (${process.execPath})`],
    ["Node of exercises", `${node.version} (${node.path})`],
    ...node.notes.map((note) => ["", note]),
    ...containmentLines(report).map((line, i) => [i === 0 ? "Containment" : "", line]),
    ["Runs use", bestOf(report)?.name ?? "nothing: no backend starts"],
    ["Grades use", "wasm, or cpu where it does not start: the same numbers everywhere, in the sandbox"],
    ...packs.map((pack) => ["Pack", `${pack.title} ${pack.version}, ${pack.exercises.length} exercises (${pack.folder})`]),
  ]);
  const tables = [columns([HEAD, ...backendRows(report)]), columns([["ONNX Runtime", ""], ...providerRows(report)])];
  for (const line of [...lines, ...tables.flatMap((table) => ["", ...table])]) terminal.print(line);
  const json = {
    practicum: version,
    node: { own: process.versions.node, exercises: node },
    containment,
    backend: bestOf(report)?.name,
    backends: report.backends,
    onnxRuntime: report.providers,
    packs: packs.map(({ id, version, folder }) => ({ id, version, folder })),
  };
  return { exitCode: bestOf(report) ? 0 : 2, json };
}
