/** Live curves: what 50 points per second cost the extension host, and how long the panel takes for a frame with 100,000 points. */
import { oneCurve } from "../webview/fixtures.ts";
import { launch, openPanel, type Panel } from "../webview/page.ts";
import { rowsInHost } from "./inHost.ts";
import { type Bench, type Row, spread } from "./measure.ts";

const FRAMES = 100;
/** A frame at 60 Hz is 16.7 ms. */
const SIZES = [1000, 100_000];

export const rows: Bench = async () => [
  ...(await rowsInHost("streaming", { metric: "streaming_host_share", what: "extension host", unit: "% of a core" })),
  ...(await frameRows()),
];

async function frameRows(): Promise<Row[]> {
  const browser = await launch();
  const measured: { what: string; times: number[] }[] = [];
  for (const smoothing of [0, 0.9]) {
    for (const points of SIZES) {
      const panel = await openPanel(browser);
      await panel.update({ kind: "show", run: oneCurve(points) });
      await panel.page.getByLabel("Smoothing").fill(String(smoothing));
      const what = `frame with ${points.toLocaleString("en-US")} points${smoothing > 0 ? ", smoothed" : ""}`;
      measured.push({ what, times: await framesOf(panel, points) });
    }
  }
  await browser.close();
  return measured.map(({ what, times }) => ({ metric: "streaming_frame_ms", what, unit: "ms", ...spread(times) }));
}

/** Milliseconds that the panel takes to show one more point, between two callbacks of the same frame. */
const framesOf = ({ page }: Panel, from: number): Promise<number[]> =>
  page.evaluate(
    async ([first, frames]) => {
      const times: number[] = [];
      for (let step = first; step < first + frames; step++) {
        let began = 0;
        requestAnimationFrame(() => (began = performance.now()));
        const data = { kind: "append", run: "run-1", series: [{ name: "training loss", points: [[step, Math.sin(step)]] }] };
        window.dispatchEvent(new MessageEvent("message", { data }));
        times.push(await new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now() - began))));
      }
      return times;
    },
    [from, FRAMES] as const,
  );
