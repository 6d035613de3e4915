/** Composition root: constructs the parts, wires them, registers them. Starts no process and reads no file. */
import path from "node:path";
import * as vscode from "vscode";
import { Shelf } from "./packs/shelf.ts";
import { KeptRuns } from "./supervisor/keptRuns.ts";
import { Attempts } from "./ui/attempts.ts";
import { Backends } from "./ui/backends.ts";
import { Changes } from "./ui/changes.ts";
import { CheckExplorer } from "./ui/checkExplorer.ts";
import { registerCommands } from "./ui/commands.ts";
import { Compare } from "./ui/compare.ts";
import { ContextKeySync } from "./ui/contextKeys.ts";
import { Disk } from "./ui/disk.ts";
import { runsFolder } from "./ui/earlierRuns.ts";
import { ExerciseTree } from "./ui/exerciseTree.ts";
import { Faults } from "./ui/faults.ts";
import { GradeStatus } from "./ui/gradeStatus.ts";
import { Grading } from "./ui/grading.ts";
import { Hints } from "./ui/hints.ts";
import { Library } from "./ui/library.ts";
import { Notify } from "./ui/notify.ts";
import { OnSave } from "./ui/onSave.ts";
import { registerPackCommands } from "./ui/packCommands.ts";
import { ProgressStore } from "./ui/progressStore.ts";
import { Proving } from "./ui/proving.ts";
import { Regrading } from "./ui/regrading.ts";
import { RunLens } from "./ui/runLens.ts";
import { RunPanel } from "./ui/runPanel.ts";
import { RunStatus } from "./ui/runStatus.ts";
import { Runs } from "./ui/runs.ts";
import { Supervision } from "./ui/supervision.ts";
import { Targets } from "./ui/target.ts";
import { Verdicts } from "./ui/verdicts.ts";
import { beginWithExercises } from "./ui/workbench.ts";

/** What the parts say to a program that drives the editor, such as our tests. */
export interface Practicum {
  readonly verdicts: Verdicts;
  readonly runs: Runs;
  readonly status: GradeStatus;
  readonly runStatus: RunStatus;
  readonly tree: ExerciseTree;
  readonly explorer: CheckExplorer;
  readonly library: Library;
}

export function activate(context: vscode.ExtensionContext): Practicum {
  const dist = path.join(context.extensionPath, "dist");
  const log = vscode.window.createOutputChannel("Practicum", { log: true });
  const notify = new Notify(log);
  const builtIn = path.join(dist, "exercises");
  const library = new Library(builtIn, new Shelf(context.globalStorageUri.fsPath, builtIn), notify);
  const progress = new ProgressStore(notify);
  const attempts = new Attempts(library, notify);
  const verdicts = new Verdicts((exercise) => progress.of(exercise).last?.digests?.attempt);
  const disk = new Disk(verdicts);
  const backendsFolder = path.join(context.globalStorageUri.fsPath, "backends");
  const supervision = new Supervision({ dist, backends: backendsFolder, log: (line) => log.info(line) });
  const backends = new Backends(supervision, dist, backendsFolder);
  const grading = new Grading(supervision, verdicts, disk, progress, notify);
  const kept = new KeptRuns(runsFolder(context), (line) => log.warn(line));
  const runs = new Runs(supervision, grading, kept);
  const onSave = new OnSave(attempts, grading, notify);
  const changes = new Changes(attempts, verdicts, disk, grading, onSave, notify);
  const runStatus = new RunStatus(runs);
  const status = new GradeStatus(attempts, verdicts, progress);
  const tree = new ExerciseTree(library, attempts, verdicts, progress, notify);
  const explorer = new CheckExplorer(library, attempts, grading, onSave, verdicts);
  const panel = new RunPanel(vscode.Uri.file(dist), runs, verdicts, attempts, progress, notify);
  const hints = new Hints(library, progress);
  const compare = new Compare(library, progress, verdicts);
  const proving = new Proving(supervision, dist);
  const regrading = new Regrading(library, attempts, grading, progress);
  const targets = new Targets(library, attempts);
  context.subscriptions.push(
    ...[
      log,
      library,
      progress,
      attempts,
      verdicts,
      supervision,
      grading,
      runs,
      onSave,
      changes,
      runStatus,
      status,
      tree,
      explorer,
      panel,
      hints,
      compare,
      proving,
      regrading,
      backends,
    ],
    ...[new Faults(verdicts, runs), new RunLens(attempts, verdicts, progress), new ContextKeySync(attempts, progress)],
    registerPackCommands({ dist, library, notify, proving, regrading }),
    registerCommands({ dist, notify, targets, attempts, grading, runs, panel, hints, compare, progress, backends }),
  );
  void notify.guard(() => attempts.follow(vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0]));
  void notify.guard(beginWithExercises);
  return { verdicts, runs, status, runStatus, tree, explorer, library };
}
