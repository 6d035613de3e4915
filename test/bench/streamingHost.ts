/** What a stream of points costs the extension host while the panel draws them. */
import * as vscode from "vscode";
import { Learner, when } from "../extension/learner.ts";
import type { Row } from "./measure.ts";

const POINTS_PER_SECOND = 50;
const SECONDS = 20;
const BAR = "the bar is 5 %";

/** Idle and streaming in turns, on a run that has been cancelled: its process does not count, and its panel is in sight. */
export async function streamingRows(): Promise<Row[]> {
  if (vscode.extensions.all.some(({ id, isActive }) => id.endsWith(".practicum") && isActive))
    throw new Error("Practicum was activated before it was measured");
  const without = await shareOfCore();
  const learner = await Learner.opens("ex-sp-ch35-05");
  await learner.isGraded(learner.text("reference"));
  const ended = vscode.commands.executeCommand("practicum.runExercise", { exercise: learner.exercise.id });
  await when(learner.practicum.runs.onDidChange, ({ store }) => store.snapshot().series.length > 0);
  await vscode.commands.executeCommand("practicum.cancelRun");
  await ended;
  const store = learner.practicum.runs.current?.store;
  let step = 1000;
  const log = () => store?.event({ kind: "points", points: [{ series: "training loss", step: step++, value: Math.sin(step) }] });
  const idle = await shareOfCore();
  const streaming = await shareOfCore(log);
  const row = { metric: "streaming_host_share", unit: "% of a core" };
  return [
    { ...row, what: "extension host, Practicum not activated", value: without, note: "VS Code's own" },
    { ...row, what: "extension host, idle with the panel open", value: idle },
    { ...row, what: `extension host, ${POINTS_PER_SECOND} points per second`, value: streaming, note: BAR },
  ];
}

/** Of this process, in percent. */
async function shareOfCore(work?: () => void): Promise<number> {
  const before = process.cpuUsage();
  const timer = work && setInterval(work, 1000 / POINTS_PER_SECOND);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  clearInterval(timer);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e4 / SECONDS;
}
