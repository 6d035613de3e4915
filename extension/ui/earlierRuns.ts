/** The exercise's earlier runs as the panel shows them, and which of them it compares with. */
import path from "node:path";
import * as vscode from "vscode";
import type { EarlierRun, PanelIntent, PanelUpdate } from "../protocol/panel.ts";
import type { KeptRuns } from "../supervisor/keptRuns.ts";
import type { RunRecord, RunStore } from "../supervisor/runStore.ts";
import { writeEventFile } from "../supervisor/tensorBoard.ts";
import { inform } from "./say.ts";

/**
 * In the workspace's storage. A second window on the workspace, or one that is loaded anew while its old host still ends, is given another storage by VS Code,
 * with a number behind its name: the runs stay with the first, for their files bear several writers.
 */
export function runsFolder({ storageUri, globalStorageUri }: vscode.ExtensionContext): string {
  if (!storageUri) return path.join(globalStorageUri.fsPath, "runs"); // no folder is open
  const { dir, base } = path.parse(storageUri.fsPath);
  return path.join(dir.replace(/-\d$/, ""), base, "runs");
}

type EarlierIntent = Extract<PanelIntent, { kind: "overlay" | "removeRun" | "saveEvents" }>;

export class EarlierRuns {
  readonly #kept: KeptRuns;
  readonly #overlaid = new Set<string>();

  constructor(kept: KeptRuns) {
    this.#kept = kept;
  }

  /** @param shown the run that the others are earlier than */
  async update(exercise: string, shown: string | undefined): Promise<PanelUpdate> {
    const records = await this.#kept.list(exercise);
    return { kind: "earlier", exercise, runs: records.filter(({ id }) => id !== shown).map((record) => earlierRun(record, this.#overlaid.has(record.id))) };
  }

  /** @param shown the run that is shown @returns whether there is news for the panel */
  async intend(intent: EarlierIntent, exercise: string, shown: RunStore | undefined): Promise<boolean> {
    switch (intent.kind) {
      case "overlay":
        if (intent.on) this.#overlaid.add(intent.run);
        else this.#overlaid.delete(intent.run);
        return true;
      case "removeRun":
        await this.#kept.remove(exercise, intent.run);
        return false; // it has told
      case "saveEvents": {
        const record = shown?.head.id === intent.run ? shown.record() : (await this.#kept.list(exercise)).find(({ id }) => id === intent.run);
        if (record) await saveEvents(record);
        return false;
      }
    }
  }
}

function earlierRun({ plots, series, ...record }: RunRecord, overlaid: boolean): EarlierRun {
  const { id, state, backend, scale, startedAt, endedAt } = record;
  const finals = series.flatMap(({ name, points }) => {
    const last = points.at(-1);
    return last ? [{ name, value: last[1] }] : [];
  });
  const overlay = { plots, series: series.map(({ name, points }) => ({ name, points: points.map(([step, value]) => [step, value] as const) })) };
  return { id, state, scale, startedAt, finals, ...(backend && { backend }), ...(endedAt !== undefined && { endedAt }), ...(overlaid && { overlay }) };
}

/** Writes TensorBoard's event file below the folder that the learner chooses. */
async function saveEvents(record: RunRecord): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title: "TensorBoard's Log Folder",
    openLabel: "Write Event File Here",
  });
  const [folder] = chosen ?? [];
  if (!folder) return;
  const file = await writeEventFile(folder.fsPath, record);
  void inform(`Written: ${file}. To look at it: tensorboard --logdir ${folder.fsPath}`);
}
