/** The author's gate in the editor: what a pack's proof has found, as problems at their lines and as a page; then publishing. */
import path from "node:path";
import * as vscode from "vscode";
import { type Keys, makeKeys, readKeys } from "../packs/keys.ts";
import { proofPage } from "../packs/markdown.ts";
import { keyFolder, proofsFolder } from "../packs/places.ts";
import type { PackProof, Problem } from "../packs/proof.ts";
import { pack, publish } from "../packs/publish.ts";
import { requireLastingIds } from "../packs/publishedIds.ts";
import { requireProof } from "../packs/requireProof.ts";
import { verifyPack } from "../packs/verify.ts";
import { writeWhole } from "../supervisor/files/write.ts";
import { readPack } from "../supervisor/packStore.ts";
import { cancellable } from "./cancellable.ts";
import { ask, inform } from "./say.ts";
import type { Supervision } from "./supervision.ts";
import { requireTrust } from "./trust.ts";
import { showRendered } from "./workbench.ts";

/** A file, so that its links lead to the lines of the pack's own; hidden ones are not published. */
const PAGE = ".practicum/Proof.md";
const fromPage = (file: string, line?: number): string => `../${encodeURI(file)}${line === undefined ? "" : `#L${line}`}`;

interface Progress {
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
}

export class Proving implements vscode.Disposable {
  readonly #dist: string;
  readonly #supervision: Supervision;
  readonly #problems = vscode.languages.createDiagnosticCollection("practicum.proof");

  constructor(supervision: Supervision, dist: string) {
    this.#supervision = supervision;
    this.#dist = dist;
  }

  /** Proves the pack of the folder, and shows what was found. */
  async verify(folder: string): Promise<void> {
    await this.#proving(({ signal, report }) => this.#prove(folder, signal, report));
  }

  /** Proves the pack, asks, and hands it to the registry that npm would use. */
  async publish(folder: string): Promise<void> {
    const keys = await ownKeys();
    if (!keys) return;
    const at = { dist: this.#dist, cwd: folder, agent: false } as const;
    // One notification for all of it: the workbench hides the fourth that comes within a second, and that may be the one that says what went wrong.
    const packed = await this.#proving(async ({ signal, report }) => {
      const proof = await this.#prove(folder, signal, report);
      const source = await readPack(folder);
      requireProof(proof, source);
      const packed = await pack(source, { keys });
      report(`looking for ${packed.manifest.name} on the registry`);
      await requireLastingIds(packed.manifest.name, source, { ...at, signal });
      return packed;
    });
    const { name, version } = packed.manifest;
    const detail = [`${Object.keys(packed.sizes).length} files, ${Math.ceil(packed.archive.length / 1024)} KiB`, ...Object.keys(packed.sizes)].join("\n");
    if ((await ask(`Publish ${name}@${version}?`, detail, "Publish")) !== "Publish") return;
    const registry = await cancellable(`Publishing ${name}@${version}`, (signal) => publish(packed, { ...at, signal }));
    void inform(`${name}@${version} is published to ${registry}.`);
  }

  dispose(): void {
    this.#problems.dispose();
  }

  #proving<T>(work: (progress: Progress) => Promise<T>): Thenable<T> {
    requireTrust();
    return cancellable("Verifying the pack", (signal, report) => work({ signal, report }));
  }

  async #prove(folder: string, signal: AbortSignal, report: Progress["report"]): Promise<PackProof> {
    const proof = await verifyPack(folder, {
      supervisor: this.#supervision.current,
      dist: this.#dist,
      tier: "run",
      cacheFolder: proofsFolder(),
      compiler: path.join(vscode.env.appRoot, "extensions/node_modules/typescript/lib/tsc.js"),
      signal,
      onProgress: (done, planned, words) => report(`${done} of ${planned}, ${words}`),
    });
    this.#mark(folder, proof);
    const page = path.join(folder, PAGE);
    await writeWhole(page, proofPage(proof, fromPage), { folders: true });
    await showRendered(vscode.Uri.file(page));
    return proof;
  }

  #mark(folder: string, { problems, exercises }: PackProof): void {
    const all = [...problems, ...exercises.flatMap((exercise) => exercise.problems)];
    this.#problems.clear();
    for (const file of new Set(all.map(fileOf)))
      this.#problems.set(vscode.Uri.file(path.join(folder, file)), all.filter((problem) => fileOf(problem) === file).map(diagnosticOf));
  }
}

/** The instructor's keys, made when there are none yet. @returns nothing when the question was closed */
async function ownKeys(): Promise<Keys | undefined> {
  const folder = keyFolder();
  const keys = await readKeys(folder);
  if (keys.signing !== undefined) return keys;
  const detail = `Learners know your packs by your key: without it they cannot tell your next one from a stranger's. It is kept in ${folder}. Keep a copy.`;
  const make = "Make Keys";
  if ((await ask("You have no key to sign packs with yet.", detail, make)) !== make) return undefined;
  await makeKeys(folder);
  return readKeys(folder);
}

/** What is of no file is of the pack. */
const fileOf = ({ file = "pack.json" }: Problem): string => file;

function diagnosticOf({ line = 1, message, remedy }: Problem): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER),
    `${message} ${remedy}`,
    vscode.DiagnosticSeverity.Error,
  );
  diagnostic.source = "Practicum";
  return diagnostic;
}
