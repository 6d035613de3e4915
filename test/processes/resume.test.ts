import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import type { Exercise, Pack } from "../../extension/exercise/model.ts";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { RunResult, Supervisor } from "../../extension/supervisor/api.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { ROOT } from "../tools/paths.ts";
import { dist } from "./tinyPack.ts";

interface Case {
  readonly slug: string;
  /** In the place of what the exercise's own program says of its full scale: seconds instead of days, and a checkpoint after every step. */
  readonly small: readonly (readonly [own: RegExp, small: string])[];
  /** Once this is kept, the process is killed, long before its training is at its end. */
  readonly killedWith: string;
  readonly says: RegExp;
  /** A series that ends the run. */
  readonly result: string;
}

const EVERY_STEP = [/KEEP_MS = 120_000/, "KEEP_MS = 0"] as const;
const CASES: readonly Case[] = [
  {
    slug: "09-scaling-law",
    small: [
      EVERY_STEP,
      [
        /full: \{[^}]*sizes: \[[^\]]*\]/,
        "full: { vocabulary: 16, context: 8, batch: 8, tokens: 3840, sizes: [8, 16].map((width) => ({ layers: 1, width, heads: 2 }))",
      ],
      [/evaluateEvery: 1000/, "evaluateEvery: 5"],
    ],
    killedWith: "scaling-full-3.1k",
    says: /^0\.8k: goes on after step 60 of 60\n(.+\n)3\.1k: goes on after step [1-5]?\d of 60$/m,
    result: "measured",
  },
  {
    slug: "16-compute-optimal",
    small: [
      EVERY_STEP,
      [/vocabulary: 1024, context: 128, batch: 16/, "vocabulary: 16, context: 8, batch: 8"],
      [/shapes: \[shape\(4, 144[^\]]*\]/, "shapes: [shape(1, 8, 2), shape(1, 12, 2), shape(1, 16, 2)]"],
      [/budgets: \[1\.2e14[^\]]*\]/, "budgets: [3e6, 1e7, 2e7]"],
    ],
    killedWith: "chinchilla-20000000-768",
    says: /^768 parameters: goes on after step 34 of 34\n(.+\n)768 parameters: goes on after step [1-6]?\d of 68$/m,
    result: "optimal models",
  },
];

/** Learner's code, process and checkpoints are those of any run: only the sizes are not. */
describe("full scale", function () {
  this.timeout(120_000);
  let supervisor: Supervisor;
  let pack: Pack;
  let processOfRun = 0;
  before(async () => {
    const log = (line: string) => {
      processOfRun = Number(/ runs in process (\d+) /.exec(line)?.[1] ?? processOfRun);
    };
    supervisor = createSupervisor({ dist, log, backend: "wasm" });
    pack = await readPack(path.join(ROOT, "exercises/transformers-and-llms"));
  });
  after(() => supervisor.dispose());

  const small = ({ slug, small }: Case): Exercise => {
    const exercise = pack.exercises.find((one) => one.slug === slug) as Exercise;
    const program = small.reduce((text, [own, mine]) => {
      assert.match(text, own);
      return text.replace(own, mine);
    }, exercise.files["run.ts"] as string);
    return { ...exercise, files: { ...exercise.files, "run.ts": program } };
  };

  const learnerFolder = async (): Promise<string> => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-attempt-"));
    await mkdir(path.join(folder, ".practicum"));
    return folder;
  };

  /** @param killedWith name of the checkpoint that, once kept, is the process's last */
  async function run(exercise: Exercise, root: string, killedWith?: string): Promise<{ result: RunResult; output: string; series: Map<string, number[]> }> {
    const series = new Map<string, number[]>();
    let output = "";
    const result = await supervisor.run({
      ...{ exercise, attempt: { ...implementationTree(exercise, "reference"), root }, scale: "full", seed: 1 },
      onEvent: (event) => {
        if (event.kind === "points") for (const { series: name, value } of event.points) series.set(name, [...(series.get(name) ?? []), value]);
        if (killedWith && existsSync(path.join(root, `.practicum/checkpoints/${killedWith}.safetensors`))) process.kill(processOfRun, "SIGKILL");
      },
      onOutput: (text) => {
        output += text;
      },
    });
    return { result, output, series };
  }

  for (const one of CASES) {
    it(`${one.slug}: killed, it goes on where it was, to the same result`, async () => {
      const exercise = small(one);
      const whole = await run(exercise, await learnerFolder());
      assert.deepEqual([whole.result.state, whole.result.fault], ["finished", undefined]);
      const root = await learnerFolder();
      const killed = await run(exercise, root, one.killedWith);
      assert.equal(killed.result.state, "errored");
      const resumed = await run(exercise, root);
      assert.equal(resumed.result.state, "finished");
      assert.match(resumed.output, one.says);
      // tfjs computes the powers of Adam's betas anew from the number of steps: the sixth digit of a weight may differ.
      assert.deepEqual([...resumed.series].map(rounded), [...whole.series].map(rounded));
      assert.ok(whole.series.has(one.result));
    });
  }
});

const rounded = ([name, values]: [string, number[]]): string => `${name}: ${values.map((value) => value.toPrecision(3))}`;
