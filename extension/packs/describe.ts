/** What a person has to know of a pack before installing it. */
import type { Candidate } from "./shelf.ts";

export const TRUST_QUESTION = "A pack is code that runs on this machine when you grade. Do you trust its author?";

/** Label and value of each thing that is known. */
export function describe({ pack, source, signer, trust, forced }: Candidate): readonly (readonly [label: string, value: string])[] {
  const known = { first: "", same: " (as before)", changed: " (another key than before)", unsigned: "", signatureLost: " (it was signed before)" }[trust];
  return [
    ["Exercises", String(pack.exercises.length)],
    ["From", source.resolved],
    ["Digest", pack.digest.slice(0, 16)],
    ["Signed by", `${signer?.fingerprint ?? "nobody"}${known}`],
    ...(forced ? [["Not proven", "its author published it although its checks are not proven"] as const] : []),
  ];
}
