/** Every command: what it asks, and who does it. */
import path from "node:path";
import * as vscode from "vscode";
import type { PanelTab } from "../protocol/panel.ts";
import { resetAttempt, scaffold } from "../supervisor/attempt.ts";
import type { Attempt, Attempts } from "./attempts.ts";
import type { Backends } from "./backends.ts";
import type { Compare } from "./compare.ts";
import type { CommandId } from "./contributions.ts";
import type { Grading } from "./grading.ts";
import type { Hints } from "./hints.ts";
import { attemptFolder, chooseLearnerFolder, ensureLearnerFolder } from "./learnerFolder.ts";
import { offerNewerStarter } from "./newerStarter.ts";
import type { Notify } from "./notify.ts";
import type { ProgressStore } from "./progressStore.ts";
import type { RunPanel } from "./runPanel.ts";
import type { Runs } from "./runs.ts";
import { ask, inform } from "./say.ts";
import type { Target, Targets } from "./target.ts";
import { requireTrust } from "./trust.ts";
import { openAsWorkspace, saveAttempt, showAttempt, showStatement } from "./workbench.ts";

export interface Parts {
  readonly dist: string;
  readonly notify: Notify;
  readonly targets: Targets;
  readonly attempts: Attempts;
  readonly grading: Grading;
  readonly runs: Runs;
  readonly panel: RunPanel;
  readonly hints: Hints;
  readonly compare: Compare;
  readonly progress: ProgressStore;
  readonly backends: Backends;
}

export function registerCommands(parts: Parts): vscode.Disposable {
  const registrations = Object.entries(handlers(parts)).map(([id, handler]) =>
    vscode.commands.registerCommand(id, (target?: Target) => parts.notify.guard(() => handler(target))),
  );
  return vscode.Disposable.from(...registrations);
}

function handlers(parts: Parts): Record<CommandId, (target: Target) => unknown> {
  const { notify, targets, runs, panel, hints, compare, backends } = parts;
  const withAttempt = (act: (attempt: Attempt, target: Target) => unknown) => async (target: Target) => {
    const attempt = await targets.attempt(target);
    return attempt && act(attempt, target);
  };
  return {
    "practicum.openExercise": (target) => open(parts, target),
    "practicum.runExercise": withAttempt((attempt) => run(parts, attempt)),
    "practicum.profileExercise": withAttempt((attempt) => run(parts, attempt, true)),
    "practicum.cancelRun": () => runs.cancel(),
    "practicum.gradeNow": withAttempt((attempt) => grade(parts, attempt)),
    "practicum.showStatement": withAttempt(showStatement),
    "practicum.showHint": async (target) => {
      const exercise = await targets.exercise(target);
      return exercise && hints.reveal(exercise);
    },
    "practicum.compareWithReference": withAttempt((attempt) => compare.show(attempt)),
    "practicum.giveUp": withAttempt((attempt, target) => giveUp(parts, attempt, target)),
    "practicum.resetExercise": withAttempt((attempt, target) => reset(parts, attempt, target)),
    "practicum.openAsWorkspace": withAttempt(openAsWorkspace),
    "practicum.chooseFolder": chooseLearnerFolder,
    "practicum.showPanel": async (target) => panel.show(tabOf(target), target && (await targets.exercise(target))),
    "practicum.doctor": () => backends.examine(),
    "practicum.installBackend": () => backends.install(),
    "practicum.showLog": () => notify.log.show(),
  };
}

async function open({ notify, targets, attempts, progress, dist }: Parts, target: Target): Promise<void> {
  const exercise = target === undefined ? await targets.pick() : await targets.exercise(target);
  if (!exercise) return;
  const known = await attempts.find(exercise);
  if (!known && !(await ensureLearnerFolder())) return;
  const attempt = known ?? { exercise, folder: attemptFolder(exercise) };
  await scaffold(exercise, attempt.folder, dist);
  void notify.guard(() => offerNewerStarter(attempt));
  attempts.remember(attempt);
  await progress.opened(exercise);
  await showAttempt(attempt);
}

async function run({ runs, panel }: Parts, attempt: Attempt, profile = false): Promise<void> {
  requireTrust();
  await saveAttempt(attempt);
  const ended = runs.run(attempt, profile);
  panel.show(profile ? "profile" : "plots", attempt.exercise);
  await ended;
}

async function grade({ grading }: Parts, attempt: Attempt): Promise<void> {
  requireTrust();
  await saveAttempt(attempt);
  await grading.grade(attempt, "run");
}

async function giveUp({ progress, compare }: Parts, attempt: Attempt, target: Target): Promise<void> {
  const detail = "The reference becomes visible. You can go on working on the exercise, and it still counts when it passes.";
  if (!(await confirmed(target, `Give up on ${attempt.exercise.title}?`, detail, "Give Up"))) return;
  await progress.gaveUp(attempt.exercise);
  await compare.show(attempt);
}

async function reset({ runs, grading }: Parts, attempt: Attempt, target: Target): Promise<void> {
  const detail = "Your files go back to the starter. A copy of them is kept in the exercise's folder, under .practicum/backups.";
  if (!(await confirmed(target, `Reset ${attempt.exercise.title}?`, detail, "Reset"))) return;
  await saveAttempt(attempt);
  runs.cancel();
  const { backup, replaced } = await resetAttempt(attempt.exercise, attempt.folder);
  await grading.forget(attempt);
  if (replaced.includes(attempt.exercise.entry)) void tellBackup(attempt, backup);
}

async function tellBackup({ exercise, folder }: Attempt, backup: string): Promise<void> {
  const show = "Compare";
  if ((await inform(`What you had is kept in ${backup}.`, show)) !== show) return;
  const [before, after] = [backup, folder].map((of) => vscode.Uri.file(path.join(of, exercise.entry)));
  await vscode.commands.executeCommand("vscode.diff", before, after, `${exercise.title}: before the reset ↔ now`);
}

const tabOf = (target: Target): PanelTab => (target && "tab" in target && target.tab) || "plots";

/** Programs that have asked already say so with `confirm: false`. */
async function confirmed(target: Target, question: string, detail: string, yes: string): Promise<boolean> {
  if (target && "confirm" in target && target.confirm === false) return true;
  return (await ask(question, detail, yes)) === yes;
}
