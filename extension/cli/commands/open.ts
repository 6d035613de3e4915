import path from "node:path";
import { scaffold } from "../../supervisor/attempt.ts";
import { type Divided, dividedFiles, mergeAll } from "../../supervisor/newerStarter.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";

export async function open(context: Context, wanted: string, folder: string | undefined, options: { readonly merge?: boolean } = {}): Promise<CommandResult> {
  const { colors } = context.terminal;
  const exercise = await context.exercise(wanted);
  const target = path.resolve(folder ?? exercise.slug);
  const { created, kept } = await scaffold(exercise, target, context.dist);
  const divided = await dividedFiles(exercise, target);
  const print = (line?: string) => context.terminal.print(line);
  print(`${colors.bold(exercise.title)} is in ${target}`);
  for (const file of created) print(`  ${colors.green("+")} ${file}`);
  for (const file of kept) print(`  ${colors.dim(`= ${file} (kept as it is)`)}`);
  if (divided.length > 0 && options.merge) {
    const { backup, conflicts } = await mergeAll(target, divided);
    print(
      `Merged with the new starter: ${namesOf(divided)}. ${conflicts === 0 ? "No conflicts" : `${conflicts} marked as conflicts`}; what you had is in ${backup}.`,
    );
  } else if (divided.length > 0)
    print(colors.yellow(`The pack has changed what you have edited: ${namesOf(divided)}. Yours was kept; merge both with --merge.`));
  print(`\nRead README.md, write ${exercise.entry}, then: practicum grade ${exercise.slug} ${path.relative("", target) || "."}`);
  return { exitCode: 0, json: { exercise: exercise.id, folder: target, entry: exercise.entry, created, kept, divided: divided.map(({ file }) => file) } };
}

const namesOf = (divided: readonly Divided[]): string => divided.map(({ file }) => file).join(", ");
