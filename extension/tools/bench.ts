// How fast: medians, and ratios measured in one run. `npm run bench -- [--json FILE] [NAME...]`, where a name is that of a file test/bench/NAME.bench.ts.
// A history is kept in .bench/, out of git.
import { appendFileSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Bench, Row } from "../../test/bench/measure.ts";
import { unpackBubblewrap } from "../../test/tools/bubblewrap.ts";
import { build, ROOT } from "./tasks.ts";

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const known = globSync("*.bench.ts", { cwd: path.join(ROOT, "test/bench") }).map((file) => file.replace(".bench.ts", ""));
const unknown = positionals.find((name) => !known.includes(name));
if (unknown) {
  console.error(`There is no benchmark "${unknown}". There are ${known.sort().join(", ")}.`);
  process.exit(1);
}

build();
const bubblewrap = unpackBubblewrap(); // contained, as learners are where it is installed
if ("env" in bubblewrap) Object.assign(process.env, bubblewrap.env);
else console.log(`Without bubblewrap: ${bubblewrap.reason}.`);
const rows: Row[] = [];
for (const name of positionals.length > 0 ? positionals : known.sort()) {
  console.log(`${name} ...`);
  rows.push(...(await rowsOf(name)));
}

const machine = {
  cpu: os.cpus()[0]?.model ?? "unknown",
  cores: os.availableParallelism(),
  memoryMiB: Math.round(os.totalmem() / 2 ** 20),
  node: process.versions.node,
};
const report = { at: new Date().toISOString(), machine, load: os.loadavg()[0], ...byMetric(rows) };
mkdirSync(path.join(ROOT, ".bench"), { recursive: true });
appendFileSync(path.join(ROOT, ".bench/history.jsonl"), `${JSON.stringify(report)}\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
console.log(`\nMedians on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load ${report.load?.toFixed(1)}`);
console.table(
  rows.map(({ metric, what, value, unit, p95, ratio, to, note }) => ({
    metric,
    what,
    median: shown(value),
    "95 %": shown(p95),
    unit,
    ratio: ratio === undefined ? "" : `${shown(ratio)} of ${to}`,
    note: note ?? "",
  })),
);
process.exit();

/** One that fails is told, and does not take the others with it. */
async function rowsOf(name: string): Promise<Row[]> {
  try {
    const bench = (await import(path.join(ROOT, `test/bench/${name}.bench.ts`))) as { rows: Bench };
    return await bench.rows(path.join(ROOT, "dist"));
  } catch (error) {
    process.exitCode = 1;
    return [{ metric: name, what: name, unit: "", note: `failed: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

function byMetric(all: readonly Row[]): Record<string, Row[]> {
  const metrics = [...new Set(all.map(({ metric }) => metric))];
  return Object.fromEntries(metrics.map((metric) => [metric, all.filter((row) => row.metric === metric)]));
}

/** Three significant digits. */
function shown(value: number | undefined): string {
  return value === undefined ? "" : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
