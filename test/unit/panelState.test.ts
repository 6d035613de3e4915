import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Grade } from "../../extension/protocol/grade.ts";
import type { PanelUpdate, RunSnapshot } from "../../extension/protocol/panel.ts";
import { reportOf } from "../../extension/supervisor/profile/report.ts";
import { emptyState, isBusy, isLive, type PanelState, reduce } from "../../webviews/panel/state.ts";
import { forward } from "../webview/profileFixture.ts";

const snapshot = (over: Partial<RunSnapshot> = {}): RunSnapshot => ({
  id: "r1",
  exercise: "gpt",
  title: "A small GPT",
  state: "running",
  scale: "quick",
  startedAt: "2026-01-01T00:00:00.000Z",
  plots: [],
  series: [{ name: "loss", points: [[0, 4]] }],
  output: "",
  ...over,
});
const grade = (exercise: string) => ({ exercise, checks: [] }) as unknown as Grade;
const bare = ({ series: _, ...run }: RunSnapshot) => run;
const state = (over: Partial<RunSnapshot> = {}): PanelUpdate => ({ kind: "state", run: bare(snapshot(over)) });
const append = (run: string): PanelUpdate => ({
  kind: "append",
  run,
  series: [
    { name: "loss", points: [[1, 3]] },
    { name: "val", points: [[1, 5]] },
  ],
});
const fold = (...updates: PanelUpdate[]): PanelState => updates.reduce((s, u, i) => reduce(s, u, 1000 * (i + 1)), emptyState);
const show = (over: Partial<RunSnapshot> = {}): PanelUpdate => ({ kind: "show", run: snapshot(over) });
const pick = (s: PanelState) => ({ run: s.run?.id, state: s.run?.state, points: s.series.map((x) => x.points.length), grade: s.grade?.exercise });

describe("panel state", () => {
  const cases: [name: string, updates: PanelUpdate[], want: ReturnType<typeof pick>][] = [
    ["empty at first", [], { run: undefined, state: undefined, points: [], grade: undefined }],
    ["a snapshot", [show()], { run: "r1", state: "running", points: [1], grade: undefined }],
    ["appends, new series included", [show(), append("r1")], { run: "r1", state: "running", points: [2, 1], grade: undefined }],
    ["points of another run are dropped", [show(), append("r0")], { run: "r1", state: "running", points: [1], grade: undefined }],
    ["points before any run are dropped", [append("r1")], { run: undefined, state: undefined, points: [], grade: undefined }],
    [
      "cancel keeps the partial curve",
      [show(), append("r1"), state({ state: "cancelled" })],
      { run: "r1", state: "cancelled", points: [2, 1], grade: undefined },
    ],
    ["a new run starts with empty curves", [show(), state({ id: "r2", state: "starting" })], { run: "r2", state: "starting", points: [], grade: undefined }],
    ["a grade", [show(), { kind: "grade", grade: grade("gpt") }], { run: "r1", state: "running", points: [1], grade: "gpt" }],
    ["a grade without a run", [{ kind: "grade", grade: grade("gpt") }], { run: undefined, state: undefined, points: [], grade: "gpt" }],
    [
      "a grade of another exercise is dropped",
      [show(), { kind: "grade", grade: grade("rope") }],
      { run: "r1", state: "running", points: [1], grade: undefined },
    ],
    [
      "a grade outlives the next run of its exercise",
      [{ kind: "grade", grade: grade("gpt") }, state({ id: "r2" })],
      { run: "r2", state: "running", points: [], grade: "gpt" },
    ],
    ["but not a run of another", [{ kind: "grade", grade: grade("rope") }, state()], { run: "r1", state: "running", points: [], grade: undefined }],
    [
      "a grade of another exercise than the one shown, without a run",
      [
        { kind: "show", exercise: "gpt" },
        { kind: "grade", grade: grade("rope") },
      ],
      { run: undefined, state: undefined, points: [], grade: undefined },
    ],
    [
      "after a reset: what is shown anew has no grade",
      [show(), { kind: "grade", grade: grade("gpt") }, show()],
      { run: "r1", state: "running", points: [1], grade: undefined },
    ],
    ["show replaces everything", [show(), { kind: "show", grade: grade("rope") }], { run: undefined, state: undefined, points: [], grade: "rope" }],
  ];
  for (const [name, updates, want] of cases) it(name, () => assert.deepEqual(pick(fold(...updates)), want));

  it("a profile is of its run, and goes with it", () => {
    const profile = reportOf(forward);
    const told = (run: string): PanelUpdate => ({ kind: "profile", run, profile });
    assert.equal(fold(show(), told("r0")).profile, undefined);
    assert.equal(fold(show(), told("r1"), state({ state: "finished" })).profile, profile);
    assert.equal(fold(show(), told("r1"), state({ id: "r2" })).profile, undefined);
    assert.equal(fold(show(), told("r1"), show()).profile, undefined);
  });

  it("notes when the run stopped, and keeps it through grading", () => {
    assert.equal(fold(show()).endedAt, undefined);
    assert.equal(fold(show(), state({ state: "grading" }), state({ state: "finished" })).endedAt, 2000);
    assert.equal(fold(show(), state({ state: "finished" }), state({ id: "r2" })).endedAt, undefined);
    assert.equal(fold(show({ state: "finished" })).endedAt, undefined);
  });
  it("follows the host's wish for a tab, once per wish", () => {
    const asked = fold({ ...show(), tab: "checks" } as PanelUpdate, show());
    assert.deepEqual([asked.tab, asked.tabAsked], ["checks", 1]);
  });
  it("knows live from busy", () => {
    const run = (s: RunSnapshot["state"]) => bare(snapshot({ state: s }));
    assert.deepEqual([isLive(run("grading")), isBusy(run("grading")), isBusy(run("cancelled")), isBusy(undefined)], [false, true, false, false]);
  });
});
