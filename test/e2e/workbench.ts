/** A learner in front of VS Code with Practicum installed: what they do with keys and mouse, and what they can read on the screen. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { startWeb } from "../../extension/tools/startWeb.ts";
import { newWindow, openBrowser, runCommand, type Window, webview } from "../tools/browser.ts";
import { OUT, ROOT } from "../tools/paths.ts";
import { type Home, installExtension, newHome, type Server, startServer } from "../tools/web.ts";

export class Workbench {
  readonly home: Home;
  readonly server: Server;
  readonly window: Window;

  private constructor(home: Home, server: Server, window: Window) {
    this.home = home;
    this.server = server;
    this.window = window;
  }

  /** Installs the .vsix that PRACTICUM_VSIX names into a VS Code that has never run, and opens an empty folder. */
  static async open(settings: object = {}, look: Parameters<typeof openBrowser>[1] = {}): Promise<Workbench> {
    const vsix = process.env.PRACTICUM_VSIX;
    assert.ok(vsix, "PRACTICUM_VSIX names no .vsix; `npm test` makes one");
    const home = newHome(settings);
    installExtension(home, vsix);
    const server = await startServer(home);
    const workbench = new Workbench(home, server, await openBrowser(home, look));
    await workbench.page.goto(server.url(home.workspace));
    await workbench.activity("Explorer").waitFor();
    return workbench;
  }

  /**
   * As `npm start` does, and in a browser that has never been here.
   * @param folder the learner's home, which a later start finds again
   */
  static async start(folder: string, port?: number): Promise<Workbench> {
    const vsix = process.env.PRACTICUM_VSIX;
    assert.ok(vsix, "PRACTICUM_VSIX names no .vsix; `npm test` makes one");
    const start = { folder: path.join(folder, "start"), vsix, learner: path.join(folder, "practicum"), env: { HOME: folder } };
    const { server, url } = await startWeb({ ...start, ...(port !== undefined && { port }) });
    const home = newHome();
    const workbench = new Workbench({ ...home, folder }, server, await openBrowser(home));
    await workbench.page.goto(url);
    await workbench.activity("Explorer").waitFor();
    return workbench;
  }

  /** Another window on the same folder, of the same learner. */
  async another(): Promise<Workbench> {
    const { browser } = this.window;
    const workbench = new Workbench(this.home, this.server, { browser, page: await newWindow(browser) });
    await workbench.page.goto(this.server.url(this.home.workspace));
    await workbench.activity("Explorer").waitFor();
    return workbench;
  }

  get page(): Page {
    return this.window.page;
  }

  async close(): Promise<void> {
    await this.window.browser.close();
    await this.server.stop();
  }

  activity = (name: string): Locator => this.page.locator(".activitybar .action-item", { has: this.page.locator(`a[aria-label^="${name}"]`) });
  treeItem = (title: string): Locator => this.page.locator(".pane-body .monaco-list-row", { hasText: title });
  editor = (): Locator => this.page.locator(".editor-instance .monaco-editor").first();
  /** What the status bar says of the exercise being edited. */
  verdict = (text: RegExp): Locator => this.page.locator('.statusbar-item[id$="practicum.grade"]', { hasText: text });
  /** The number of errors that the status bar counts in all files. */
  errors = (count: number): Locator => this.page.locator('.statusbar-item[id="status.problems"]', { hasText: new RegExp(`^\\s*${count}\\s`) });
  /** What the status bar says of the run under way. */
  running = (text: RegExp): Locator => this.page.locator('.statusbar-item[id$="practicum.run"]', { hasText: text });
  cursor = (line: number, column: number): Locator =>
    this.page.locator('.statusbar-item[id="status.editor.selection"]', { hasText: new RegExp(`^\\s*Ln ${line}, Col ${column}\\s*$`) });
  problem = (text: string): Locator => this.page.locator(".markers-panel .monaco-list-row", { hasText: text });
  problems = (): Promise<void> => this.page.keyboard.press("Control+Shift+M");
  editorAction = (label: string): Locator => this.page.locator(`.editor-actions a[aria-label^="${label}"]`).first();
  notification = (text: RegExp): Locator => this.page.locator(".notification-toast", { hasText: text });
  /** In the centre of notifications, while that is open. */
  kept = (text: RegExp): Locator => this.page.locator(".notifications-center .notification-list-item", { hasText: text });
  statement = (): FrameLocator => webview(this.page, 0);
  panel = (): FrameLocator => webview(this.page, 0);
  command = (title: string): Promise<void> => runCommand(this.page, title);

  /** Opens an exercise from the tree in the activity bar. The first time, the learner is asked where exercises shall stand. */
  async openExercise(title: string, first = false): Promise<void> {
    if (!(await this.treeItem(title).isVisible())) await this.activity("Practicum").click();
    await this.treeItem(title).click();
    if (first) await this.page.locator(".quick-input-list .monaco-list-row", { hasText: "~/practicum" }).click();
    // The statement takes the focus while it opens, and gives it back to the editor.
    await this.statement().getByRole("heading", { name: title, level: 1 }).waitFor();
    await this.page.locator(".monaco-editor.focused").waitFor();
  }

  async closePanel(): Promise<void> {
    const tab = this.page.locator(".tab", { has: this.page.locator('.label-name:text-is("Practicum")') }).first();
    await tab.click({ button: "middle" });
    await tab.waitFor({ state: "detached" });
  }

  /** Pastes the text over all that the active editor holds. */
  async paste(text: string): Promise<void> {
    await this.editor().click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.press("Delete");
    await this.cursor(1, 1).waitFor();
    await this.page.evaluate((clip) => navigator.clipboard.writeText(clip), text);
    await this.page.keyboard.press("Control+V");
    const lines = text.split("\n");
    await this.cursor(lines.length, (lines.at(-1) as string).length + 1).waitFor(); // the clipboard is read in its own time
  }

  async pasteAndSave(text: string): Promise<void> {
    await this.paste(text);
    await this.editor().click();
    await this.page.keyboard.press("Control+S");
    await this.page.locator(".tab.dirty").waitFor({ state: "detached" });
  }

  /** Pastes the text, asks for suggestions at its end, and waits for one. */
  async suggestions(text: string, expected: string): Promise<void> {
    await this.paste(text);
    await this.page.keyboard.press("Control+Space");
    await this.page.locator(".suggest-widget .monaco-list-row", { hasText: expected }).first().waitFor();
    await this.page.keyboard.press("Escape");
  }

  /** Folder of the attempt on disk. */
  attempt = (slug: string): string => path.join(this.home.folder, "practicum", PACK, slug);

  /** Says that the workspace may run code, on the page that the button of a refusal opens. */
  async trust(): Promise<void> {
    await this.page.locator(".notification-toast .monaco-button", { hasText: "Manage Workspace Trust" }).first().click();
    await this.page
      .locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ })
      .first()
      .click();
    await this.page.locator(".workspace-trust-editor", { hasText: "You trust" }).waitFor();
    await this.page.locator(".monaco-modal-editor-block .codicon-close").first().click();
    await this.page.locator(".monaco-modal-editor-block").waitFor({ state: "detached" });
  }

  /** Leaves a picture of what a learner saw when a test failed. */
  async keepPicture(test: string): Promise<void> {
    mkdirSync(path.join(OUT, "screenshots"), { recursive: true });
    await this.page.screenshot({ path: path.join(OUT, "screenshots", `${test.replaceAll(/\W+/g, "-")}.png`) });
  }
}

const PACK = "transformers-and-llms";

/** Text of a file of the pack, e.g. "03-sinusoidal-positions/reference/positions.ts". */
export const packFile = (file: string): string => readFileSync(path.join(ROOT, "exercises", PACK, file), "utf8");

export const packFiles = (folder: string): string[] =>
  readdirSync(path.join(ROOT, "exercises", PACK, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(ROOT, "exercises", PACK), path.join(entry.parentPath, entry.name)));
