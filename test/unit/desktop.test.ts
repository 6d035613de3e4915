import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { findDesktop } from "../tools/desktop.ts";

describe("VS Code for the desktop", () => {
  const windows = process.platform === "win32";
  let folder: string;
  let command: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "desktop-"));
    command = path.join(folder, "bin", windows ? "code.cmd" : "code");
    mkdirSync(path.dirname(command));
    for (const file of [command, path.join(folder, windows ? "Code.exe" : "code")]) writeFileSync(file, "");
  });
  after(() => rmSync(folder, { recursive: true }));

  const withScreen = () => ({ PATH: path.dirname(command), DISPLAY: ":0" });

  it("is the one that is named, whatever is on the path", () => {
    assert.equal(findDesktop({ PRACTICUM_VSCODE: command, PATH: "" })?.command, command);
  });
  it("is refused when the named one is not there", () => {
    assert.throws(() => findDesktop({ PRACTICUM_VSCODE: path.join(folder, "none") }), /is not there/);
  });
  it("is the command on the path, with the program behind it", () => {
    const found = findDesktop(withScreen());
    assert.equal(found?.command, command);
    if (process.platform === "linux") assert.equal(path.relative(folder, found?.program ?? ""), "code");
  });
  it("is none where nothing is on the path, or where the command only talks to a remote window", () => {
    assert.equal(findDesktop({ ...withScreen(), PATH: path.join(folder, "none") }), undefined);
    assert.equal(findDesktop({ ...withScreen(), VSCODE_IPC_HOOK_CLI: "/socket" }), undefined);
    if (process.platform === "linux") assert.equal(findDesktop({ PATH: path.dirname(command) }), undefined);
  });
});
