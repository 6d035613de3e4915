/** What a person has to know of a pack before installing it. */
import { plain } from "../exercise/plainText.ts";
import type { Candidate } from "./shelf.ts";

export const TRUST_QUESTION = "A pack is code that runs on this machine when you grade. Do you trust its author?";

/** Whether a person has to be asked: a pack that the same author signed before is theirs. Another key than before is a question of its own. */
export const asksForTrust = ({ present, trust, forced }: Candidate): boolean => !present && (trust === "first" || trust === "unsigned" || forced);

/** Label and value of each thing that is known. */
export function describe({ pack, source, signer, trust, forced }: Candidate): readonly (readonly [label: string, value: string])[] {
  const known = { first: "", same: " (as before)", changed: " (another key than before)", unsigned: "", signatureLost: " (it was signed before)" }[trust];
  return [
    ["Exercises", String(pack.exercises.length)],
    ["From", plain(source.resolved)],
    ["Digest", pack.digest.slice(0, 16)],
    ["Signed by", `${signer?.fingerprint ?? "nobody"}${known}`],
    ...(forced ? [["Not proven", "its author published it although its checks are not proven"] as const] : []),
  ];
}
