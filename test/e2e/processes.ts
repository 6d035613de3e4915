/** Processes of the installed extension: what its log says of them, and what the system does (Linux). */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** The process of the last run; its line is in the log before its first point, and reaches the file in its own time. */
export async function processOfRun(home: string): Promise<number> {
  for (;;) {
    const logs = globSync(path.join(home, "**/Practicum.log")).map((file) => readFileSync(file, "utf8"));
    const [last] = logs.flatMap((log) => [...log.matchAll(/ runs in process (\d+) /g)]).slice(-1);
    if (last) return Number(last[1]);
    await asked();
  }
}

/** Resolves when the system no longer lists the process; it tells nobody, so it is asked again. */
export async function gone(pid: number): Promise<void> {
  while (listed(pid)) await asked();
}

function listed(pid: number): boolean {
  try {
    // The state follows the name in parentheses; Z has ended, and waits to be taken note of.
    return !readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.startsWith("Z");
  } catch {
    return false;
  }
}

const asked = () => new Promise((resolve) => setTimeout(resolve, 5));
