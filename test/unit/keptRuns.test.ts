import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunState } from "../../extension/protocol/panel.ts";
import { KeptRuns, type Limits } from "../../extension/supervisor/keptRuns.ts";
import { RunStore } from "../../extension/supervisor/runStore.ts";

const wasm = { name: "wasm", device: "WebAssembly SIMD", skipped: [] } as const;
let made = 0;
const newStore = (exercise = "gpt"): RunStore =>
  new RunStore({ id: `run-${made}`, exercise, title: "GPT", scale: "quick", startedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, made++)).toISOString() });

function endedRun(values: readonly number[] = [4, 3], state: RunState = "finished", exercise?: string) {
  const store = newStore(exercise);
  store.backend(wasm);
  store.event({
    kind: "plot",
    plot: { title: "Loss", series: ["loss"], y: { log: true }, band: { label: "accepted", low: 1 }, powerLaw: ["loss"], levels: ["floor"] },
  });
  store.event({ kind: "points", points: values.map((value, step) => ({ series: "loss", step, value })) });
  store.move(state);
  return store.record();
}

function windows({ count = 1, limits = {} }: { count?: number; limits?: Partial<Limits> } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "practicum-runs-"));
  const log: string[] = [];
  const opened = () => new KeptRuns(folder, (line) => log.push(line), { runs: 20, bytes: 2 ** 20, points: 1000, ...limits });
  return { folder, log, all: Array.from({ length: count }, opened), opened };
}

const ids = (runs: readonly { readonly id: string }[]): string[] => runs.map(({ id }) => id);

describe("kept runs", () => {
  for (const state of ["finished", "cancelled", "errored"] as const) {
    it(`a run that is ${state} is the same for the next window, output and progress apart`, async () => {
      const { all, opened } = windows();
      const run = endedRun([4, Number.NaN, Number.POSITIVE_INFINITY, 2.5], state);
      await (all[0] as KeptRuns).keep(run);
      const [kept] = await opened().list("gpt");
      const { message: _, ...rest } = run;
      assert.deepEqual(kept, rest);
    });
  }

  it("newest first, each exercise for itself; what traced nothing is not kept", async () => {
    const { all } = windows();
    const [kept] = all as [KeptRuns];
    const [first, other, second] = [endedRun(), endedRun([1], "finished", "rope"), endedRun()];
    for (const run of [first, other, second, newStore().record()]) await kept.keep(run);
    assert.deepEqual(ids(await kept.list("gpt")), [second.id, first.id]);
    assert.deepEqual(ids(await kept.list("rope")), [other.id]);
    assert.deepEqual(await kept.list("none"), []);
  });

  it("only so many of an exercise", async () => {
    const { all } = windows({ limits: { runs: 3 } });
    const [kept] = all as [KeptRuns];
    const runs = [endedRun(), endedRun(), endedRun(), endedRun(), endedRun()];
    for (const run of runs) await kept.keep(run);
    assert.equal((await kept.list("gpt")).length, 3);
    assert.ok(ids(await kept.list("gpt")).includes(runs.at(-1)?.id as string));
  });

  it("only so many bytes of all, of each series only so many points; a run that is too large is not kept", async () => {
    const { all, folder, log } = windows({ limits: { bytes: 20_000, points: 100 } });
    const [kept] = all as [KeptRuns];
    for (let i = 0; i < 12; i++) await kept.keep(endedRun(Array.from({ length: 5000 }, Math.sin), "finished", `exercise-${i % 3}`));
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, { parentPath, name }) => sum + readFileSync(path.join(parentPath, name)).length, 0);
    assert.ok(files.length >= 2 && bytes <= 20_000, `${files.length} files, ${bytes} bytes`);
    const store = newStore();
    for (let i = 0; i < 500; i++) store.event({ kind: "points", points: [{ series: `series ${i}`, step: 0, value: 1 }] });
    store.move("finished");
    await kept.keep(store.record());
    assert.match(log.join("\n"), /^The run run-\d+ could not be kept: it has 500 series, too many$/);
  });

  it("is removed for every window, and whoever listens is told", async () => {
    const { all } = windows({ count: 2 });
    const [one, other] = all as [KeptRuns, KeptRuns];
    const run = endedRun();
    const told: string[] = [];
    one.onChange((exercise) => told.push(exercise));
    await one.keep(run);
    assert.deepEqual(ids(await other.list("gpt")), [run.id]);
    await one.remove("gpt", run.id);
    await one.remove("gpt", "never there");
    assert.deepEqual(await other.list("gpt"), []);
    assert.deepEqual(told, ["gpt", "gpt", "gpt"]);
  });

  it("two windows that keep at the same time lose nothing, and what one runs is not seen by the other before it has ended", async () => {
    const { all } = windows({ count: 2 });
    const [one, other] = all as [KeptRuns, KeptRuns];
    const live = newStore();
    live.event({ kind: "points", points: [{ series: "loss", step: 0, value: 4 }] });
    const runs = Array.from({ length: 8 }, () => endedRun());
    await Promise.all(runs.map((run, i) => (i % 2 === 0 ? one : other).keep(run)));
    for (const window of [one, other]) assert.deepEqual(ids(await window.list("gpt")).sort(), ids(runs).sort());
    live.move("cancelled");
    await one.keep(live.record());
    assert.equal((await other.list("gpt")).find(({ id }) => id === live.head.id)?.state, "cancelled");
  });

  const malformed: [name: string, text: string][] = [
    ["no JSON", "{"],
    ["another format", JSON.stringify({ ...endedRun(), format: 0 })],
    ["no run", JSON.stringify({ format: 1 })],
    ["a run that goes on", JSON.stringify({ format: 1, ...endedRun(), state: "running" })],
    ["points of another kind", JSON.stringify({ format: 1, ...endedRun(), series: [{ name: "loss", points: [[0, "x", 1]] }] })],
    ["no date", JSON.stringify({ format: 1, ...endedRun(), startedAt: "yesterday" })],
  ];
  for (const [name, text] of malformed) {
    it(`${name} costs a line in the log, once`, async () => {
      const { all, folder, log } = windows();
      const [kept] = all as [KeptRuns];
      const run = endedRun();
      await kept.keep(run);
      writeFileSync(path.join(folder, "gpt", "odd.json"), text);
      for (let i = 0; i < 2; i++) assert.deepEqual(ids(await kept.list("gpt")), [run.id]);
      assert.equal(log.length, 1);
      assert.match(log[0] as string, /^odd\.json is no run that can be compared: /);
    });
  }

  it("a folder that cannot be written costs a line in the log", async () => {
    const { folder, log } = windows();
    writeFileSync(path.join(folder, "file"), "");
    const kept = new KeptRuns(path.join(folder, "file"), (line) => log.push(line));
    await kept.keep(endedRun());
    assert.deepEqual(await kept.list("gpt"), []);
    assert.match(log.join(), /could not be kept/);
  });
});
