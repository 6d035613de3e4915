/** What Practicum adds to the editor, typed. `package.json` says the same in JSON, and a test compares the two. No `vscode` here. */

import type { ProviderName } from "../protocol/pretrained.ts";
import type { BackendName } from "../protocol/runtime.ts";

export const COMMANDS = [
  "practicum.openExercise",
  "practicum.runExercise",
  "practicum.profileExercise",
  "practicum.cancelRun",
  "practicum.gradeNow",
  "practicum.showStatement",
  "practicum.showHint",
  "practicum.compareWithReference",
  "practicum.giveUp",
  "practicum.resetExercise",
  "practicum.openAsWorkspace",
  "practicum.chooseFolder",
  "practicum.showPanel",
  "practicum.doctor",
  "practicum.installBackend",
  "practicum.showLog",
] as const;
export type CommandId = (typeof COMMANDS)[number];

/** About packs. */
export const PACK_COMMANDS = [
  "practicum.browsePacks",
  "practicum.installPack",
  "practicum.removePack",
  "practicum.gradeAgain",
  "practicum.newPack",
  "practicum.newExercise",
  "practicum.previewAsLearner",
  "practicum.verifyPack",
  "practicum.publishPack",
] as const;
export type PackCommandId = (typeof PACK_COMMANDS)[number];

export interface Settings {
  readonly "practicum.folder": string;
  readonly "practicum.gradeOnSave": boolean;
  readonly "practicum.scale": "quick" | "full";
  readonly "practicum.corpus": string;
  readonly "practicum.backend": BackendName | "auto";
  readonly "practicum.executionProvider": ProviderName | "auto";
  readonly "practicum.node": string;
}
export const SETTINGS: Settings = {
  "practicum.folder": "~/practicum",
  "practicum.gradeOnSave": true,
  "practicum.scale": "quick",
  "practicum.corpus": "",
  "practicum.backend": "auto",
  "practicum.executionProvider": "auto",
  "practicum.node": "",
};

export interface ContextKeys {
  /** The file being edited is one of an attempt. */
  readonly "practicum.attemptActive": boolean;
  /** Folders of the attempts seen so far: the title bar of each editor asks for its own. */
  readonly "practicum.attemptFolders": readonly string[];
  /** The reference of the active exercise may be seen. */
  readonly "practicum.canCompare": boolean;
  readonly "practicum.running": boolean;
  /** The learner has said where exercises stand. */
  readonly "practicum.folderChosen": boolean;
  /** No pack could be read: the view says so. */
  readonly "practicum.unreadable": boolean;
}
export const CONTEXT_KEYS = [
  "practicum.attemptActive",
  "practicum.attemptFolders",
  "practicum.canCompare",
  "practicum.running",
  "practicum.folderChosen",
  "practicum.unreadable",
] as const satisfies readonly (keyof ContextKeys)[];

export const VIEW = "practicum.exercises";
export const PANEL = "practicum.panel";
export const WALKTHROUGH = "practicum.start";

/** Schemes of documents that exist in memory only. */
export const REFERENCE_SCHEME = "practicum-reference";
export const REGRADE_SCHEME = "practicum-regrade";
export const HINTS_SCHEME = "practicum-hints";
export const DOCTOR_SCHEME = "practicum-doctor";
