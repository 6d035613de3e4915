/** What the suites of the panel share. */
import assert from "node:assert/strict";
import { after, before, it } from "mocha";
import type { Browser, Locator } from "playwright-core";
import type { PanelIntent } from "../../extension/protocol/panel.ts";
import { launch, openPanel, type Panel } from "./page.ts";

/** One browser for the tests of the suite that calls this. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    this.timeout(600_000); // it may have to be installed
    browser = await launch();
  });
  after(() => browser?.close());
  return () => browser as Browser;
}

/** Tests on a fresh panel each, which must not have met an error nor broken the policy of its page. */
export function panelTests(): (title: string, body: (panel: Panel) => Promise<void>) => void {
  const browser = useBrowser();
  return (title, body) => {
    it(title, async () => {
      const panel = await openPanel(browser());
      await body(panel);
      assert.deepEqual(panel.faults, []);
      await panel.page.close();
    });
  };
}

/** What a person reads there: no hidden text, line breaks as shown. */
// biome-ignore lint/performance/useDomNodeTextContent: text that is hidden must not count
export const seen = (locator: Locator): Promise<string> => locator.innerText();

/** What the panel posted after `ready`. */
export const asked = ({ intents }: Panel): readonly PanelIntent[] => intents.slice(1);

/** How many points the n-th chart says it has. */
export const pointsOf = ({ page }: Panel, n = 0): Promise<string | null> => page.locator("canvas").nth(n).getAttribute("data-points");

/** The pixels of the first chart. */
export const pictureOf = ({ page }: Panel): Promise<string> => page.evaluate(() => (document.querySelector("canvas") as HTMLCanvasElement).toDataURL());
