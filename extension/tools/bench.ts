// How fast, in milliseconds and as ratios measured in one run. `npm run bench`; a history is kept in .bench/, out of git.
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Row } from "../../test/bench/measure.ts";
import { supervisorRows } from "../../test/bench/supervisor.ts";
import { runInExtensionHost } from "../../test/tools/hostLauncher.ts";
import { build, ROOT } from "./tasks.ts";

build();
const folder = path.join(ROOT, ".bench");
mkdirSync(folder, { recursive: true });
const result = path.join(folder, "extension-host.json");
if (!(await runInExtensionHost({ PRACTICUM_RESULT: result }, "bench"))) process.exit(1);
const rows = [...(await supervisorRows(path.join(ROOT, "dist"))), ...(JSON.parse(readFileSync(result, "utf8")) as Row[])];

const machine = `${os.cpus()[0]?.model ?? "unknown processor"}, ${os.availableParallelism()} cores, Node ${process.versions.node}`;
appendFileSync(path.join(folder, "history.jsonl"), `${JSON.stringify({ at: new Date().toISOString(), machine, rows })}\n`);
console.log(`\nMedians on ${machine}`);
console.table(
  rows.map(({ name, warm, cold }) => ({
    what: name,
    "prepared, ms": Math.round(warm),
    "first, ms": cold === undefined ? "" : Math.round(cold),
    ratio: cold === undefined ? "" : (cold / warm).toFixed(1),
  })),
);
