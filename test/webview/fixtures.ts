/** A run of a small GPT and a grade with one diagnosed mistake, as a host would post them. */
import type { CheckResult, Grade } from "../../extension/protocol/grade.ts";
import type { EarlierRun, RunSnapshot } from "../../extension/protocol/panel.ts";
import type { BackendInfo } from "../../extension/protocol/runtime.ts";

export const backend: BackendInfo = {
  name: "wasm",
  device: "WebAssembly SIMD",
  skipped: [
    { name: "tfjs-node-gpu", reason: "not installed" },
    { name: "webgpu", reason: "no adapter was found" },
  ],
};

const SEED = 7;
/** Noise that is the same on every run. */
const noise = (i: number) => Math.sin(i * 12.9898 + SEED) * Math.cos(i * 78.233);

/** Training loss of a character model of 65 characters: from ln 65 = 4.17 down. */
export const lossAt = (step: number): number => 1.62 + 2.55 * Math.exp(-step / 55) + 0.09 * noise(step);

export function gptRun(steps = 300, over: Partial<RunSnapshot> = {}): RunSnapshot {
  const train = Array.from({ length: steps }, (_, i) => [i, lossAt(i)] as const);
  const held = train.filter(([i]) => i % 20 === 0).map(([i, v]) => [i, v + 0.06 + i / 3000] as const);
  return {
    id: "run-1",
    exercise: "ex-sp-ch35-05",
    title: "A minimal GPT",
    state: "running",
    backend,
    scale: "quick",
    startedAt: new Date(Date.now() - 41_000).toISOString(),
    progress: { done: steps, total: 400, label: "Training" },
    plots: [
      {
        title: "Loss",
        series: ["training loss", "held-out loss", "uniform guess, ln 65"],
        levels: ["uniform guess, ln 65"],
        y: { label: "nats per character" },
      },
      { title: "Perplexity", series: ["perplexity"], y: { log: true } },
    ],
    series: [
      { name: "training loss", points: train },
      { name: "held-out loss", points: held },
      {
        name: "uniform guess, ln 65",
        points: [
          [0, Math.log(65)],
          [Math.max(1, steps - 1), Math.log(65)],
        ],
      },
      { name: "perplexity", points: train.map(([i, v]) => [i, Math.exp(v)] as const) },
    ],
    output: "corpus: 41,822 characters, 65 different\nparameters: 104,640\n",
    ...over,
  };
}

/** A run of one curve. */
export const oneCurve = (steps: number): RunSnapshot => gptRun(steps, { plots: [], series: gptRun(steps).series.slice(0, 1) });

/** A run of five minutes earlier for each place in the list, a little worse each. */
export function earlierRun(nth: number, compared: boolean): EarlierRun {
  const began = Date.UTC(2026, 10, 24, 15, 0, 0) - nth * 300_000;
  const { plots, series } = gptRun(100);
  const worse = series.map(({ name, points }) => ({ name, points: points.map(([x, y]) => [x, y + 0.3 * nth] as const) }));
  return {
    id: `earlier-${nth}`,
    state: nth % 2 === 0 ? "cancelled" : "finished",
    backend,
    scale: "quick",
    startedAt: new Date(began).toISOString(),
    endedAt: new Date(began + 42_000).toISOString(),
    finals: worse.map(({ name, points }) => ({ name, value: points.at(-1)?.[1] as number })),
    ...(compared && { overlay: { plots, series: worse } }),
  };
}

const check = (over: Partial<CheckResult> & Pick<CheckResult, "title">): CheckResult => ({
  id: over.title,
  hidden: false,
  when: "save",
  points: 1,
  outcome: "passed",
  message: "",
  ms: 12,
  ...over,
});

export const diagnosed: CheckResult = check({
  title: "each position attends to itself and the past only",
  points: 3,
  outcome: "failed",
  message: "412 of 1024 values differ, most of all at [0, 3, 1, 7]: got 0.2183, expected 0.",
  ms: 38,
  diagnosis: {
    misconception: "mask-after-softmax",
    sentence: "You mask after the softmax: the rows no longer sum to 1. Set the scores of the future to `-Infinity` before it.",
    distance: 3.1e-7,
  },
  hint: "Which positions may position t look at? Write the 4 by 4 case of `scores` down by hand.",
  mismatch: { kind: "values", path: "", got: "0.2183", want: "0", worstIndex: [0, 3, 1, 7], differing: 412, total: 1024, maxError: 0.2183 },
});

export const gptGrade: Grade = {
  exercise: "ex-sp-ch35-05",
  pack: "transformers-and-llms",
  packVersion: "1.0.0",
  outcome: "errored",
  score: 6,
  points: 13,
  tier: "run",
  checks: [
    check({ title: "embeds tokens and positions", points: 2, ms: 9 }),
    diagnosed,
    check({ title: "logits have shape `[batch, time, vocabulary]`", points: 2, ms: 21 }),
    check({
      title: "generates with a temperature of zero",
      points: 2,
      outcome: "errored",
      message: "TypeError: Cannot read properties of undefined (reading 'argMax')",
      ms: 6,
      location: { file: "/home/ada/practicum/05-minimal-gpt/gpt.ts", line: 87, column: 24 },
    }),
    check({ title: "agrees with an independent oracle on the same weights", points: 2, hidden: true, ms: 96 }),
    check({
      title: "held-out loss after training is below 2.2 nats",
      points: 2,
      hidden: true,
      when: "run",
      outcome: "timedOut",
      message: "No answer within 120 s.",
      ms: 120_000,
      hint: "Is a tensor made anew in each step, and never disposed of?",
    }),
  ],
  backend,
  seed: 1804289383,
  digests: { attempt: "a", pack: "b", checks: "d", runtime: "c" },
  startedAt: "2026-01-01T00:00:00.000Z",
  ms: 2410,
};
