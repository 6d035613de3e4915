import assert from "node:assert/strict";
import type { RunEvent } from "../../extension/protocol/runtime.ts";
import { BoundedSeries } from "../../extension/supervisor/boundedSeries.ts";
import { RunStore } from "../../extension/supervisor/runStore.ts";
import { forward } from "../webview/profileFixture.ts";

const start = { id: "run-1", exercise: "ex", title: "Exercise", scale: "quick", startedAt: "2026-01-01T00:00:00Z" } as const;
const wasm = { name: "wasm", device: "WebAssembly SIMD", skipped: [] } as const;
const loss = (step: number, value: number): RunEvent => ({ kind: "points", points: [{ series: "loss", step, value }] });

describe("runStore", () => {
  it("starts, runs once its backend is known, and ends", () => {
    const store = new RunStore(start);
    const states = [store.head.state];
    store.onChange(() => states.push(store.head.state));
    store.backend(wasm);
    store.move("grading");
    store.move("finished", "done");
    assert.deepEqual(states, ["starting", "running", "grading", "finished"]);
    assert.equal(store.head.message, "done");
    assert.deepEqual(store.head.backend, wasm);
  });

  it("knows when the program ended, which grading does not move", () => {
    const store = new RunStore(start);
    store.backend(wasm);
    assert.equal(store.head.endedAt, undefined);
    store.move("grading");
    const { endedAt } = store.head;
    assert.ok(Date.parse(endedAt ?? "") >= Date.parse(start.startedAt));
    store.move("finished");
    assert.equal(store.head.endedAt, endedAt);
  });

  it("has the newest profile, and says so", () => {
    const store = new RunStore(start);
    let changes = 0;
    store.onChange(() => changes++);
    for (const ms of [1, 2]) store.event({ kind: "profile", profile: { ...forward, ms } });
    assert.deepEqual([store.profile?.ms, changes], [2, 2]);
  });

  it("keeps little of a flood that no panel takes", () => {
    const store = new RunStore(start);
    for (let step = 0; step < 50_000; step++) store.event(loss(step, 1));
    assert.ok((store.takeFresh()[0]?.points.length ?? 0) < 5000);
  });

  it("gives the whole in a snapshot, and to a panel only what is new", () => {
    const store = new RunStore(start);
    store.event(loss(0, 4));
    assert.deepEqual(store.takeFresh(), [{ name: "loss", points: [[0, 4]] }]);
    store.event({
      kind: "points",
      points: [
        { series: "loss", step: 1, value: 3 },
        { series: "perplexity", step: 1, value: 20 },
      ],
    });
    assert.deepEqual(store.takeFresh(), [
      { name: "loss", points: [[1, 3]] },
      { name: "perplexity", points: [[1, 20]] },
    ]);
    assert.deepEqual(store.takeFresh(), []);
    assert.deepEqual(store.snapshot().series, [
      {
        name: "loss",
        points: [
          [0, 4],
          [1, 3],
        ],
      },
      { name: "perplexity", points: [[1, 20]] },
    ]);
  });

  it("keeps what was traced after it is cancelled", () => {
    const store = new RunStore(start);
    store.event(loss(0, 4));
    store.move("cancelled");
    assert.deepEqual(store.snapshot().series, [{ name: "loss", points: [[0, 4]] }]);
  });

  it("keeps the last declaration of a plot, and the newest progress", () => {
    const store = new RunStore(start);
    store.event({ kind: "plot", plot: { title: "Loss", series: ["loss"] } });
    store.event({ kind: "plot", plot: { title: "Loss", series: ["loss", "held out"] } });
    store.event({ kind: "progress", done: 1, total: 10 });
    store.event({ kind: "progress", done: 2, total: 10, label: "training" });
    assert.deepEqual(store.head.plots, [{ title: "Loss", series: ["loss", "held out"] }]);
    assert.deepEqual(store.head.progress, { done: 2, total: 10, label: "training" });
  });

  it("bounds the output, and says that it did", () => {
    const store = new RunStore(start);
    for (let i = 0; i < 2000; i++) store.output(`${"x".repeat(99)}\n`);
    store.output("the end\n");
    assert.ok(store.head.output.length < 70_000);
    assert.match(store.head.output, /^\[earlier output is in the log\]\n/);
    assert.ok(store.head.output.endsWith("the end\n"));
  });
});

describe("boundedSeries", () => {
  const fill = (count: number, valueAt: (step: number) => number) => {
    const series = new BoundedSeries(100);
    for (let step = 0; step < count; step++) series.push([step, valueAt(step)]);
    return series.points();
  };

  for (const count of [0, 1, 50, 99]) {
    it(`keeps each of ${count} points`, () => assert.equal(fill(count, Math.sin).length, count));
  }
  for (const count of [100, 1_000, 12_345, 100_000]) {
    it(`stays small and in order after ${count} points`, () => {
      const points = fill(count, Math.sin);
      assert.ok(points.length >= 50 && points.length <= 103, `${points.length} points`);
      assert.deepEqual(
        points,
        [...points].sort((a, b) => a[0] - b[0]),
      );
      assert.equal(points.at(-1)?.[0], count - 1);
    });
  }
  it("spreads what it keeps evenly over the run", () => {
    const points = fill(64_000, Math.sin);
    const early = points.filter(([step]) => step < 32_000).length;
    assert.ok(Math.abs(early / points.length - 0.5) < 0.2, `${early} of ${points.length} in the first half`);
  });
  it("loses no spike and no NaN", () => {
    const points = fill(50_000, (step) => (step === 777 ? 1e6 : step === 31_000 ? Number.NaN : 1));
    assert.ok(points.some(([step, value]) => step === 777 && value === 1e6));
    assert.ok(points.some(([step, value]) => step === 31_000 && Number.isNaN(value)));
  });
});
