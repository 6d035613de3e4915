import { proofPage } from "../../packs/markdown.ts";
import { proofsFolder } from "../../packs/places.ts";
import { verifyPack } from "../../packs/verify.ts";
import { writeWhole } from "../../supervisor/files/write.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";
import { exerciseLines, packLines } from "../verifyReport.ts";

export interface VerifyCommandOptions {
  readonly exercise?: string;
  readonly fast?: boolean;
  readonly seeds?: number;
  /** False for --no-cache. */
  readonly cache: boolean;
  /** Files to write. */
  readonly json?: string;
  readonly markdown?: string;
}

export async function verify(context: Context, folder: string, options: VerifyCommandOptions): Promise<CommandResult> {
  const { terminal, supervisor, dist, signal } = context;
  const say = (lines: readonly string[]) => {
    for (const line of lines) terminal.print(line);
  };
  try {
    const proof = await verifyPack(folder, {
      supervisor,
      dist,
      signal,
      tier: options.fast ? "save" : "run",
      seeds: options.seeds,
      exercise: options.exercise,
      cacheFolder: options.cache ? proofsFolder() : undefined,
      onProgress: (done, planned, words) => terminal.progress(done, planned, words),
      onExercise: (exercise) => say(exerciseLines(exercise, terminal.colors)),
    });
    if (options.json) await writeWhole(options.json, `${JSON.stringify(proof, null, 2)}\n`, { what: "The proof" });
    if (options.markdown) await writeWhole(options.markdown, proofPage(proof), { what: "The proof" });
    terminal.endProgress();
    say(packLines(proof, terminal.colors));
    return { exitCode: proof.proven ? 0 : 1, json: proof };
  } finally {
    terminal.endProgress();
  }
}
