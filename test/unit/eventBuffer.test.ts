/** What a program tells is bounded, and what matters of it survives. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { RunEvent, Span, TracedTensor } from "../../extension/protocol/runtime.ts";
import { EventBuffer } from "../../extension/runtime/eventBuffer.ts";
import { forward } from "../webview/profileFixture.ts";

const LIMITS = { points: 100, allPoints: 10_000, spans: 3, tensors: 3 };
const buffered = (...events: RunEvent[]): RunEvent[] => {
  const buffer = new EventBuffer(LIMITS);
  for (const event of events) buffer.push(event);
  return buffer.take();
};
const point = (step: number, value: number, series = "loss"): RunEvent => ({ kind: "points", points: [{ series, step, value }] });
const span = (id: number, name: string, duration = 1): RunEvent => ({ kind: "spans", spans: [{ id, name, start: id, duration, bytes: 8 * duration }] });
const tensor = (name: string, mean = 0): TracedTensor => ({
  ...{ name, shape: [2], dtype: "float32" },
  statistics: { mean, deviation: 0, min: 0, max: 0, nan: 0, infinite: 0 },
});

describe("event buffer", () => {
  it("tells everything once, each kind in one event", () => {
    const progress: RunEvent = { kind: "progress", done: 1, total: 2 };
    const plot: RunEvent = { kind: "plot", plot: { title: "Loss", series: ["loss"] } };
    const traced: RunEvent = { kind: "tensors", tensors: [tensor("scores")] };
    const buffer = new EventBuffer(LIMITS);
    for (const event of [point(0, 1), { ...progress, done: 0 }, span(1, "step"), point(1, 2, "accuracy"), plot, traced, progress]) buffer.push(event);
    assert.deepEqual(buffer.take(), [
      plot,
      {
        kind: "points",
        points: [
          { series: "loss", step: 0, value: 1 },
          { series: "accuracy", step: 1, value: 2 },
        ],
      },
      span(1, "step"),
      traced,
      progress,
    ]);
    assert.deepEqual(buffer.take(), []);
  });

  it("of a flood keeps the first, the lowest, the highest, what is not finite and the last of each series, and counts the rest", () => {
    const flood = Array.from({ length: 10_001 }, (_, step) => point(step, { 3000: -5, 7001: 9, 8123: Number.NaN }[step] ?? Math.sin(step) / 2));
    const [event] = buffered(...flood, point(5, 6, "other")) as [Extract<RunEvent, { kind: "points" }>];
    const loss = event.points.filter(({ series }) => series === "loss");
    assert.ok(loss.length <= LIMITS.points, `${loss.length} points`);
    assert.equal(loss.length + (event.merged ?? 0), 10_001);
    for (const value of [-5, 9, Number.NaN])
      assert.ok(
        loss.some((p) => Object.is(p.value, value)),
        `${value} is lost`,
      );
    assert.deepEqual([loss.at(-1)?.step, loss.map((p) => p.step)], [10_000, loss.map((p) => p.step).sort((a, b) => a - b)]);
    assert.deepEqual(event.points.at(-1), { series: "other", step: 5, value: 6 });
  });

  it("sums spans of one name where there are too many to tell each", () => {
    const [event] = buffered(...[1, 2, 3, 4, 5, 6].map((id) => span(id, id % 2 ? "odd" : "even", id))) as [{ kind: "spans"; spans: Span[] }];
    assert.deepEqual(
      event.spans.map(({ name, duration, bytes, count }) => [name, duration, bytes, count]),
      [
        ["odd", 1, 8, undefined],
        ["even", 2, 16, undefined],
        ["odd", 3, 24, undefined],
        ["even", 10, 80, 2],
        ["odd", 5, 40, undefined],
      ],
    );
  });

  it("of intermediates too many to tell keeps the newest of a name, then the newest", () => {
    const [event] = buffered({ kind: "tensors", tensors: [tensor("a"), tensor("b"), tensor("c"), tensor("b", 1), tensor("d")] }) as [
      { kind: "tensors"; tensors: TracedTensor[] },
    ];
    assert.deepEqual(
      event.tensors.map(({ name, statistics }) => [name, statistics.mean]),
      [
        ["c", 0],
        ["b", 1],
        ["d", 0],
      ],
    );
  });

  it("of profiles tells the newest, which knows all that the ones before knew", () => {
    const profile = (ms: number): RunEvent => ({ kind: "profile", profile: { ...forward, ms } });
    assert.deepEqual(buffered(profile(1), profile(2)), [profile(2)]);
  });

  it("a name for every step is told as the mistake that it is", () => {
    assert.throws(() => buffered(...Array.from({ length: 1001 }, (_, step) => point(step, 0, `loss ${step}`))), /at last the series "loss 1000"/);
  });
});
