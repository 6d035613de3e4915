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
