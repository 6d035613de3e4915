/** What of the operating system holds a child process: kept in every grade, and shown. */

/**
 * Rungs of the ladder, best first. "bubblewrap" and "landlock" are Linux's, "seatbelt" is that of macOS; each closes files and network. "job" is Windows', and
 * bounds memory, time and the tree of processes only. "none": what stands is Node's permission model, or nothing.
 */
export const CONTAINMENTS = ["bubblewrap", "landlock", "seatbelt", "job", "none"] as const;
export type ContainmentName = (typeof CONTAINMENTS)[number];

export interface Containment {
  readonly name: ContainmentName;
  /** Better rungs that are not in force, each with what refused it. */
  readonly refused: readonly { readonly name: ContainmentName; readonly reason: string; readonly remedy?: string }[];
}

const WORDS: Readonly<Record<ContainmentName, string>> = {
  bubblewrap: "contained by bubblewrap: no network, and no files but the system's and its own",
  landlock: "contained by Landlock and seccomp: no network, and no files but the system's and its own",
  seatbelt: "contained by the macOS sandbox: no network, and no files but the system's and its own",
  job: "held by a Windows job: memory, time and processes are bounded; files and network are not closed",
  none: "not contained by the operating system",
};

/** What is in force, as the end of a sentence; where nothing is, why. */
export function containmentText({ name, refused }: Containment): string {
  const [first] = name === "none" ? refused : [];
  return first ? `${WORDS.none} (${first.name}: ${first.reason})` : WORDS[name];
}
