import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { CheckResult, Grade } from "../../extension/protocol/grade.ts";
import type { PlotSpec } from "../../extension/protocol/runtime.ts";
import { verdict } from "../../webviews/panel/checks/verdict.ts";
import { clock, duration, exact, gradeHeader, short, tally } from "../../webviews/panel/format.ts";
import { colourNumbers, csvOf, fileName, inOrder, plotsOf, rowsOf, Smoother } from "../../webviews/panel/plots/series.ts";
import { summarize } from "../../webviews/panel/plots/summary.ts";
import type { Point } from "../../webviews/panel/state.ts";

const curve = (n: number, f: (i: number) => number): Point[] => Array.from({ length: n }, (_, i) => [i, f(i)]);
/** Noise that is the same on every run. */
const wobble = (i: number) => Math.sin(i * 12.9898) * 0.05;

describe("panel numbers and times", () => {
  const cases: [got: string, want: string][] = [
    [short(4.1666), "4.17"],
    [short(300), "300"],
    [short(0.000123456), "1.23e-4"],
    [short(12345.6), "12346"],
    [short(Number.NaN), "NaN"],
    [short(-Infinity), "-infinity"],
    [exact(2.299999952316284), "2.300000"],
    [exact(0), "0"],
    [clock(7_400), "0:07"],
    [clock(723_000), "12:03"],
    [clock(3_723_000), "1:02:03"],
    [clock(-5), "0:00"],
    [duration(12.4), "12 ms"],
    [duration(1240), "1.2 s"],
    [fileName("Loss (train / val)", "csv"), "loss-train-val.csv"],
    [fileName("…", "png"), "plot.png"],
  ];
  for (const [got, want] of cases) it(want, () => assert.equal(got, want));
});

describe("panel grade header", () => {
  const checks = (shown: string, hidden: string): CheckResult[] =>
    [...shown, ...hidden].map((c, i) => ({
      id: `c${i}`,
      title: `c${i}`,
      hidden: i >= shown.length,
      when: "save",
      points: 1,
      outcome: c === "p" ? "passed" : "failed",
      message: "",
      ms: 1,
    }));
  const grade = (over: Partial<Grade>) => ({ score: 7, points: 10, tier: "run", checks: [], ...over }) as unknown as Grade;
  const cases: [name: string, grade: Grade, want: string][] = [
    ["both kinds", grade({ checks: checks("ppppff", "pf") }), "visible 4/6, hidden 1/2 · 7 of 10 points"],
    ["no hidden check", grade({ checks: checks("pf", ""), score: 1, points: 2 }), "visible 1/2 · 1 of 2 points"],
    [
      "slow checks count, and wait",
      grade({ checks: checks("pp", ""), score: 2, points: 2, tier: "save", unasked: [{ id: "s", title: "slow", hidden: true, points: 3 }] }),
      "visible 2/2 · 2 of 5 points · 1 slow check waits for Run Exercise",
    ],
    ["nothing graded", grade({ score: 0, points: 0 }), "No check was graded"],
    [
      "a replay",
      grade({ checks: checks("p", ""), score: 1, points: 1, seed: 7, replay: true }),
      "visible 1/1 · 1 of 1 point · replay of seed 7, does not count",
    ],
  ];
  for (const [name, g, want] of cases) it(name, () => assert.equal(gradeHeader(g), want));
  it("the tab says a replay too", () => assert.deepEqual([tally(grade({})), tally(grade({ replay: true }))], ["7/10", "7/10 replay"]));
});

describe("panel summary", () => {
  const fell = curve(301, (i) => (i === 281 ? 2.29 : 4.17 - (1.86 * i) / 300));
  const cases: [name: string, points: Point[], xLabel: string | undefined, want: string][] = [
    ["a loss that falls", fell, undefined, "loss fell from 4.17 to 2.31 over 300 steps; lowest 2.29 at step 281"],
    ["lowest at the end", curve(11, (i) => 3 - i / 10), undefined, "loss fell from 3 to 2 over 10 steps"],
    ["rises", curve(11, (i) => (i === 5 ? 9 : 1 + i / 10)), undefined, "loss rose from 1 to 2 over 10 steps; highest 9 at step 5"],
    ["stays", curve(2, () => 1.5), undefined, "loss stayed at 1.50 over 1 step"],
    [
      "another axis",
      [
        [64, 1],
        [128, 4],
      ],
      "length",
      "loss rose from 1 to 4 from length 64 to 128",
    ],
    ["one point", [[3, 0.25]], undefined, "loss is 0.250 at step 3"],
    ["none", [], undefined, "loss has no points yet"],
    ["NaN only", [[0, Number.NaN]], undefined, "loss has no finite value in 1 point"],
    [
      "some NaN",
      [
        [0, 2],
        [1, 1],
        [2, Number.NaN],
      ],
      undefined,
      "loss fell from 2 to 1 over 1 step; 1 value not finite",
    ],
  ];
  for (const [name, points, xLabel, want] of cases) it(name, () => assert.equal(summarize("loss", points, xLabel), want));
});

