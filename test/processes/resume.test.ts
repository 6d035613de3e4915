import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import type { Exercise, Pack } from "../../extension/exercise/model.ts";
import { CHECKPOINTS } from "../../extension/exercise/scaffold.ts";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { RunResult, Supervisor } from "../../extension/supervisor/api.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { ROOT } from "../tools/paths.ts";
import { smallExercise } from "./smallScales.ts";
import { dist } from "./tinyPack.ts";

interface Case {
  readonly slug: string;
  /** Checkpoints: once the first is kept, the first run is killed, long before its training is at its end; the next run with the next one. */
  readonly killedWith: readonly string[];
  /** What a run says that goes on after the checkpoint of that name. */
  readonly says?: (kept: string) => RegExp;
  /** A series that ends the run. */
  readonly result: string;
  /** Series of times, which are new in every run. */
  readonly times?: RegExp;
}

const goesOn = (kept: string) =>
  new RegExp(`^${kept}: goes on after step \\d+ of \\d+ \\(to begin anew, delete \\.practicum/checkpoints/${kept}\\.safetensors\\)$`, "m");

const CASES: readonly Case[] = [
  {
    slug: "05-minimal-gpt",
    killedWith: ["gpt"],
    result: "validation perplexity",
  },
  {
    slug: "07-dpo",
    killedWith: ["dpo"],
    result: "true reward of what it writes",
  },
  {
    slug: "09-scaling-law",
    killedWith: ["scaling-0.8k", "scaling-3.1k"],
    result: "measured",
  },
  {
    slug: "10-mixture-of-experts",
    killedWith: ["experts", "dense-total"],
    result: "4 experts, no balance",
  },
  {
    slug: "12-rlhf",
    killedWith: ["supervised", "reward-model", "ppo"],
    result: "true reward",
  },
  {
    slug: "15-flash-attention",
    killedWith: ["flash-attention"],
    says: () => /^Taken by an interrupted run, and not again: 256 positions(, 512 positions)?\.$/m,
    result: "memory by block",
    times: /time/,
  },
  {
    slug: "16-compute-optimal",
    killedWith: ["chinchilla-20000000-768"],
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
        if (killedWith && existsSync(path.join(root, CHECKPOINTS, `${killedWith}.safetensors`))) process.kill(processOfRun, "SIGKILL");
      },
      onOutput: (text) => {
        output += text;
      },
    });
    return { result, output, series };
  }

  for (const one of CASES) {
    it(`${one.slug}: killed, it goes on where it was, to the same result; finished, it leaves nothing to go on from`, async () => {
      const exercise = smallExercise(pack, one.slug);
      const whole = await run(exercise, await learnerFolder());
      assert.deepEqual([whole.result.state, whole.result.fault], ["finished", undefined]);
      const root = await learnerFolder();
      const killed = await run(exercise, root, one.killedWith[0]);
      assert.equal(killed.result.state, "errored");
      for (const [i, kept] of one.killedWith.entries()) {
        const next = one.killedWith[i + 1];
        const resumed = await run(exercise, root, next);
        assert.equal(resumed.result.state, next ? "errored" : "finished");
        assert.match(resumed.output, one.says?.(kept) ?? goesOn(kept));
        if (next) continue;
        const comparable = ({ series }: typeof whole) => [...series].filter(([name]) => !one.times?.test(name));
        assert.deepEqual(comparable(resumed), comparable(whole));
        assert.ok(whole.series.has(one.result));
        for (const [name, [first]] of killed.series) assert.equal(resumed.series.get(name)?.[0], first, `${name} of the first run is not told again`);
      }
      assert.deepEqual(await readdir(path.join(root, CHECKPOINTS)), []);
    });
  }
});
