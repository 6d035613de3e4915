/** What a person has to know of a pack before installing it, and what they are asked. */
import { plain } from "../protocol/plainText.ts";
import type { Candidate } from "./shelf.ts";
import { rollbackText } from "./succession.ts";

export const TRUST_QUESTION = "A pack is code that runs on this machine when you grade. Do you trust its author?";

/** Whether a person has to be asked: a pack that the same author signed before is theirs. Another key, or an older version, is a question of its own. */
export const asksForTrust = ({ present, trust, forced, republished }: Candidate): boolean =>
  trust === "first" || (!present && (trust === "unsigned" || forced || republished));

export interface Question {
  readonly question: string;
  /** The only answer that lets it be installed. */
  readonly yes: string;
}

/** All that a person has to say yes to; nothing for what the same author made newer. */
export function questionsOf(candidate: Candidate): readonly Question[] {
  const { pack, trust, replaces, olderThan } = candidate;
  const changed = trust === "changed" || trust === "signatureLost";
  const before = replaces ? `version ${replaces.version}` : "the version that you had";
  return [
    ...(changed ? [{ question: `${pack.title} ${pack.version} is not from who signed ${before}.`, yes: "Install All the Same" }] : []),
    ...(olderThan === undefined ? [] : [{ question: rollbackText(candidate), yes: "Install Older Version" }]),
    ...(asksForTrust(candidate) && !changed ? [{ question: TRUST_QUESTION, yes: "Trust and Install" }] : []),
  ];
}

/** Label and value of each thing that is known. */
export function describe({ pack, source, signer, trust, forced, olderThan, republished }: Candidate): readonly (readonly [label: string, value: string])[] {
  const known = { first: "", same: " (as before)", changed: " (another key than before)", unsigned: "", signatureLost: " (it was signed before)" }[trust];
  return [
    ["Exercises", String(pack.exercises.length)],
    ["From", plain(source.resolved)],
    ["Digest", pack.digest.slice(0, 16)],
    ["Signed by", `${signer?.fingerprint ?? "nobody"}${known}`],
    ...(olderThan === undefined ? [] : [["Older", `you have had version ${olderThan}`] as const]),
    ...(republished ? [["Changed", `not what version ${pack.version} was when you installed it`] as const] : []),
    ...(forced ? [["Not proven", "its author published it although its checks are not proven"] as const] : []),
  ];
}
