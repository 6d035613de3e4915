/** The author's gate: what is not proven is not published. */
import { UserError } from "../errors.ts";
import type { Pack } from "../exercise/model.ts";
import { placeText } from "./markdown.ts";
import type { PackProof } from "./proof.ts";

/** @param pack to be published @throws {UserError} when the proof has found problems, naming the first, or is not of this pack */
export function requireProof({ proven, problems, exercises, title, digest }: PackProof, pack: Pick<Pack, "digest">): void {
  if (proven && digest !== pack.digest)
    throw new UserError(`${title} has changed while it was proven.`, "Publish it again: what has not changed is proven already.");
  if (proven) return;
  const all = [...problems, ...exercises.flatMap((exercise) => exercise.problems)];
  const [first] = all;
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : "";
  throw new UserError(
    `${title} is not proven: ${first ? `${placeText(first)}${first.message}` : ""}${more}.`,
    "See all with practicum verify. To publish it all the same, say why with --force; whoever installs it is told.",
  );
}
