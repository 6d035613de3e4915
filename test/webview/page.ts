/** The panel in a real Chromium, under the policy that the extension serves it with, behind a host that a test plays. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import type { PanelIntent } from "../../extension/protocol/panel.ts";
import { panelHtml } from "../../webviews/panel/html.ts";
import { openBrowser } from "../tools/browser.ts";
import { ROOT } from "../tools/paths.ts";
import { newHome } from "../tools/web.ts";
import { installWeb } from "../tools/webInstall.ts";

export type ThemeKind = "vscode-dark" | "vscode-light" | "vscode-high-contrast" | "vscode-high-contrast-light";

const ORIGIN = "http://panel.test";

export interface Panel {
  readonly page: Page;
  /** Posts as the host does, and returns when the panel has shown it. */
  readonly update: (...updates: readonly unknown[]) => Promise<void>;
  /** What the panel posted so far. */
  readonly intents: readonly PanelIntent[];
  /** Uncaught errors and violations of the policy. */
  readonly faults: readonly string[];
  readonly theme: (kind: ThemeKind) => Promise<void>;
}

/** The Chromium that the end-to-end tests use. */
export async function launch(): Promise<Browser> {
  if (!process.env.PRACTICUM_CHROME) installWeb();
  const { browser } = await openBrowser(newHome());
  return browser;
}

/** A fresh page that has loaded and posted `ready`. */
export async function openPanel(browser: Browser, kind: ThemeKind = "vscode-dark", viewport = { width: 900, height: 1000 }): Promise<Panel> {
  const page = await browser.newPage({ viewport });
  const intents: PanelIntent[] = [];
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.exposeFunction("report", (fault: string) => void faults.push(fault));
  await page.exposeFunction("post", (intent: PanelIntent) => void intents.push(intent));
  await page.addInitScript(playHost);
  const files = await served(kind);
  await page.route(`${ORIGIN}/**`, (route) => {
    const file = files[new URL(route.request().url()).pathname];
    return file ? route.fulfill(file) : route.abort();
  });
  await page.goto(`${ORIGIN}/`);
  return { page, intents, faults, update: (...updates) => send(page, updates), theme: (to) => page.evaluate(applyTheme, to) };
}

async function served(kind: ThemeKind): Promise<Record<string, { contentType: string; body: string }>> {
  const html = panelHtml({ scriptUri: `${ORIGIN}/panel.js`, styleUri: `${ORIGIN}/panel.css`, cspSource: ORIGIN, nonce: "n0nce" });
  // VS Code writes its tokens and the kind of theme into the page before the panel sees it.
  const themed = html
    .replace("<link", `<link rel="stylesheet" href="${ORIGIN}/themes.css"><link`)
    .replace("<body", `<body class="${kind}" data-vscode-theme-kind="${kind}"`);
  const { js, css } = await bundle();
  return {
    "/": { contentType: "text/html", body: themed },
    "/panel.js": { contentType: "text/javascript", body: js },
    "/panel.css": { contentType: "text/css", body: css },
    "/themes.css": { contentType: "text/css", body: await readFile(path.join(import.meta.dirname, "themes.css"), "utf8") },
  };
}

let bundled: Promise<{ js: string; css: string }> | undefined;
const bundle = () => (bundled ??= bundleOnce());

/** As `extension/tools/build.mjs` does, so that a test needs no build before it. */
async function bundleOnce(): Promise<{ js: string; css: string }> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, "webviews/panel/main.ts")],
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    minify: true,
    write: false,
    outdir: "out",
  });
  const text = (extension: string) => outputFiles.find((file) => file.path.endsWith(extension))?.text ?? "";
  return { js: text(".js"), css: text(".css") };
}

function send(page: Page, updates: readonly unknown[]): Promise<void> {
  return page.evaluate(async (all) => {
    for (const data of all) window.dispatchEvent(new MessageEvent("message", { data }));
    // The panel shows its state in the next frame; after the one that follows it is there.
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  }, updates);
}

/** Runs in the page before anything else. */
function playHost(): void {
  const outside = window as unknown as { post(intent: unknown): void; report(fault: string): void; acquireVsCodeApi(): unknown };
  outside.acquireVsCodeApi = () => ({ postMessage: (intent: unknown) => outside.post(intent) });
  addEventListener("securitypolicyviolation", (e) =>
    outside.report(`policy ${e.violatedDirective}: ${e.blockedURI} ${e.sample} ${e.sourceFile}:${e.lineNumber}`),
  );
}

function applyTheme(kind: string): void {
  document.body.dataset.vscodeThemeKind = kind;
  document.body.className = kind;
}
