/** From nothing to a class: a pack is begun, seen as a learner sees it, proven, published to a registry that wants a login, found there, installed, updated. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { readKeys } from "../../extension/packs/keys.ts";
import { pack, publish } from "../../extension/packs/publish.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { type Registry, startRegistry, userOf } from "../registry/registry.ts";
import { DIST } from "../tools/paths.ts";
import { Workbench } from "./workbench.ts";

const NAME = "practicum-pack-chances";

describe("an instructor", function () {
  this.timeout(300_000);
  let workbench: Workbench;
  let registry: Registry;
  let folder: string;
  const page = () => workbench.page;
  const input = () => page().locator(".quick-input-widget input").first();
  const item = (text: string) => page().locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  const dialog = () => page().getByRole("dialog");
  const tab = (name: string) => page().locator(".tab.active", { hasText: name }).first();
  const line = (text: string) => page().locator(".view-line", { hasText: text }).first();
  /** Types into the question with that title. */
  const answer = async (title: string, text: string) => {
    await page().locator(".quick-input-widget", { hasText: title }).waitFor();
    await input().fill(text);
    await page().keyboard.press("Enter");
  };
  const closeNotifications = () => workbench.command("Notifications: Clear All Notifications");

  before(async () => {
    registry = await startRegistry({ access: "$authenticated" });
    workbench = await Workbench.open({ "files.autoSave": "off" });
    const npmrc = await readFile(path.join(await userOf(registry, "ada"), ".npmrc"), "utf8");
    await writeFile(path.join(workbench.home.folder, ".npmrc"), npmrc);
    workbench.page.setDefaultTimeout(150_000); // a proof takes its time on a busy machine
    folder = path.join(workbench.home.workspace, "chances");
    await workbench.activity("Practicum").click();
    await workbench.treeItem("Count GPT-2's parameters").waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.keepPicture(this.currentTest.title);
  });
  after(async () => {
    await workbench?.close();
    await registry?.stop();
  });

  it("begins a pack with a worked exercise, and adds another", async () => {
    await workbench.command("Practicum: New Pack");
    await page().getByRole("button", { name: "Make the Pack in Here" }).click();
    await answer("New pack", "Chances");
    await workbench.notification(/Chances is in .*chances/).waitFor();
    await line("# Softmax").waitFor();
    await workbench.command("Practicum: New Exercise");
    await answer("New exercise", "Dice");
    await line("# Dice").waitFor();
  });

  it("sees an exercise as a learner does", async () => {
    await workbench.command("Practicum: Preview as Learner");
    await tab("softmax.ts").waitFor();
    await line("TODO").waitFor();
    await workbench.statement().getByRole("heading", { name: "Dice", level: 1 }).waitFor();
    await workbench.treeItem("Chances").filter({ hasText: "preview" }).waitFor();
    await workbench.command("View: Close All Editors");
  });

  it("cancels a proof, and nothing is left of it", async () => {
    await workbench.command("Practicum: Verify Pack");
    const proving = workbench.notification(/Verifying the pack: \d+ of \d+/);
    await proving.getByRole("button", { name: "Cancel" }).click();
    await proving.waitFor({ state: "detached" });
    assert.equal(await page().locator(".tab", { hasText: "Proof.md" }).count(), 0);
  });

  it("is told what refuses a pack, and led to the line", async () => {
    const variant = path.join(folder, "02-dice/variants/by-logarithm.ts");
    const text = await readFile(variant, "utf8");
    await writeFile(variant, `${text}\nexport const two: string = 2;\n`);
    await workbench.command("Practicum: Verify Pack");
    const proof = workbench.statement();
    await proof.getByRole("heading", { name: "What to do next: 1 problem" }).waitFor();
    await proof.getByText("TS2322: Type 'number' is not assignable to type 'string'.").waitFor();
    await proof.getByRole("link", { name: /02-dice\/variants\/by-logarithm\.ts:\d+/ }).click();
    await tab("by-logarithm.ts").waitFor();
    await workbench.cursor(text.split("\n").length + 1, 1).waitFor();
    await writeFile(variant, text);
    await workbench.command("View: Close All Editors");
  });

  it("publishes what is proven, signed by a key that is made on the way, to a registry that wants a login", async () => {
    await workbench.command("Practicum: Publish Pack");
    await dialog().getByText("You have no key to sign packs with yet.").waitFor();
    await dialog().getByRole("button", { name: "Make Keys" }).click();
    await dialog().getByText(`Publish ${NAME}@0.1.0?`).waitFor();
    await dialog().getByText("01-softmax/softmax.check.ts").waitFor();
    await workbench.statement().getByText("Version 0.1.0. Proven:").waitFor();
    await dialog().getByRole("button", { name: "Publish" }).click();
    await workbench.notification(new RegExp(`${NAME}@0\\.1\\.0 is published to ${registry.url}`)).waitFor();
  });

  it("is told what to do where the version is there already", async () => {
    await closeNotifications();
    await workbench.command("Practicum: Publish Pack");
    await dialog().getByRole("button", { name: "Publish" }).click();
    await workbench.command("Notifications: Show Notifications"); // of four that come within 800 ms, as when a test clicks, the last is there only
    await workbench.kept(/has this version already\. Raise the version in pack\.json/).waitFor();
    await closeNotifications();
  });

  describe("and a learner", () => {
    it("finds the pack on the registry, sees who made it, and installs it", async () => {
      const loaded = page().waitForEvent("load");
      await workbench.command("Developer: Reload Window"); // a preview ends with its window
      await loaded;
      await workbench.treeItem("Count GPT-2's parameters").waitFor();
      await workbench.command("Practicum: Browse Packs");
      await item("Chances · 2 exercises · ").filter({ hasText: "proven" }).waitFor();
      await item(NAME).click();
      await dialog()
        .getByText(/Signed by: ([0-9a-f]{4} ?){4}/)
        .waitFor();
      await dialog().getByRole("button", { name: "Trust and Install" }).click();
      await workbench.notification(/Chances 0\.1\.0 is installed\./).waitFor();
      await workbench.treeItem("Chances").filter({ hasText: "0.1.0" }).waitFor();
    });

    it("cancels a download that does not come", async () => {
      const silent = http.createServer((_, response) => void response.writeHead(200, { "content-length": 1e6 }).write(Buffer.alloc(2048)));
      await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
      await workbench.command("Practicum: Install Pack");
      await answer("Install a pack", `http://127.0.0.1:${(silent.address() as AddressInfo).port}/x.tgz`);
      const fetching = workbench.notification(/Fetching .*: 2 KiB/);
      await fetching.getByRole("button", { name: "Cancel" }).click();
      await fetching.waitFor({ state: "detached" });
      assert.equal(await page().locator(".notification-toast .codicon-error").count(), 0);
      silent.closeAllConnections();
      silent.close();
    });

    it("is offered to be graded again where an update has changed the checks, and sees what that changes", async () => {
      await workbench.openExercise("Softmax", true);
      const solution = await readFile(path.join(folder, "01-softmax/reference/softmax.ts"), "utf8");
      await workbench.pasteAndSave(solution);
      await workbench.verdict(/^\s*4\/4 · \w+\s*$/).waitFor();
      await publishStricter();
      await closeNotifications();
      await workbench.command("Practicum: Install Pack");
      await answer("Install a pack", NAME);
      const offer = workbench.notification(/Version 0\.2\.0 has changed the checks of 1 exercise that you were graded on/);
      await offer.waitFor();
      await workbench.treeItem("Softmax").filter({ hasText: "4/4 by version 0.1.0" }).waitFor();
      await offer.getByRole("button", { name: "Grade Again" }).click();
      const regraded = workbench.statement();
      await regraded.getByRole("heading", { name: "Graded again" }).waitFor();
      await regraded.getByText("4/4 by version 0.1.0, 4/7 by version 0.2.0 on the same inputs (a replay), 4/7 on new ones, which counts.").waitFor();
      await regraded.getByRole("row", { name: "is as strict as from now on not asked failed" }).waitFor();
      await workbench.treeItem("Softmax").filter({ hasText: "4/7" }).waitFor();
      assert.equal(await readFile(path.join(workbench.home.folder, "practicum/chances/01-softmax/softmax.ts"), "utf8"), solution);
    });
  });

  async function publishStricter(): Promise<void> {
    const checks = path.join(folder, "01-softmax/softmax.check.ts");
    await writeFile(
      checks,
      `${await readFile(checks, "utf8")}\ncheck<Surface>("is as strict as from now on", {\n  points: 3,\n  when: "save",\n  ask: () => 1,\n  expect: near.value(2, { rtol: 0, atol: 0.1 }),\n});\n`,
    );
    const manifest = path.join(folder, "pack.json");
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace('"0.1.0"', '"0.2.0"'));
    const keys = await readKeys(path.join(workbench.home.folder, ".config/practicum/keys"));
    await publish(await pack(await readPack(folder), { keys }), { dist: DIST, cwd: workbench.home.folder });
  }
});
