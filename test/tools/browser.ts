/** A headless Chromium on the workbench, driven as a person would. */
import { createWriteStream, writeFileSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium, type FrameLocator, type Page } from "playwright-core";
import { environment, type Home } from "./web.ts";
import { BROWSER, FONTS } from "./webInstall.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Window {
  readonly browser: Browser;
  readonly page: Page;
}

/** PRACTICUM_CHROME names another Chromium than the one installed by `webInstall.ts`. */
export async function openBrowser(home: Home, { width = 1280, height = 800, scale = 1 } = {}): Promise<Window> {
  const other = process.env.PRACTICUM_CHROME;
  const browser = await chromium.launch({
    executablePath: other ?? path.join(BROWSER, "chromium"),
    env: environment(home, other ? {} : { LD_LIBRARY_PATH: path.join(BROWSER, "lib"), FONTCONFIG_FILE: writeFontConfig(home) }) as Record<string, string>,
    args: FLAGS,
  });
  const page = await newWindow(browser, { width, height, scale });
  const log = createWriteStream(path.join(home.folder, "console.log"));
  page.on("console", (message) => log.write(`${message.type()} ${message.text()}\n`));
  page.on("pageerror", (problem) => log.write(`pageerror ${problem}\n`));
  return { browser, page };
}

/** A page of its own, as for another person. */
export async function newWindow(browser: Browser, { width = 1280, height = 800, scale = 1 } = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale, permissions: ["clipboard-read", "clipboard-write"] });
  page.setDefaultTimeout(60_000); // a busy machine may take that long to show a page
  return page;
}

/** Chromium ends at once where it finds no font. */
function writeFontConfig({ folder }: Home): string {
  const file = path.join(folder, "fonts.conf");
  const folders = [...FONTS, "/usr/share/fonts"].map((dir) => `<dir>${dir}</dir>`);
  const code = "<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>";
  writeFileSync(file, `<?xml version="1.0"?><fontconfig>${folders.join("")}${code}<cachedir>${path.join(folder, "tmp/fonts")}</cachedir></fontconfig>`);
  return file;
}

/** The document of a visible webview. */
export const webview = (page: Page, index = 0): FrameLocator =>
  page.frameLocator("iframe.webview.ready:visible").nth(index).frameLocator("iframe#active-frame");

/** Picks a command from the palette by its title. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
  await page.keyboard.press("Enter");
}
