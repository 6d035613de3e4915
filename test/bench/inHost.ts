/** Starts what is measured in a real extension host, by `index.ts`. */
import { mkdtempSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runInExtensionHost } from "../tools/hostLauncher.ts";
import type { Row } from "./measure.ts";

/** @param row what stands there when the host ended with an error */
export async function rowsInHost(bench: string, row: Omit<Row, "value">): Promise<Row[]> {
  const result = path.join(mkdtempSync(path.join(os.tmpdir(), "practicum-bench-")), "rows.json");
  const ended = await runInExtensionHost({ PRACTICUM_RESULT: result, PRACTICUM_BENCH: bench }, "bench");
  return ended ? (JSON.parse(readFileSync(result, "utf8")) as Row[]) : [{ ...row, note: "the extension host ended with an error" }];
}
