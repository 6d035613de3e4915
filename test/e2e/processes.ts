/** Processes of the installed extension, by what its log says of them. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { asked } from "../processes/children.ts";

/** The process of the last run; its line is in the log before its first point, and reaches the file in its own time. */
export async function processOfRun(home: string): Promise<number> {
  for (;;) {
    const logs = globSync(path.join(home, "**/Practicum.log")).map((file) => readFileSync(file, "utf8"));
    const [last] = logs.flatMap((log) => [...log.matchAll(/ runs in process (\d+) /g)]).slice(-1);
    if (last) return Number(last[1]);
    await asked();
  }
}
