/** Gaps of the extension host's event loop: how long anything that it is asked may have to wait. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Learner } from "../extension/learner.ts";
import type { Row } from "./measure.ts";

const SECONDS = 5;
/** Milliseconds between two saves of the storm. */
const EVERY = 50;
/** A tensor of 60 MiB: the largest answer is one of 64. */
const ELEMENTS = 15 * 2 ** 20;
const BAR_MS = 100;

const LARGE = `import * as tf from "@tensorflow/tfjs";
export const positionalEncoding = () => tf.zeros([1024, ${ELEMENTS / 1024}]);
export const dotByDistance = () => tf.zeros([${ELEMENTS}]);
`;

export async function heartbeatRows(): Promise<Row[]> {
  const learner = await Learner.opens("ex-sp-ch35-03");
  await learner.isGraded(learner.text("reference"));
  const idle = await gapsOf("nothing to do", () => pause(SECONDS * 1000));
  const storm = await gapsOf(`a save every ${EVERY} ms for ${SECONDS} s`, () => saveStorm(learner));
  const large = await gapsOf("each answer a tensor of 60 MiB", async () => (await learner.isGraded(LARGE)).outcome);
  return [idle, storm, large];
}

/** As fast as the workbench saves, but no faster than `EVERY`. */
async function saveStorm(learner: Learner): Promise<void> {
  const until = performance.now() + SECONDS * 1000;
  for (let save = 0; performance.now() < until; save++) {
    await Promise.all([learner.saves(`${learner.text("reference")}// ${save}\n`), pause(EVERY)]);
  }
  await learner.isGraded(learner.text("reference"));
}

async function gapsOf(what: string, work: () => Promise<unknown>): Promise<Row> {
  const gaps = monitorEventLoopDelay({ resolution: 10 });
  gaps.enable();
  const began = performance.now();
  const outcome = await work();
  gaps.disable();
  const took = ((performance.now() - began) / 1000).toFixed(1);
  const note = `the bar is ${BAR_MS} ms; the longest of ${took} s was ${Math.round(gaps.max / 1e6)} ms${typeof outcome === "string" ? `; ${outcome}` : ""}`;
  return { metric: "host_gap_p99_ms", what: `99 % of gaps of the extension host, ${what}`, unit: "ms", value: gaps.percentile(99) / 1e6, note };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