describe("panel verdict", () => {
  const cases: [name: string, series: string, points: Point[], want: string | undefined, level?: boolean][] = [
    ["falls", "loss", curve(100, (i) => 4 * Math.exp(-i / 40) + wobble(i)), undefined],
    ["NaN", "loss", curve(10, (i) => (i > 6 ? Number.NaN : 4)), "nan"],
    ["infinite, in any series", "gradient norm", curve(10, (i) => (i > 6 ? Infinity : 4)), "nan"],
    ["rises", "train loss", curve(60, (i) => 4 + i * 0.05 + wobble(i)), "rising"],
    ["turns", "validation loss", curve(200, (i) => 2 + ((i - 80) / 100) ** 2 + wobble(i)), "turned"],
    ["flat", "loss", curve(100, (i) => 4.17 + wobble(i) / 10), "flat"],
    ["too early to say", "loss", curve(20, (i) => 4 + i), undefined],
    ["level after falling", "loss", curve(400, (i) => 2 + 2 * Math.exp(-i / 10) + wobble(i)), undefined],
    ["accuracy may rise", "accuracy", curve(60, (i) => i / 60), undefined],
    ["what is declared a level is flat by intent", "loss of a uniform guess", curve(100, () => 4.17), undefined, true],
    ["a level that is none", "floor", [[0, Number.NaN]], "nan", true],
    ["a name makes no level", "loss of the target network", curve(100, () => 0.69), "flat"],
    ["no points", "loss", [], undefined],
  ];
  for (const [what, name, points, want, level = false] of cases) it(what, () => assert.equal(verdict({ name, points, level })?.kind, want));
  it("names the step", () => {
    const points: Point[] = [
      [0, 4],
      [37, Number.NaN],
    ];
    assert.match(verdict({ name: "loss", points })?.sentence ?? "", /^loss is NaN at step 37\./);
  });
});

describe("panel series", () => {
  const a = {
    name: "a",
    points: [
      [0, 1],
      [2, 3],
    ] as Point[],
  };
  const b = {
    name: 'b, "odd"',
    points: [
      [2, Number.NaN],
      [1, 0.1],
    ] as Point[],
  };
  it("a plot for each series that none names; the last of a title counts", () => {
    const plots = plotsOf(
      [
        { title: "A", series: [] },
        { title: "A", series: ["a"] },
      ],
      [a, b],
    );
    assert.deepEqual(plots, [
      { title: "A", series: ["a"] },
      { title: b.name, series: [b.name] },
    ]);
  });
  it("rows side by side, a repeated step twice", () => {
    const twice = {
      name: "c",
      points: [
        [0, 5],
        [0, 6],
      ] as Point[],
    };
    assert.deepEqual(
      rowsOf([a, twice]),
      [
        { step: 0, values: [1, 5] },
        { step: 0, values: [undefined, 6] },
        { step: 2, values: [3, undefined] },
      ].map((row, i) => ({ ...row, nth: i === 1 ? 1 : 0 })),
    );
  });
  it("CSV", () => assert.equal(csvOf([a, b]), 'step,a,"b, ""odd"""\r\n0,1,\r\n1,,0.1\r\n2,3,NaN\r\n'));
  it("orders only what is out of order", () => {
    assert.equal(inOrder(a.points), a.points);
    assert.deepEqual(
      inOrder(b.points).map(([x]) => x),
      [1, 2],
    );
  });
  it("smooths: a constant stays, a gap stays a gap", () => {
    const s = new Smoother(0.9);
    assert.deepEqual(
      [2, 2, Number.NaN, 2].map((v) => Number(s.next(v).toFixed(9))),
      [2, 2, Number.NaN, 2],
    );
    assert.equal(new Smoother(0).next(7), 7);
  });
});

describe("colours of series", () => {
  const plot = (title: string, ...series: string[]) => ({ title, series });
  const numbers = (plots: readonly PlotSpec[], known?: ReadonlyMap<string, number>) => Object.fromEntries(colourNumbers(plots, known));

  it("are the same in every plot, and none twice within one", () =>
    assert.deepEqual(numbers([plot("a", "x", "y"), plot("b", "z", "y"), plot("c", "w")]), { x: 0, y: 1, z: 0, w: 0 }));
  it("stay when more series come", () => {
    const first = colourNumbers([plot("a", "y")]);
    assert.deepEqual(numbers([plot("a", "x", "y")], first), { y: 0, x: 1 });
  });
});
