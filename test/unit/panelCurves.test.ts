import assert from "node:assert/strict";
import type { EarlierRun } from "../../extension/protocol/panel.ts";
import { bandPixels, describeBand } from "../../webviews/panel/plots/band.ts";
import { laws, overlaid, timeOf } from "../../webviews/panel/plots/curves.ts";
import { describePowerLaw, fitPowerLaw, lineOf } from "../../webviews/panel/plots/powerLaw.ts";
import type { Point } from "../../webviews/panel/state.ts";

const close = (got: number | undefined, want: number) => assert.ok(Math.abs((got ?? Number.NaN) - want) < 1e-3 * Math.abs(want), `${got}, not ${want}`);

describe("power law through points", () => {
  const exact: Point[] = [1, 10, 100, 1000].map((x) => [x, 3 * x ** -0.5] as const);
  it("is found exactly where there is one, zeros and gaps left out", () => {
    const law = fitPowerLaw([...exact, [0, 1], [5, -1], [7, Number.NaN]]);
    close(law?.exponent, -0.5);
    close(law?.scale, 3);
    assert.ok((law?.interval?.[1] ?? 1) - (law?.interval?.[0] ?? 0) < 1e-6);
  });
  it("has the interval of Student's t: slope and standard error as R's lm gives them", () => {
    // ln y on ln x of (e^1, e^1), (e^2, e^3), (e^3, e^4), (e^4, e^8): slope 2.2, standard error sqrt(1.8 / 2 / 5) = 0.424, t = 4.303
    const law = fitPowerLaw(
      (
        [
          [1, 1],
          [2, 3],
          [3, 4],
          [4, 8],
        ] as const
      ).map(([x, y]) => [Math.exp(x), Math.exp(y)] as const),
    );
    close(law?.exponent, 2.2);
    close(law?.interval?.[0], 2.2 - 4.303 * Math.sqrt(0.18));
    close(law?.interval?.[1], 2.2 + 4.303 * Math.sqrt(0.18));
  });
  for (const points of [
    [],
    [[2, 3]],
    [
      [2, 3],
      [2, 4],
    ],
    [
      [-1, 3],
      [2, 4],
    ],
  ] as Point[][]) {
    it(`there is none through ${JSON.stringify(points)}`, () => assert.equal(fitPowerLaw(points), undefined));
  }
  it("is said in words", () => {
    assert.equal(
      describePowerLaw("measured", { exponent: -0.284, scale: 1, interval: [-0.301, -0.267] }),
      "measured follows a power law with exponent -0.284 (95 % interval -0.301 to -0.267)",
    );
    assert.match(describePowerLaw("measured", { exponent: 1, scale: 1 }), /two points, so without an interval/);
  });
  it("is drawn from the first point to the last", () => {
    const line = lineOf({ exponent: -0.5, scale: 3 }, exact);
    close(line[0]?.[1], 3);
    close(line.at(-1)?.[0], 1000);
  });
  it("where the plot wants it", () => {
    const series = [
      { name: "measured", points: exact },
      { name: "other", points: exact },
    ];
    assert.deepEqual(
      laws({ title: "Law", series: ["measured", "other"], powerLaw: ["measured"] }, series).map(({ name, beside }) => [name, beside?.name]),
      [["power law through measured", "measured"]],
    );
    assert.deepEqual(laws({ title: "Law", series: ["measured"] }, series), []);
  });
});

describe("curves of earlier runs", () => {
  const run = (id: string, second: number, shown: boolean): EarlierRun => ({
    id,
    state: "finished",
    scale: "quick",
    startedAt: new Date(2026, 10, 24, 15, 4, second).toISOString(),
    finals: [],
    ...(shown && {
      overlay: {
        plots: [{ title: "Loss", series: ["loss", "uniform guess"], levels: ["uniform guess"] }],
        series: [
          { name: "loss", points: [[0, 4]] },
          { name: "uniform guess", points: [[0, 4]] },
        ],
      },
    }),
  });
  it("are named after series and run, share the series' colour, and differ in their dashes; levels are left out", () => {
    const curves = overlaid([run("a", 1, true), run("b", 2, false), run("c", 3, true)]);
    assert.deepEqual(
      curves.map(({ name, beside }) => [name, beside?.name]),
      [
        ["loss · Nov 24, 15:04:01", "loss"],
        ["loss · Nov 24, 15:04:03", "loss"],
      ],
    );
    assert.notDeepEqual(curves[0]?.beside?.dash, curves[1]?.beside?.dash);
  });
  it("their time is the reader's", () => assert.equal(timeOf(run("a", 9, false)), "Nov 24, 15:04:09"));
});

describe("band of a plot", () => {
  const chart = {
    chartArea: { top: 10, bottom: 110, left: 0, right: 9 },
    scales: { y: { getPixelForValue: (value: number) => 110 - 10 * value } },
  } as unknown as Parameters<typeof bandPixels>[0];
  const cases: [low: number | undefined, high: number | undefined, words: string, pixels: ReturnType<typeof bandPixels>][] = [
    [2, 5, "accepted: 2 to 5", { top: 60, bottom: 90 }],
    [undefined, 5, "accepted: at most 5", { top: 60, bottom: 110 }],
    [2, undefined, "accepted: at least 2", { top: 10, bottom: 90 }],
    [5, 99, "accepted: 5 to 99", { top: 10, bottom: 60 }],
    [20, 30, "accepted: 20 to 30", undefined],
    [undefined, undefined, "accepted", { top: 10, bottom: 110 }],
  ];
  for (const [low, high, words, pixels] of cases) {
    const band = { label: "accepted", ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
    it(words, () => assert.deepEqual([describeBand(band), bandPixels(chart, band)], [words, pixels]));
  }
});
