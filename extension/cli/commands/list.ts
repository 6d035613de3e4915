import { type ExerciseProgress, progressOf } from "../../exercise/progress.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import { columns } from "../report.ts";
import type { Colors } from "../terminal.ts";

export async function list(context: Context): Promise<CommandResult> {
  const { terminal } = context;
  const { colors } = terminal;
  const packs = await context.packs();
  const progress = await context.progress();
  for (const pack of packs) {
    terminal.print(colors.bold(`${pack.title} ${pack.version}`));
    const lines = columns(
      pack.exercises.map((e) => [
        e.slug,
        e.title,
        e.difficulty,
        `${e.minutes} min`,
        progressText(progressOf(progress, e.id), pack.version, colors),
        colors.dim(e.id),
      ]),
    );
    for (const line of lines) terminal.print(`  ${line}`);
  }
  const json = packs.map(({ id, version, title, exercises }) => ({
    id,
    version,
    title,
    exercises: exercises.map((e) => ({
      id: e.id,
      slug: e.slug,
      title: e.title,
      difficulty: e.difficulty,
      minutes: e.minutes,
      teaches: e.teaches,
      needs: e.needs,
      progress: progressOf(progress, e.id),
    })),
  }));
  return { exitCode: 0, json: { packs: json } };
}

/** The points of the grade that stands, as the editor's tree shows them. */
function progressText({ state, last }: ExerciseProgress, version: string, colors: Colors): string {
  if (!last) return state === "notStarted" ? "" : "started";
  const points = `${last.score}/${last.points}${last.version === version ? "" : ` by version ${last.version}`}`;
  return state === "passed" ? colors.green(`✔ ${points}`) : points;
}
