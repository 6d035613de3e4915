import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";

const ROOT = path.join(import.meta.dirname, "../../extension");

/** What shows text to a person, or reads and writes their files, and the one place of each: there strangers' text is made harmless, and files are bounded. */
const ONE_PLACE: readonly [what: RegExp, folders: readonly string[], places: readonly string[]][] = [
  [/\bprocess\.(stdout|stderr)\b/, ["cli"], ["cli/terminal.ts", "cli/main.ts"]], // main: a reader that has gone
  [/\bconsole\./, ["cli", "ui", "packs", "supervisor"], []],
  [/\bshow(Information|Warning|Error)Message\b/, ["ui"], ["ui/say.ts"]],
  [/\bnew vscode\.MarkdownString\b/, ["ui"], ["ui/markdown.ts"]],
  [/\bwithProgress\(\{/, ["ui"], ["ui/cancellable.ts"]],
  [
    /\b(writeFile|copyFile|appendFile|cp)\b/,
    ["cli", "ui", "packs", "supervisor"],
    ["supervisor/files/write.ts", "supervisor/checkpoints.ts", "supervisor/installBackend.ts", "packs/typeRules.ts", "ui/saveExport.ts", "supervisor/watch.ts"],
  ],
  [
    /\breadFile(Sync)?\b/,
    ["cli", "ui", "packs", "supervisor"],
    [
      "cli/main.ts",
      "supervisor/supervisor.ts",
      "supervisor/doctor.ts",
      "supervisor/installBackend.ts",
      ...["supervisor/processTree.ts", "supervisor/resources.ts", "supervisor/outside.ts", "supervisor/cgroup.ts"],
      ...["supervisor/containment/causes.ts", "supervisor/containment/probe.ts", "supervisor/containment/descriptors.ts"],
      "packs/evidenceCache.ts",
    ],
  ], // of ours, or of the system's
];

describe("one place", () => {
  for (const [what, folders, places] of ONE_PLACE) {
    it(`for ${what.source}: ${places[0] ?? "none"}`, () => {
      const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT })).map((file) => file.split(path.sep).join("/"));
      assert.ok(files.length > 5);
      const used = files.filter((file) => what.test(readFileSync(path.join(ROOT, file), "utf8")));
      assert.deepEqual(
        used.filter((file) => !places.includes(file)),
        [],
      );
    });
  }
});
