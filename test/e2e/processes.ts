/** Processes of the installed extension, as the system lists them (Linux). */
import { readdirSync, readFileSync } from "node:fs";

interface Listed {
  readonly pid: number;
  readonly command: string;
  /** Clock ticks of processor time. */
  readonly busy: number;
}

/** The runtime that computes, among those that wait. */
export function busiestRuntime(home: string): number {
  const [first] = list()
    .filter(({ command }) => command.includes(home) && command.includes("runtime.mjs"))
    .sort((a, b) => b.busy - a.busy);
  if (!first) throw new Error("no runtime process is there");
  return first.pid;
}

/** Resolves when the system no longer lists the process; it tells nobody, so it is asked again. */
export async function gone(pid: number): Promise<void> {
  while (list().some((process) => process.pid === pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

const list = (): Listed[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => look(Number(name)));

function look(pid: number): Listed[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    // The fields that follow the name in parentheses: state is the first, user and system time the 12th and 13th.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return state === "Z" ? [] : [{ pid, command, busy: Number(fields[10]) + Number(fields[11]) }];
  } catch {
    return []; // it ended while the list was read
  }
}
