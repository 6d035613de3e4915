import * as tf from "@tensorflow/tfjs";
import { breathe, progress, type RunOptions, random, trace } from "practicum";
import type { Surface } from "./surface.ts";

const DIM = 64;
const SCALES = {
  quick: { lengths: [256, 512, 1024, 2048, 4096], blocksAt: 1024, blocks: [32, 64, 128, 256, 512, 1024] },
  full: { lengths: [256, 512, 1024, 2048, 4096, 8192, 16_384], blocksAt: 4096, blocks: [64, 128, 256, 512, 1024, 2048] },
};
const BLOCK = 256;

const stream = random();

interface Cost {
  /** At the most crowded moment, beyond the inputs. */
  readonly mib: number;
  readonly ms: number;
  readonly output: tf.Tensor3D;
}

/** Compares memory and time of both by the length, then of flash attention by the size of a tile. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { lengths, blocksAt, blocks } = SCALES[scale];
  const scores = [...lengths, ...blocks.map(() => blocksAt)].map((length) => length ** 2); // the time goes with them
  const tell = (done: number, what: string) => progress(sum(scores.slice(0, done)), sum(scores), what);
  declarePlots(blocksAt);
  console.log(row("positions", "standard (MiB)", "flash (MiB)", "standard (ms)", "flash (ms)", "largest difference"));
  for (const [done, length] of lengths.entries()) {
    tell(done, `${length} positions`);
    await compare(attempt, length);
  }
  for (const [done, block] of blocks.entries()) {
    tell(lengths.length + done, `tiles of ${block}`);
    const [q, k, v] = drawInputs(blocksAt);
    const { mib, ms, output } = await costOf(() => flash(attempt, q, k, v, block));
    trace.log({ "memory by block": mib, "time by block": ms }, block);
    tf.dispose([q, k, v, output]);
  }
  tell(scores.length, "done");
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function declarePlots(blocksAt: number): void {
  const x = { label: "positions", log: true };
  const memory = ["standard, memory", "flash, memory"];
  trace.plot({ title: "Memory", series: memory, powerLaw: memory, x, y: { label: "MiB at most, beyond the inputs", log: true } });
  trace.plot({ title: "Time", series: ["standard, time", "flash, time"], x, y: { label: "ms", log: true } });
  const block = { label: "positions in a block", log: true };
  trace.plot({ title: `Flash attention by block, ${blocksAt} positions: memory`, series: ["memory by block"], x: block, y: { label: "MiB", log: true } });
  trace.plot({ title: `Flash attention by block, ${blocksAt} positions: time`, series: ["time by block"], x: block, y: { label: "ms", log: true } });
}

const row = (...cells: readonly string[]): string => cells.map((cell) => cell.padStart(19)).join("");

/** One head. */
const drawInputs = (length: number): [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D] => {
  const draw = () => stream.normals([1, length, DIM]) as tf.Tensor3D;
  return [draw(), draw(), draw()];
};

function flash(attempt: Surface, q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, block: number): tf.Tensor3D {
  const { output, logSumExp } = attempt.flashAttention(q, k, v, { block, causal: false });
  logSumExp.dispose();
  return output;
}

/** Flash attention first: where standard attention finds no memory, that is the result. */
async function compare(attempt: Surface, length: number): Promise<void> {
  const [q, k, v] = drawInputs(length);
  const tiled = await costOf(() => flash(attempt, q, k, v, BLOCK));
  trace.log({ "flash, memory": tiled.mib, "flash, time": tiled.ms }, length);
  try {
    const whole = await costOf(() => attempt.standardAttention(q, k, v, false));
    trace.log({ "standard, memory": whole.mib, "standard, time": whole.ms }, length);
    const difference = tf.tidy(() => whole.output.sub(tiled.output).abs().max());
    const [largest] = await difference.data<"float32">();
    console.log(
      row(String(length), whole.mib.toFixed(1), tiled.mib.toFixed(1), whole.ms.toFixed(0), tiled.ms.toFixed(0), (largest as number).toExponential(1)),
    );
    tf.dispose([whole.output, difference]);
  } catch (error) {
    console.log(row(String(length), "-", tiled.mib.toFixed(1), "-", tiled.ms.toFixed(0)), `  standard attention: ${String(error)}`);
  }
  tf.dispose([q, k, v, tiled.output]);
}

/** The profile tells the peak of the bytes that tensors take. It is taken apart from the time, which it costs. */
async function costOf(work: () => tf.Tensor3D): Promise<Cost> {
  const before = tf.memory().numBytes;
  await breathe();
  const started = performance.now();
  const output = work();
  await output.data();
  const ms = performance.now() - started;
  output.dispose();
  const profile = await tf.profile(work);
  return { mib: (profile.peakBytes - before) / 2 ** 20, ms, output: profile.result as tf.Tensor3D };
}
