import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { graded, progressOf } from "../../extension/exercise/progress.ts";
import type { Grade } from "../../extension/protocol/grade.ts";
import { ProgressFile } from "../../extension/supervisor/progressFile.ts";
import type { Verdict } from "../../extension/ui/verdict.ts";
import { configure, Learner, when } from "./learner.ts";

const HELPED = 'export * from "./helper.ts";\n';

/** Phases of the exercise's verdict, as they are said. */
class Said {
  readonly phases: string[] = [];
  readonly graded: string[] = [];
  readonly #subscription: vscode.Disposable;

  constructor({ practicum, exercise }: Learner) {
    this.#subscription = practicum.verdicts.onDidChange(({ attempt, verdict }) => {
      if (attempt.exercise.id !== exercise.id) return;
      this.phases.push(verdict.phase);
      if (verdict.phase === "graded" || (verdict.phase === "old" && verdict.grade)) this.graded.push(verdict.grade?.digests.attempt as string);
    });
  }

  end(): this {
    this.#subscription.dispose();
    return this;
  }
}

describe("a change that no save of this editor made", () => {
  let learner: Learner;
  let reference: string;
  let swapped: string;
  const file = (name: string) => path.join(learner.folder, name);
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeFileSync(file(name), text);
  };
  /** In one step, as many editors save. */
  const replace = (name: string, text: string) => {
    write(".new", text);
    renameSync(file(".new"), file(name));
  };
  const says = async (wanted: (verdict: Verdict) => boolean) =>
    (await when(learner.practicum.verdicts.onDidChange, ({ attempt, verdict }) => attempt.exercise.id === learner.exercise.id && wanted(verdict))).verdict;
  const phase = (name: Verdict["phase"]) => says((verdict) => verdict.phase === name);
  const outcome = (wanted: string) => says((verdict) => verdict.phase === "graded" && verdict.grade.outcome === wanted);
  /** Does it, and waits for what is said. */
  const after = async <T>(act: () => unknown, said: Promise<T>): Promise<T> => {
    await act();
    return said;
  };

  before(async () => {
    learner = await Learner.opens("ex-sp-ch35-03");
    reference = learner.text("reference");
    swapped = learner.text("misconceptions/sine-and-cosine-swapped");
  });
  beforeEach(async () => {
    await learner.holds(readFileSync(learner.entry.fsPath, "utf8")); // else the workbench would not save over what it has not seen
    const passed = outcome("passed");
    await learner.saves(reference);
    await passed;
    const { verdicts } = learner.practicum;
    while (verdicts.of(learner.exercise.id).phase !== "graded" || verdicts.due(learner.exercise.id)) await says(() => true); // what the test before took away
  });
  afterEach(() => configure("practicum.gradeOnSave", undefined));

  describe("with grading on save", () => {
    it("by another program: is old at once, then graded", async () => {
      const said = new Said(learner);
      await after(() => write(learner.exercise.entry, swapped), outcome("failed"));
      assert.deepEqual(said.end().phases.slice(0, 3), ["old", "grading", "graded"]);
    });

    it("by a program that writes a new file in its place", async () => {
      await after(() => replace(learner.exercise.entry, swapped), outcome("failed"));
    });

    it("by git checkout, there and back: no bytes are graded twice in a row", async () => {
      const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd: learner.folder });
      git("init", "-q", "-b", "right");
      git("add", "-A");
      git("commit", "-q", "-m", "right");
      git("checkout", "-q", "-b", "wrong");
      await after(() => {
        for (let helper = 0; helper < 20; helper++) write(`helpers/${helper}.ts`, `export const helper = ${helper};\n`);
        write(learner.exercise.entry, swapped);
      }, outcome("failed"));
      git("add", "-A");
      git("commit", "-q", "-m", "wrong");
      const said = new Said(learner);
      await after(() => git("checkout", "-q", "right"), outcome("passed"));
      await after(() => git("checkout", "-q", "wrong"), outcome("failed"));
      const { graded: digests } = said.end();
      assert.ok(
        digests.every((digest, index) => digest !== digests[index - 1] || said.phases.includes("old")),
        String(digests),
      );
      await after(() => git("checkout", "-q", "right"), outcome("passed"));
      rmSync(file(".git"), { recursive: true });
    });

    it("of a helper: added, renamed, renamed back, written in a folder, and its folder renamed", async () => {
      await after(() => write("helper.ts", reference), phase("graded"));
      await after(() => write(learner.exercise.entry, HELPED), outcome("passed"));
      await after(() => renameSync(file("helper.ts"), file("other.ts")), outcome("errored"));
      await after(() => renameSync(file("other.ts"), file("helper.ts")), outcome("passed"));
      await after(() => write("parts/helper.ts", reference), phase("graded"));
      await after(() => write(learner.exercise.entry, HELPED.replace("./", "./parts/")), outcome("passed"));
      await after(() => write("parts/helper.ts", swapped), outcome("failed"));
      await after(() => write("parts/helper.ts", reference), outcome("passed"));
      await after(() => renameSync(file("parts"), file("pieces")), outcome("errored"));
      await after(() => renameSync(file("pieces"), file("parts")), outcome("passed"));
      await after(() => replace(learner.exercise.entry, reference), outcome("passed"));
      await after(() => rmSync(file("parts"), { recursive: true }), outcome("passed"));
      await after(() => rmSync(file("helper.ts")), outcome("passed"));
    });

    it("that deletes the entry: a quiet state that says so, and the same verdict when it is back", async () => {
      const { status, tests } = await learner.sees();
      const said = new Said(learner);
      const { entry } = learner.exercise;
      await after(() => rmSync(file(entry)), phase("missing"));
      const missing = await learner.shows();
      assert.equal(missing.status, `$(question) ${entry} is missing`);
      assert.match(missing.tooltip, new RegExp(`${entry}.*is.*missing`));
      assert.match(missing.tree, new RegExp(`^\\$\\(question\\) ${entry} is missing · `));
      assert.deepEqual([...new Set(missing.tests)], ["old"]);
      await after(() => replace(entry, reference), phase("graded"));
      const back = await learner.sees();
      assert.deepEqual([back.status, back.tests], [status, tests]);
      assert.deepEqual(new Set(said.end().phases), new Set(["missing", "graded"])); // nothing was asked
    });

    it("of what is no part of the attempt: nothing", async () => {
      const said = new Said(learner);
      const others = [
        ".practicum/backups/x.ts",
        ".practicum/checkpoints/y.ts",
        ".hidden/z.ts",
        ".idea.ts",
        "node_modules/a/index.ts",
        "types.d.ts",
        `${learner.exercise.entry}~`,
        `#${learner.exercise.entry}#`,
        `.#${learner.exercise.entry}`,
        `.${learner.exercise.entry}.swp`,
        "4913",
        "notes.md",
      ];
      for (const other of others) write(other, "export const nothing = 1;\n");
      await after(() => write(learner.exercise.entry, swapped), outcome("failed")); // the events of the others come before
      const { phases } = said.end();
      assert.deepEqual(phases.slice(0, 3), ["old", "grading", "graded"], String(phases));
      for (const other of others) rmSync(file(other));
    });
  });

  describe("without grading on save", () => {
    beforeEach(() => configure("practicum.gradeOnSave", false));

    it("marks every surface as old, says what to do, and grades nothing; the same bytes again are the same verdict", async () => {
      const said = new Said(learner);
      const current = await learner.shows();
      await after(() => write(learner.exercise.entry, swapped), phase("old"));
      const old = await learner.shows();
      assert.match(old.status, /^\$\(history\) \d+\/\d+, changed since$/);
      assert.match(old.tooltip.replaceAll("&nbsp;", " "), /Your files have changed since then\. .*run the exercise or choose Grade All Checks Now/);
      assert.match(old.tree, /^\$\(history\) \d+\/\d+, changed since · /);
      assert.deepEqual([...new Set(old.tests)], ["old"]);
      await after(() => write(learner.exercise.entry, reference), phase("graded"));
      assert.deepEqual(await learner.shows(), current);
      assert.deepEqual(said.end().phases, ["old", "graded"]);
    });

    it("marks what Problems and the notes above functions say", async () => {
      const at = /export function \w+\([^{]*\{/;
      const practicums = () => vscode.languages.getDiagnostics(learner.entry).filter(({ source }) => source === "Practicum");
      const all = () => practicums().map(({ message, severity, code }) => [message, severity, code]);
      const grade = vscode.commands.executeCommand.bind(undefined, "practicum.gradeNow", { exercise: learner.exercise.id });
      await learner.saves(reference.replace(at, "$&\n  if (true) return 7 as never;"));
      await grade();
      const warned = all();
      assert.ok(warned.length > 0 && warned.every(([, severity]) => severity !== vscode.DiagnosticSeverity.Information));
      await after(() => write("note.ts", "export const note = 1;\n"), phase("old"));
      assert.deepEqual(
        all(),
        warned.map(([message]) => [message, vscode.DiagnosticSeverity.Information, "changed since"]),
      );
      const notes = (await learner.lenses()).filter((lens) => /\$\((error|history)\)/.test(lens));
      assert.ok(notes.length > 0 && notes.every((note) => note.includes("$(history) Changed since: ")), String(notes));
      await after(() => rmSync(file("note.ts")), phase("graded"));
      assert.deepEqual(all(), warned);
    });

    it("while it is graded: the grade is of what it read, and old when it comes", async () => {
      const { verdicts } = learner.practicum;
      const { reads } = verdicts;
      verdicts.reads = (...read) => {
        reads.apply(verdicts, read);
        verdicts.reads = reads;
        write(learner.exercise.entry, swapped); // the grade has read the reference, and asks it now
      };
      const said = phase("old");
      await vscode.commands.executeCommand("practicum.gradeNow", { exercise: learner.exercise.id });
      const old = (await said) as Extract<Verdict, { phase: "old" }>;
      assert.equal(old.grade?.outcome, "passed");
      await after(() => configure("practicum.gradeOnSave", true), outcome("failed")); // and a new one follows where it is wanted
    });
  });

  describe("of the whole folder", () => {
    it("that moves the whole folder away and back", async () => {
      const away = `${learner.folder} away`;
      await after(() => renameSync(learner.folder, away), phase("missing"));
      await after(() => renameSync(away, learner.folder), phase("graded"));
      await after(() => write(learner.exercise.entry, swapped), outcome("failed")); // it is watched as before
    });
  });

  describe("before the window was opened", () => {
    it("while the editor was closed: what was graded on an earlier day is old when the exercise is opened, and is graded", async () => {
      const id = "ex-sp-ch35-02";
      const exercise = await learner.practicum.library.get(id);
      const before = { ...gradeOf(learner.practicum.verdicts.of(learner.exercise.id)), exercise: id };
      const parent = vscode.workspace.getConfiguration().get<string>("practicum.folder") as string;
      const progress = new ProgressFile(parent);
      await progress.update((kept) => graded(kept, before));
      await when(learner.practicum.tree.onDidChangeTreeData, () => progressOf(progress.read(), id).last !== undefined);
      const phases: string[] = [];
      const subscription = learner.practicum.verdicts.onDidChange(({ attempt, verdict }) => attempt.exercise.id === id && phases.push(verdict.phase));
      const done = when(learner.practicum.verdicts.onDidChange, ({ attempt, verdict }) => attempt.exercise.id === id && verdict.phase === "graded");
      await Learner.opens(exercise.id);
      await done;
      subscription.dispose();
      assert.deepEqual(phases.slice(0, 3), ["old", "grading", "graded"]);
    });
  });

  describe("elsewhere", () => {
    it("in a folder outside of the workspace, with files that the watcher is told to leave out", async () => {
      const outside = path.join(mkdtempSync(path.join(tmpdir(), "elsewhere-")), "mine [1]");
      await configure("files.watcherExclude", { "**/mine*/**": true });
      cpSync(learner.folder, outside, { recursive: true });
      const entry = path.join(outside, learner.exercise.entry);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(entry));
      await after(() => writeFileSync(entry, swapped), outcome("failed"));
      await configure("files.watcherExclude", undefined);
    });
  });
});

function gradeOf(verdict: Verdict): Grade {
  assert.ok(verdict.phase === "graded");
  return verdict.grade;
}
