import path from "node:path";
import { type Made, newExercise, newPack } from "../../packs/newPack.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";

export async function makePack(context: Context, folder: string, { title }: { readonly title?: string }): Promise<CommandResult> {
  const made = await newPack(folder, title ?? path.basename(path.resolve(folder)), context.dist);
  return told(context, made, folder);
}

export async function makeExercise(context: Context, title: string, { in: folder }: { readonly in: string }): Promise<CommandResult> {
  return told(context, await newExercise(folder, title, context.dist), folder);
}

function told({ terminal }: Context, made: Made, pack: string): CommandResult {
  terminal.print(`${terminal.colors.green("+")} ${made.folder}`);
  terminal.print(`It is a worked example: replace it piece by piece, and prove it with: practicum verify ${pack}`);
  return { exitCode: 0, json: made };
}
