/** What the runtime records is exact in its sums, and bounded in everything else. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { CallTree } from "../../extension/runtime/profiler/callTree.ts";
import { flopsOf } from "../../extension/runtime/profiler/flops.ts";
import { MemoryCurve } from "../../extension/runtime/profiler/memoryCurve.ts";
import { Recorder } from "../../extension/runtime/profiler/recorder.ts";
import { Timeline } from "../../extension/runtime/profiler/timeline.ts";

const about = { clock: "computed", ops: true } as const;
const nothing = () => ({ bytes: 0, flops: 0, memory: 0, device: undefined });
const paths = ({ nodes }: ReturnType<Recorder["profile"]>) => {
  const path = (i: number): string => (nodes[i]?.parent === undefined ? "" : `${path(nodes[i].parent)}/${nodes[i].name}`);
  return Object.fromEntries(nodes.map(({ calls }, i) => [path(i), calls]));
};

describe("call tree", () => {
  it("self is total without what is inside; the same path is one node", () => {
    const tree = new CallTree();
    const step = tree.inside(tree.root, "span", "step");
    for (const ms of [1, 2]) tree.inside(step, "op", "matMul").add(ms, step, 0);
    tree.inside(step, "op", "add").add(0.5, step, -1);
    step.add(10, tree.root, -1);
    assert.deepEqual(
      tree.nodes(12).map(({ name, calls, total, self, from }) => [name, calls, total, self, from]),
      [
        ["run", 1, 12, 2, []],
        ["step", 1, 10, 6.5, []],
        ["matMul", 2, 3, 3, [[0, 2, 3]]],
        ["add", 1, 0.5, 0.5, []],
      ],
    );
  });

  it("a name for every step makes no node for every step, and loses no time", () => {
    const tree = new CallTree();
    for (let step = 0; step < 10_000; step++) {
      const span = tree.inside(tree.root, "span", `step ${step}`);
      tree.inside(span, "op", "add").add(1, span, -1);
      span.add(1, tree.root, -1);
    }
    const nodes = tree.nodes(10_000);
    const sum = (name: string) => nodes.filter((node) => node.name === name).reduce((n, node) => n + node.calls, 0);
    assert.ok(nodes.length < 4000, `${nodes.length}`);
    assert.equal(sum("add"), 10_000);
    assert.equal(
      nodes.reduce((ms, { self }) => ms + self, 0),
      10_000,
    );
  });
});

describe("recorder", () => {
  it("knows what encloses what: spans across await, operations within each other, a span within an operation", async () => {
    const recorder = new Recorder([]);
    recorder.beginSpan(1, "a", undefined);
    recorder.beginSpan(2, "b", 1);
    recorder.op(
      "outer",
      2,
      () => {
        recorder.op("inner", 2, () => 0, nothing);
        recorder.beginSpan(3, "custom", 2);
        recorder.op("deep", 3, () => 0, nothing);
        recorder.endSpan(3);
      },
      nothing,
    );
    await Promise.resolve();
    recorder.endSpan(1); // before the one inside, as a promise that is not awaited may
    recorder.op("late", 2, () => 0, nothing);
    recorder.endSpan(2);
    recorder.op("free", undefined, () => 0, nothing);
    assert.deepEqual(paths(recorder.profile(about)), {
      "": 1,
      "/a": 1,
      "/a/b": 1,
      "/a/b/outer": 1,
      "/a/b/outer/inner": 1,
      "/a/b/outer/custom": 1,
      "/a/b/outer/custom/deep": 1,
      "/a/b/late": 1,
      "/free": 1,
    });
  });

  it("an operation that throws is recorded, and the next one is not within it", () => {
    const recorder = new Recorder([]);
    assert.throws(() => recorder.op("fails", undefined, () => assert.fail("no"), nothing), /no/);
    recorder.op("next", undefined, () => 0, nothing);
    assert.deepEqual(paths(recorder.profile(about)), { "": 1, "/fails": 1, "/next": 1 });
  });

  it("the time of a device counts when it is told", async () => {
    const recorder = new Recorder([]);
    recorder.op(
      "matMul",
      undefined,
      () => 0,
      () => ({ ...nothing(), device: Promise.resolve(7) }),
    );
    await recorder.settled();
    assert.equal(recorder.profile(about).nodes[1]?.total, 7);
  });

  it("a million operations take no more memory than some thousands, and each is counted", () => {
    const recorder = new Recorder([]);
    for (let i = 0; i < 1e6; i++)
      recorder.op(
        `op ${i % 10}`,
        undefined,
        () => 0,
        () => ({ bytes: 4, flops: 2, memory: i, device: undefined }),
      );
    const profile = recorder.profile(about);
    assert.deepEqual(
      profile.nodes.slice(1).map(({ calls, bytes, flops }) => [calls, bytes, flops]),
      Array(10).fill([1e5, 4e5, 2e5]),
    );
    assert.ok(JSON.stringify(profile).length < 400_000, `${JSON.stringify(profile).length}`);
    assert.deepEqual([profile.head.length, profile.tail.length, profile.peak?.bytes], [3000, 3000, 999_999]);
    assert.ok(profile.memory.length <= 1002, `${profile.memory.length}`);
  }).timeout(30_000);
});

describe("time line", () => {
  it("keeps the first and the last; a span that began among the first stays there", () => {
    const line = new Timeline();
    const first = line.begin();
    for (let i = 1; i < 10_000; i++) line.end(line.begin(), i, i, 1, -1);
    line.end(first, 0, 0, 10_000, -1);
    const { head, tail } = line.frames();
    assert.deepEqual([head[0], head.length, tail[0]?.[0], tail.at(-1)?.[0]], [[0, 0, 10_000, -1], 3000, 7000, 9999]);
  });

  it("what is under way is not told yet", () => {
    const line = new Timeline();
    line.begin();
    assert.deepEqual(line.frames(), { head: [], tail: [] });
  });
});

describe("memory curve", () => {
  it("keeps every peak and every valley of a long run, in order", () => {
    const curve = new MemoryCurve();
    for (let i = 0; i < 50_000; i++) curve.add(i, i === 31_007 ? 900 : i === 40_001 ? 1 : 500 + (i % 7), 3);
    const points = curve.points();
    assert.ok(points.length < 1100);
    assert.deepEqual(curve.peak, { ms: 31_007, bytes: 900, node: 3 });
    assert.deepEqual([Math.max(...points.map(([, n]) => n)), Math.min(...points.map(([, n]) => n))], [900, 1]);
    assert.deepEqual(
      points.map(([ms]) => ms),
      points.map(([ms]) => ms).sort((a, b) => a - b),
    );
  });
});

describe("FLOPs of an operation", () => {
  const of = (...shape: number[]) => ({ shape });
  const cases: [kernel: string, inputs: Record<string, { shape: number[] }>, attributes: object, out: number[], flops: number][] = [
    ["BatchMatMul", { a: of(2, 3, 5), b: of(2, 5, 7) }, {}, [2, 3, 7], 2 * 2 * 3 * 5 * 7],
    ["BatchMatMul", { a: of(5, 3), b: of(5, 7) }, { transposeA: true }, [3, 7], 2 * 3 * 5 * 7],
    ["_FusedMatMul", { a: of(1, 3, 5), b: of(1, 5, 7) }, {}, [1, 3, 7], 2 * 3 * 5 * 7],
    ["Conv2D", { x: of(1, 8, 8, 3), filter: of(3, 3, 3, 16) }, {}, [1, 6, 6, 16], 2 * 6 * 6 * 16 * 27],
    ["DepthwiseConv2dNative", { x: of(1, 8, 8, 4), filter: of(3, 3, 4, 1) }, {}, [1, 6, 6, 4], 2 * 6 * 6 * 4 * 9],
    ["Conv2DBackpropInput", { dy: of(1, 6, 6, 16), filter: of(3, 3, 3, 16) }, {}, [1, 8, 8, 3], 2 * 6 * 6 * 16 * 27],
    ["Conv2DBackpropFilter", { x: of(1, 8, 8, 3), dy: of(1, 6, 6, 16) }, {}, [3, 3, 3, 16], 2 * 6 * 6 * 16 * 27],
    ["Add", { a: of(3), b: of(3) }, {}, [3], 0],
  ];
  for (const [kernel, inputs, attributes, out, flops] of cases)
    it(`${kernel} to [${out}]`, () => assert.equal(flopsOf(kernel, inputs, attributes as Record<string, unknown>, { shape: out }), flops));
});
