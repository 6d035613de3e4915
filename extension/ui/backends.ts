/** What exercises compute on: the doctor's page, and the installation of a backend that does not come with Practicum. */
import * as vscode from "vscode";
import { markdownText } from "../protocol/plainText.ts";
import { type DoctorReport, examine } from "../supervisor/doctor.ts";
import { backendRows, bestOf, containmentLines, HEAD, providerRows } from "../supervisor/doctorReport.ts";
import { INSTALLABLE, type Installable, installBackend } from "../supervisor/installBackend.ts";
import { cancellable } from "./cancellable.ts";
import { DOCTOR_SCHEME } from "./contributions.ts";
import type { Supervision } from "./supervision.ts";
import { requireTrust } from "./trust.ts";
import { showRendered } from "./workbench.ts";

const PAGE = vscode.Uri.from({ scheme: DOCTOR_SCHEME, path: "/Practicum Doctor.md" });
const ABOUT: Record<Installable, string> = {
  "tfjs-node-gpu": "TensorFlow on an NVIDIA GPU: needs its driver, CUDA and cuDNN; Linux and Windows",
  "tfjs-node": "TensorFlow on the processor",
};

export class Backends implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #supervision: Supervision;
  readonly #dist: string;
  readonly #folder: string;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(DOCTOR_SCHEME, this);
  #page = "Run *Practicum: Doctor* to see what this machine computes on.\n";

  /** @param folder where backends are installed */
  constructor(supervision: Supervision, dist: string, folder: string) {
    this.#supervision = supervision;
    this.#dist = dist;
    this.#folder = folder;
  }

  /** Examines, then shows the page. */
  async examine(): Promise<void> {
    requireTrust();
    const report = await cancellable("Examining what this machine computes on", (signal, tell) =>
      examine(this.#supervision.supervisor, { dist: this.#dist, signal, onStep: tell }),
    );
    this.#page = pageOf(report);
    this.#changed.fire(PAGE);
    await showRendered(PAGE);
  }

  async install(): Promise<void> {
    requireTrust();
    const items = INSTALLABLE.map((name) => ({ label: name, detail: ABOUT[name] }));
    const chosen = await vscode.window.showQuickPick(items, { title: "Install a backend", placeHolder: "Several hundred megabytes are downloaded" });
    if (!chosen) return;
    const name = chosen.label;
    await cancellable(`Installing ${name}`, (signal, onLine) => installBackend({ name, dist: this.#dist, folder: this.#folder, signal, onLine }));
    await this.#supervision.restart(); // what did not start before may start now
    await this.examine();
  }

  provideTextDocumentContent(): string {
    return this.#page;
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

function pageOf(report: DoctorReport): string {
  const { node } = report;
  return [
    "# Practicum Doctor",
    `Runs use **${bestOf(report)?.name ?? "nothing: no backend starts"}**; the setting \`practicum.backend\` chooses another. Grades use WebAssembly in the sandbox: the same numbers on every machine.`,
    `Node ${node.version} (\`${node.path}\`) runs exercises${node.notes.map((note) => `; ${note}`).join("")}.`,
    ["Programs that run code of learners and packs:", ...containmentLines(report).map((line) => `- ${line}`)].join("\n"),
    table([HEAD, ...backendRows(report)]),
    "## ONNX Runtime",
    "Pretrained models use the first of cuda, coreml, dml and cpu that starts; the setting `practicum.executionProvider` chooses another. Oracles use cpu.",
    table([["Execution provider", "Matrix product, or why not"], ...providerRows(report)]),
    "",
  ].join("\n\n");
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(" | ")} |`;
  return [head as readonly string[], (head as readonly string[]).map(() => "---"), ...rows].map(line).join("\n");
}
