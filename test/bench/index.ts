/** What is measured inside a real extension host: save to status bar, a stream of points, or the host's own heartbeat. The rows go to the file that PRACTICUM_RESULT names. */
import { writeFileSync } from "node:fs";
import * as vscode from "vscode";
import { Learner } from "../extension/learner.ts";
import { heartbeatRows } from "./heartbeatHost.ts";
import { type Row, spread } from "./measure.ts";
import { streamingRows } from "./streamingHost.ts";

const EXERCISES = ["ex-sp-ch35-01", "ex-sp-ch35-03", "ex-sp-ch35-05"];
const SAVES = 15;

const measured = { saving: savingRows, streaming: streamingRows, heartbeat: heartbeatRows };

export async function run(): Promise<void> {
  const rows = await measured[process.env.PRACTICUM_BENCH as keyof typeof measured]();
  writeFileSync(process.env.PRACTICUM_RESULT as string, JSON.stringify(rows));
}

async function savingRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const id of EXERCISES) {
    const learner = await Learner.opens(id);
    const times: number[] = [];
    for (let save = 0; save <= SAVES; save++) times.push(await saveToVerdict(learner, save));
    const row = { metric: "save_to_verdict_ms", what: `extension host, ${learner.exercise.slug}`, unit: "ms" };
    rows.push({ ...row, ...spread(times.slice(1)) }, { ...row, what: `${row.what}, first after opening`, value: times[0] });
  }
  return rows;
}

/** @returns milliseconds from VS Code's save event until the status bar has the verdict */
async function saveToVerdict(learner: Learner, save: number): Promise<number> {
  let savedAt = Number.NaN;
  const subscription = vscode.workspace.onDidSaveTextDocument(() => {
    savedAt = performance.now();
  });
  await learner.isGraded(`${learner.text("reference")}// save ${save}\n`);
  const ms = performance.now() - savedAt;
  subscription.dispose();
  await new Promise((resolve) => setTimeout(resolve, 1500)); // a learner thinks between two saves
  return ms;
}
