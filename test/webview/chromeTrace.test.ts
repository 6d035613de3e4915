/** The exported trace in a program that others wrote. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "mocha";
import { chromeTrace } from "../../extension/supervisor/profile/chromeTrace.ts";
import { forward } from "./profileFixture.ts";
import { useBrowser } from "./suite.ts";

const SPEEDSCOPE = path.join(path.dirname(createRequire(import.meta.url).resolve("speedscope/package.json")), "dist/release");
const ORIGIN = "http://speedscope.test";
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

describe("Chrome trace", () => {
  const browser = useBrowser();

  it("opens in speedscope, under the exercise's title", async () => {
    const page = await browser().newPage();
    await page.route(`${ORIGIN}/**`, async (route) => {
      const file = path.join(SPEEDSCOPE, new URL(route.request().url()).pathname);
      await route.fulfill({ body: await readFile(file), contentType: TYPES[path.extname(file)] ?? "application/octet-stream" });
    });
    await page.goto(`${ORIGIN}/index.html`);
    const buffer = Buffer.from(JSON.stringify(chromeTrace(forward, "A forward pass")));
    await page.locator("input[type=file]").setInputFiles({ name: "pass.trace.json", mimeType: "application/json", buffer });
    await page.getByText("A forward pass (pid 1), program (tid 1)").waitFor();
    await page.close();
  });
});
