/** Packs from elsewhere: found, looked at, trusted, installed, taken away. */
import * as vscode from "vscode";
import { describe, questionsOf } from "../packs/describe.ts";
import { type Found, fetchPack, type RegistryOptions, searchPacks } from "../packs/registry.ts";
import type { Candidate } from "../packs/shelf.ts";
import { inert } from "../protocol/plainText.ts";
import { cancellable } from "./cancellable.ts";
import type { PackNode } from "./exerciseTree.ts";
import type { Library } from "./library.ts";
import type { Regrading } from "./regrading.ts";
import { ask, inform } from "./say.ts";

export class Packs {
  readonly #library: Library;
  readonly #regrading: Regrading;
  readonly #dist: string;

  constructor(library: Library, regrading: Regrading, dist: string) {
    this.#library = library;
    this.#regrading = regrading;
    this.#dist = dist;
  }

  /** @param spec asked for when absent */
  async install(spec?: string): Promise<void> {
    const wanted = spec ?? (await askForSpec());
    if (!wanted) return;
    const fetched = await withProgress(`Fetching ${wanted}`, (options) => fetchPack(wanted, { ...options, dist: this.#dist }));
    const candidate = await this.#library.shelf.examine(fetched);
    const { pack, present, replaces } = candidate;
    if (!(await isAccepted(candidate))) return;
    const installed = await this.#library.shelf.install(candidate, { acceptKey: true, downgrade: true }); // asked for above
    this.#library.refresh();
    const how = present ? " already" : replaces ? `, in the place of ${replaces.version}` : "";
    void inform(`${pack.title} ${pack.version} is installed${how}.`);
    await this.#regrading.updated(installed);
  }

  /** Searches the registry, and installs what is picked. */
  async browse(): Promise<void> {
    const found = await withProgress("Searching the registry", (options) => searchPacks("", { ...options, dist: this.#dist }));
    const picked = await vscode.window.showQuickPick(found.map(itemOf), {
      title: "Packs on the registry",
      placeHolder: found.length === 0 ? "There are none" : "Choose one to look at",
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (picked) await this.install(picked.name);
  }

  async remove({ pack }: PackNode): Promise<void> {
    const detail = "Your attempts and your progress stay.";
    if ((await ask(`Remove ${pack.title}?`, detail, "Remove")) !== "Remove") return;
    await this.#library.shelf.remove(pack.id);
    this.#library.refresh();
  }
}

const askForSpec = (): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: "Install a pack",
    prompt: "Name or name@version on the registry, path of an archive or folder, git or http(s) address",
    placeHolder: "practicum-pack-probability",
    ignoreFocusOut: true,
  });

/** What is new is installed when its author is trusted; what came from the same key before, and is newer, is not asked about again. */
async function isAccepted(candidate: Candidate): Promise<boolean> {
  const facts = describe(candidate).map(([label, value]) => `${label}: ${value}`);
  const detail = [`${candidate.pack.title} ${candidate.pack.version}`, "", ...facts].join("\n");
  for (const { question, yes } of questionsOf(candidate)) {
    if ((await ask(question, detail, yes)) !== yes) return false;
  }
  return true;
}

/** With the bytes that have come. */
const withProgress = <T>(title: string, work: (options: Omit<RegistryOptions, "dist">) => Promise<T>): Thenable<T> =>
  cancellable(title, (signal, report) => work({ agent: false, signal, onProgress: (bytes) => report(`${Math.ceil(bytes / 1024)} KiB`) }));

function itemOf({ name, version, title, author, exercises, verified }: Found): vscode.QuickPickItem & { readonly name: string } {
  const count = exercises === undefined ? "" : `${exercises} ${exercises === 1 ? "exercise" : "exercises"}`;
  const state = verified === "forced" ? "$(warning) not proven" : verified ? "$(verified) proven" : "";
  const about = [inert(title), count, author && `by ${inert(author)}`, state].filter(Boolean).join(" · ");
  return { name, label: inert(name), description: inert(version), detail: about };
}
