import path from "node:path";
import { scaffold } from "../../supervisor/attempt.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";

export async function open(context: Context, wanted: string, folder: string | undefined): Promise<CommandResult> {
  const { colors } = context.terminal;
  const exercise = await context.exercise(wanted);
  const target = path.resolve(folder ?? exercise.slug);
  const { created, kept } = await scaffold(exercise, target, context.dist);
  const print = (line?: string) => context.terminal.print(line);
  print(`${colors.bold(exercise.title)} is in ${target}`);
  for (const file of created) print(`  ${colors.green("+")} ${file}`);
  for (const file of kept) print(`  ${colors.dim(`= ${file} (kept as it is)`)}`);
  print(`\nRead README.md, write ${exercise.entry}, then: practicum grade ${exercise.slug} ${path.relative("", target) || "."}`);
  return { exitCode: 0, json: { exercise: exercise.id, folder: target, entry: exercise.entry, created, kept } };
}
