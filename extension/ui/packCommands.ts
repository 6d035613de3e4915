/** The commands about packs: those of learners, who install them, and those of instructors, who write them. */
import path from "node:path";
import * as vscode from "vscode";
import { makeExercise, makePack, packFolder, previewAsLearner } from "./authoring.ts";
import type { PackCommandId } from "./contributions.ts";
import type { PackNode } from "./exerciseTree.ts";
import type { Library } from "./library.ts";
import type { Notify } from "./notify.ts";
import { Packs } from "./packs.ts";
import type { Proving } from "./proving.ts";
import type { Regrading } from "./regrading.ts";

export interface PackParts {
  readonly dist: string;
  readonly library: Library;
  readonly notify: Notify;
  readonly proving: Proving;
  readonly regrading: Regrading;
}

/** Where a command was called: on a pack of the tree, on a file of the explorer or an editor, from another program (a spec), or from the palette. */
type Place = PackNode | vscode.Uri | string | undefined;

export function registerPackCommands({ dist, library, notify, proving, regrading }: PackParts): vscode.Disposable {
  const packs = new Packs(library, regrading, dist);
  const handlers: Record<PackCommandId, (place: Place) => unknown> = {
    "practicum.browsePacks": () => packs.browse(),
    "practicum.installPack": (place) => packs.install(typeof place === "string" ? place : undefined),
    "practicum.removePack": (place) => isNode(place) && packs.remove(place),
    "practicum.gradeAgain": () => regrading.all(),
    "practicum.newPack": () => makePack(dist),
    "practicum.newExercise": (place) => makeExercise(dist, uriOf(place)),
    "practicum.previewAsLearner": (place) => previewAsLearner(library, dist, uriOf(place)),
    "practicum.verifyPack": withPack((folder) => proving.verify(folder)),
    "practicum.publishPack": withPack((folder) => proving.publish(folder)),
  };
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([id, handle]) => vscode.commands.registerCommand(id, (place?: Place) => notify.guard(() => handle(place)))),
  );
}

const withPack = (act: (folder: string) => unknown) => async (place: Place) => {
  const folder = await packFolder(uriOf(place));
  return folder && act(folder);
};

const isNode = (place: Place): place is PackNode => typeof place === "object" && "kind" in place;

/** A pack of the tree stands for its folder. */
const uriOf = (place: Place): vscode.Uri | undefined =>
  place instanceof vscode.Uri ? place : isNode(place) ? vscode.Uri.file(path.join(place.pack.folder, "pack.json")) : undefined;
