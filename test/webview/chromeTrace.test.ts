/** The exported trace in programs that others wrote. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "mocha";
import type { Frame } from "../../extension/protocol/profile.ts";
import { chromeTrace } from "../../extension/supervisor/profile/chromeTrace.ts";
import { readByChrome } from "../tools/traceEngine.ts";
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

  it("is read by the engine of Chrome's Performance panel: every call, below what encloses it, and from the first one on", async () => {
    const beside: Frame[] = [
      [1, 40, 30, 0], // begins within the first block, and ends after it
      [2, 41, 5, -1],
    ];
    const read = await readByChrome(chromeTrace({ ...forward, head: [...forward.head, ...beside] }, "A forward pass"));
    assert.deepEqual(read, {
      process: "A forward pass",
      bounds: { min: 1, max: 100_001, range: 100_000 },
      calls: 9,
      threads: [
        { name: "program", calls: "block (attention (matMul, softmax), feedForward (matMul)), randomNormal" },
        { name: "program, beside it (1)", calls: "block (attention)" },
      ],
    });
  });
});
