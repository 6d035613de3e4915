/** The flame chart's boxes, and the ways from one to another. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { reportOf } from "../../extension/supervisor/profile/report.ts";
import { type Box, inOrder, leftHeavy } from "../../webviews/panel/profile/boxes.ts";
import { around, type Direction, moved, neighbour, showing, zoomed } from "../../webviews/panel/profile/flameMoves.ts";
import { componentNames, paletteOf } from "../../webviews/panel/profile/palette.ts";
import { amount, bytes, gigaflops, share, time } from "../../webviews/panel/profile/units.ts";
import { forward } from "../webview/profileFixture.ts";

const report = reportOf(forward);
const name = ({ node }: Box) => report.nodes[node]?.name;

describe("flame chart", () => {
  it("left-heavy: one box for each path, as wide as all its calls, the heaviest first", () => {
    const boxes = leftHeavy(report).map((box) => [name(box), box.row, box.from, box.to]);
    assert.deepEqual(boxes, [
      ["block", 0, 0, 85],
      ["attention", 1, 0, 60],
      ["matMul", 2, 0, 30],
      ["softmax", 2, 30, 50],
      ["feedForward", 1, 60, 80],
      ["matMul", 2, 60, 75],
      ["randomNormal", 0, 85, 90],
    ]);
  });

  it("left-heavy: what ran side by side is no wider than what encloses it", () => {
    const nodes = report.nodes.map((node, i) => (i === 2 || i === 5 ? { ...node, total: 85 } : node));
    const [block, ...rest] = leftHeavy({ ...report, nodes });
    for (const { from, to } of rest.slice(0, -1)) assert.ok(from >= (block as Box).from && to <= (block as Box).to + 1e-9);
  });

  it("in order of time, without the gap: what spans it is as much shorter, and keeps its time", () => {
    const gapped = {
      ...report,
      frames: [
        [1, 0, 100, 0],
        [3, 10, 10, 1],
        [3, 90, 5, 1],
      ] as const,
      gap: { from: 20, to: 90, calls: 50 },
    };
    assert.deepEqual(
      inOrder(gapped).map(({ from, to, ms }) => [from, to, ms]),
      [
        [0, 30, 100],
        [10, 20, 10],
        [20, 25, 5],
      ],
    );
  });

  it("an operation has the component of the span around it", () =>
    assert.deepEqual(componentNames(report), [undefined, "block", "attention", "attention", "attention", "feedForward", "feedForward", undefined]));

  it("the components that take longest have a colour", () => assert.deepEqual([...paletteOf(report).keys()], ["attention", "feedForward", "block"]));
});

describe("walking from box to box", () => {
  const boxes = leftHeavy(report);
  const walks: [from: number | undefined, direction: Direction, to: string][] = [
    [undefined, "ArrowRight", "block"],
    [0, "ArrowDown", "attention"],
    [1, "ArrowRight", "feedForward"],
    [4, "ArrowLeft", "attention"],
    [4, "ArrowDown", "matMul"],
    [3, "ArrowUp", "attention"],
    [0, "ArrowUp", "block"],
    [0, "End", "randomNormal"],
    [6, "Home", "block"],
    [6, "ArrowRight", "randomNormal"],
  ];
  for (const [from, direction, to] of walks) {
    it(`${direction} from ${from === undefined ? "nowhere" : name(boxes[from] as Box)}`, () =>
      assert.equal(name(neighbour(boxes, from === undefined ? undefined : boxes[from], direction) as Box), to));
  }
});

describe("window of time", () => {
  const all = { from: 0, to: 100 };
  it("zooms around a place, which stays where it is", () => assert.deepEqual(zoomed(all, all, 2, 20), { from: 10, to: 60 }));
  it("shows no more than there is", () => assert.deepEqual(zoomed({ from: 80, to: 100 }, all, 0.1), all));
  it("stops at the ends", () => {
    assert.deepEqual(moved({ from: 80, to: 90 }, all, 50), { from: 90, to: 100 });
    assert.deepEqual(moved({ from: 10, to: 20 }, all, -50), { from: 0, to: 10 });
  });
  const box = (from: number, to: number): Box => ({ node: 1, row: 0, from, to, ms: to - from });
  it("moves only as far as a box needs", () => {
    assert.deepEqual(showing({ from: 0, to: 10 }, all, box(2, 5)), { from: 0, to: 10 });
    assert.deepEqual(showing({ from: 0, to: 10 }, all, box(12, 15)), { from: 5, to: 15 });
    assert.deepEqual(showing({ from: 50, to: 60 }, all, box(12, 15)), { from: 12, to: 22 });
  });
  it("of a box is a little wider", () => assert.deepEqual(around(box(50, 100), all), { from: 49, to: 100 }));
});

describe("units", () => {
  const said: [text: string, want: string][] = [
    [time(0.34), "340 µs"],
    [time(12.345), "12.3 ms"],
    [time(999.6), "1.00 s"],
    [bytes(512), "512 B"],
    [bytes(193195008), "184 MiB"],
    [amount(999), "999"],
    [amount(25_296_879_488), "25.3 G"],
    [share(1, 8), "13 %"],
    [share(1, 250), "0.4 %"],
    [share(1, 0), "0.0 %"],
    [gigaflops(2e9, 100), "20"],
    [gigaflops(0, 100), ""],
  ];
  for (const [text, want] of said) it(want, () => assert.equal(text, want));
});
