/** A recorded profile as it is shown and believed. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { CallNode, Frame, Profile } from "../../extension/protocol/profile.ts";
import { profileFrom } from "../../extension/protocol/profileEvent.ts";
import { gapOf, rowsOf } from "../../extension/supervisor/profile/layout.ts";
import { reportOf } from "../../extension/supervisor/profile/report.ts";
import { forward } from "../webview/profileFixture.ts";

const node = (over: Partial<CallNode>): CallNode => ({ name: "x", kind: "op", parent: 0, calls: 1, total: 1, self: 1, bytes: 0, flops: 0, from: [], ...over });

describe("report of a profile", () => {
  const report = reportOf(forward);

  it("time by component is self time, and adds up to the run", () => {
    assert.deepEqual(
      report.components.map(({ name, isSpan, ms, flops }) => [name, isSpan, ms, flops]),
      [
        ["attention", true, 60, 300_000_000],
        ["feedForward", true, 20, 400_000_000],
        ["block", true, 5, 0],
        ["between operations", false, 10, 0],
        ["not in a span", false, 5, 0],
      ],
    );
    assert.equal(
      report.components.reduce((sum, { ms }) => sum + ms, 0),
      forward.nodes[0]?.total,
    );
  });

  it("the table sums an operation over all its paths, with the line where it took longest", () => {
    const matMul = report.table.find(({ name }) => name === "matMul");
    assert.deepEqual(matMul, {
      ...{ name: "matMul", calls: 6, self: 45, total: 45, bytes: 6000, flops: 700_000_000, lines: 2 },
      place: { file: "layers.ts", line: 25, column: 5 },
    });
  });

  it("a line counts by the time of its calls, however few of them were located", () => {
    const nodes = [
      node({ name: "run", kind: "span", parent: undefined, total: 110, self: 0 }),
      node({ calls: 100, total: 100, self: 100, from: [[1, 2, 2]] }),
      node({ name: "y", kind: "span", total: 10, self: 0 }),
      node({ parent: 2, calls: 4, total: 10, self: 10, from: [[2, 4, 10]] }),
    ];
    assert.deepEqual(reportOf({ ...forward, nodes, head: [], peak: undefined }).table[0]?.place, { file: "layers.ts", line: 25, column: 5 });
  });

  it("an operation within one of its own name is in the total once", () => {
    const nodes = [
      node({ name: "run", kind: "span", parent: undefined, total: 10, self: 0 }),
      node({ total: 10, self: 4 }),
      node({ parent: 1, total: 6, self: 6 }),
    ];
    const [row] = reportOf({ ...forward, nodes, head: [], peak: undefined }).table;
    assert.deepEqual([row?.calls, row?.total, row?.self], [2, 10, 10]);
  });

  it("says how near each component comes to the machine's rate", () =>
    assert.deepEqual(report.findings, [
      "attention reaches 13 % of this machine's matmul rate: 5.0 of 40 GFLOP/s.",
      "feedForward reaches 50 % of this machine's matmul rate: 20 of 40 GFLOP/s.",
      "Products of matrices alone reach 39 % of this machine's matmul rate: 16 of 40 GFLOP/s.",
    ]));

  it("says what the times are, and what recording cost", () => {
    const notes = (clock: Profile["clock"]) => reportOf({ ...forward, clock }).notes.join(" ");
    assert.match(notes("computed"), /end when their numbers are there\. Recording cost about 2\.9 % of this run/);
    assert.match(notes("device"), /device time, by the GPU's own clock/);
    assert.match(notes("queued"), /enqueue time/);
  });

  it("of a GPU with a clock, components are what it computed", () =>
    assert.deepEqual(
      reportOf({ ...forward, clock: "device" }).components.map(({ name, ms }) => [name, ms]),
      [
        ["attention", 50],
        ["feedForward", 15],
        ["not in a span", 5],
      ],
    ));

  it("names the peak by its path", () =>
    assert.deepEqual(report.peak, { ms: 30, bytes: 4096, where: "block › attention › matMul", place: { file: "layers.ts", line: 25, column: 5 } }));

  it("without spans says how to name parts", () => {
    const bare = {
      ...forward,
      nodes: [node({ name: "run", kind: "span", parent: undefined, total: 3, self: 1 }), node({ total: 2, self: 2 })],
      head: [],
      peak: undefined,
    };
    assert.match(reportOf(bare).findings.join(), /trace\.span\("attention"/);
    assert.deepEqual(
      reportOf(bare).components.map(({ name, ms }) => [name, ms]),
      [
        ["not in a span", 2],
        ["between operations", 1],
      ],
    );
  });
});

describe("rows of a time line", () => {
  const rows = (frames: Frame[], nodes: CallNode[] = [node({ parent: undefined }), node({}), node({ parent: 1 }), node({})]) =>
    rowsOf({ head: frames, tail: [], nodes }).map(({ frame: [n], lane, row }) => [n, lane, row]);

  it("what is enclosed stands below what encloses it", () =>
    assert.deepEqual(
      rows([
        [2, 1, 2, -1],
        [1, 0, 5, -1],
        [3, 5, 1, -1],
      ]),
      [
        [1, 0, 0],
        [2, 0, 1],
        [3, 0, 0],
      ],
    ));

  it("what runs beside others has a lane of its own, and its parts stand in it", () =>
    assert.deepEqual(
      rows([
        [1, 0, 6, -1],
        [3, 2, 8, -1],
        [2, 3, 1, -1],
      ]),
      [
        [1, 0, 0],
        [3, 1, 2],
        [2, 0, 1],
      ],
    ));

  it("tells where calls were left out, and how many", () => {
    const nodes = [node({ parent: undefined }), node({ calls: 100 })];
    const gap = gapOf({
      head: [
        [1, 0, 1, -1],
        [1, 1, 1, -1],
      ],
      tail: [[1, 90, 1, -1]],
      nodes,
    });
    assert.deepEqual(gap, { from: 2, to: 91, calls: 97 });
    assert.equal(gapOf({ head: [[1, 0, 1, -1]], tail: [], nodes: [node({ parent: undefined }), node({})] }), undefined);
  });
});

describe("a profile that a runtime tells", () => {
  it("is believed when it is one", () => assert.deepEqual(profileFrom(JSON.parse(JSON.stringify(forward))), forward));
  it("loses what does not belong to it", () =>
    assert.deepEqual(profileFrom({ ...forward, extra: 1, nodes: forward.nodes.map((n) => ({ ...n, extra: 1 })) }), forward));

  const [root, ...others] = forward.nodes as [CallNode, ...CallNode[]];
  const malformed: [what: string, profile: unknown][] = [
    ["nothing", undefined],
    ["text", "profile"],
    ["another clock", { ...forward, clock: "sundial" }],
    ["a time that is none", { ...forward, ms: Number.NaN }],
    ["no node", { ...forward, nodes: [] }],
    ["a node that is its own parent", { ...forward, nodes: [root, { ...others[0], parent: 1 }, ...others.slice(1)] }],
    ["a run that is within something", { ...forward, nodes: [{ ...root, parent: 0 }, ...others] }],
    ["a negative time", { ...forward, nodes: [root, { ...others[0], total: -1 }, ...others.slice(1)] }],
    ["a frame of no node", { ...forward, head: [[99, 0, 1, -1]] }],
    ["a frame of no place", { ...forward, head: [[1, 0, 1, 99]] }],
    ["a frame that is too long", { ...forward, head: [[1, 0, 1, -1, 0]] }],
    ["a line of no file", { ...forward, places: [[9, 1, 1]] }],
    ["a peak of no node", { ...forward, peak: { ms: 1, bytes: 1, node: 99 } }],
    ["more frames than any profile has", { ...forward, head: Array(6000).fill([1, 0, 1, -1]) }],
  ];
  for (const [what, profile] of malformed) it(`with ${what} is refused`, () => assert.equal(profileFrom(profile), undefined));
});
