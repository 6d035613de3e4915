/** The training step of a GPT of two layers: on the sandbox's backend, with tfjs's operations alone, on the other backends of the processor, and in PyTorch. */
import type { BackendName } from "../../extension/protocol/runtime.ts";
import type { Bench, Row } from "./measure.ts";
import { absent } from "./program.ts";
import { rateOf, rowOf, type Size, stepsOf, torchSteps } from "./trainingStep.ts";

type Small = Exclude<Size, "C">;
/** Torch and the sandbox's backend, with and without `practicum`'s operations, take turns. */
const ROUNDS = 3;
const STEPS = { A: 120, B: 12 };
/** In tfjs's plain JavaScript a step of size B takes a minute. */
const OTHERS: Record<Small, readonly BackendName[]> = { A: ["tfjs-node", "cpu"], B: ["tfjs-node"] };

export const rows: Bench = async (dist) => [...(await rowsOf("A", dist)), ...(await rowsOf("B", dist))];

async function rowsOf(size: Small, dist: string): Promise<Row[]> {
  const [ours, composed]: [number[], number[]] = [[], []];
  const torch = new Map<number, number[]>([1, 2].map((threads) => [threads, []]));
  let about = "absent: no python3 with torch";
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(...(await stepsOf(size, dist, "wasm", STEPS[size])));
    composed.push(...(await stepsOf(size, dist, "wasm", STEPS[size], COMPOSED)));
    for (const [threads, times] of torch) {
      const measured = torchSteps(size, STEPS[size], { threads });
      if (!measured) continue;
      times.push(...measured.times);
      if (threads === 1) about = measured.about;
    }
  }
  const best = Math.max(...[...torch.values()].filter((times) => times.length > 0).map((times) => rateOf(size, times)));
  const measured = (times: readonly number[]) => ({
    value: rateOf(size, times),
    ...(Number.isFinite(best) && { ratio: rateOf(size, times) / best, to: "torch, the better of 1 and 2 threads" }),
  });
  const found: Row[] = [
    { ...rowOf(size, "wasm"), ...measured(ours) },
    { ...rowOf(size, "wasm, tfjs's operations alone"), ...measured(composed) },
  ];
  for (const name of OTHERS[size]) found.push(await otherRow(size, dist, name));
  for (const [threads, times] of torch) {
    found.push({ ...rowOf(size, `torch, threads: ${threads}`), ...(times.length > 0 && { value: rateOf(size, times) }), note: about });
  }
  return found;
}

async function otherRow(size: Small, dist: string, name: BackendName): Promise<Row> {
  try {
    return { ...rowOf(size, name), value: rateOf(size, await stepsOf(size, dist, name, 3)) };
  } catch (error) {
    return absent(rowOf(size, name), error);
  }
}

/** In the place of `practicum`'s. */
const COMPOSED = `
  const layerNorm = (x: any, { gain, bias }: any): any => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5))), gain), bias);
  };
  const gelu = (x: any): any => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const crossEntropy = (logits: any, labels: any): any => tf.logSoftmax(logits).mul(tf.oneHot(labels, logits.shape[1])).sum(-1).mean().neg();
`;
