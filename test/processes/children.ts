/** Which processes there are: what a cancelled run leaves behind is looked for, not believed. */
import { readdirSync, readFileSync } from "node:fs";

/** Pids of the living descendants of a process whose command line contains the text (Linux). */
export function descendantsOf(pid: number, text: string): number[] {
  const parents = new Map<number, { parent: number; command: string }>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state !== "Z") parents.set(Number(entry), { parent: Number(parent), command: readFileSync(`/proc/${entry}/cmdline`, "utf8") });
    } catch {
      // it has ended meanwhile
    }
  }
  const isDescendant = (of: number): boolean => of === pid || (parents.has(of) && isDescendant((parents.get(of) as { parent: number }).parent));
  return [...parents].filter(([child, { command }]) => child !== pid && command.includes(text) && isDescendant(child)).map(([child]) => child);
}

export function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Resolves when the system no longer lists the process; it tells nobody, so it is asked again. */
export async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await asked();
}

export const asked = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
