import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Line, seen, type View, type XY } from "../../webviews/panel/plots/lines.ts";
import type { Point } from "../../webviews/panel/state.ts";

const plain: View = { logX: false, logY: false, smoothing: 0 };
const pairs = (points: readonly XY[]) => points.map(({ x, y }) => [x, y]);
const drawn = (view: Partial<View>, ...stages: readonly (readonly Point[])[]) => {
  const line = new Line({ ...plain, ...view });
  for (const points of stages) line.sync(points);
  return { raw: pairs(line.raw), smooth: pairs(line.smooth), left: line.left };
};

describe("panel line", () => {
  const [a, b, c, d]: Point[] = [
    [0, 4],
    [1, 3],
    [2, Number.NaN],
    [3, -1],
  ] as const as unknown as Point[];
  const points = [a, b, c, d] as Point[];
  const cases: [name: string, got: ReturnType<typeof drawn>, want: ReturnType<typeof drawn>][] = [
    [
      "keeps what is not finite as a gap",
      drawn({}, points),
      {
        raw: [
          [0, 4],
          [1, 3],
          [2, Number.NaN],
          [3, -1],
        ],
        smooth: [],
        left: 0,
      },
    ],
    ["grows", drawn({}, points.slice(0, 2), points), drawn({}, points)],
    [
      "starts over with other points",
      drawn(
        {},
        [
          [7, 7],
          [8, 8],
        ],
        points,
      ),
      drawn({}, points),
    ],
    ["starts over with fewer", drawn({}, points, points.slice(0, 2)), drawn({}, points.slice(0, 2))],
    ["empties", drawn({}, points, []), { raw: [], smooth: [], left: 0 }],
    ["puts late points where they belong", drawn({}, [b as Point], [b as Point, a as Point]), drawn({}, points.slice(0, 2))],
    [
      "a logarithmic y axis leaves a gap",
      drawn({ logY: true }, points),
      {
        raw: [
          [0, 4],
          [1, 3],
          [2, Number.NaN],
          [3, Number.NaN],
        ],
        smooth: [],
        left: 1,
      },
    ],
    [
      "a logarithmic x axis leaves out",
      drawn({ logX: true }, points),
      {
        raw: [
          [1, 3],
          [2, Number.NaN],
          [3, -1],
        ],
        smooth: [],
        left: 1,
      },
    ],
    ["smooths across stages", drawn({ smoothing: 0.5 }, [a as Point], points.slice(0, 2)), drawn({ smoothing: 0.5 }, points.slice(0, 2))],
  ];
  for (const [name, got, want] of cases) it(name, () => assert.deepEqual(got, want));
  it("the smoothed value is an average that leans on the newest", () => {
    assert.deepEqual(drawn({ smoothing: 0.5 }, points.slice(0, 2)).smooth, [
      [0, 4],
      [1, 10 / 3],
    ]);
  });
});

describe("what of a line is seen", () => {
  const many: XY[] = Array.from({ length: 50_000 }, (_, x) => ({ x, y: x === 31_000 ? 99 : x % 2 }));
  it("few points are all drawn, in a copy", () => {
    const few = many.slice(0, 9);
    assert.deepEqual(seen(few), few);
    assert.notEqual(seen(few), few);
  });
  it("of many, no spike is lost, and they stay in order", () => {
    const shown = seen(many);
    assert.ok(shown.length <= 4000);
    assert.ok(shown.some(({ y }) => y === 99));
    assert.deepEqual(
      shown,
      [...shown].sort((p, q) => p.x - q.x),
    );
    assert.ok(shown.every((point) => many[point.x] === point));
  });
  it("zoomed in, every point between, and one beyond on either side", () => {
    assert.deepEqual(
      seen(many, 100.5, 103).map(({ x }) => x),
      [100, 101, 102, 103],
    );
    assert.deepEqual(
      seen(many, 60_000, 70_000).map(({ x }) => x),
      [49_999],
    );
    assert.deepEqual(seen([], 1, 2), []);
  });
  it("a gap in many points is kept", () => {
    const gap = many.map(({ x, y }) => ({ x, y: x === 5 ? Number.NaN : y }));
    assert.ok(seen(gap).some(({ y }) => Number.isNaN(y)));
  });
});
