import * as tf from "@tensorflow/tfjs";
import { breathe, checkpoint, device, memoryOf, progress, type RunOptions, random, trace } from "practicum";
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
}

/** Of one length; the error of standard attention where it finds no memory. */
interface Comparison {
  readonly flash: Cost;
  readonly standard: (Cost & { readonly difference: number }) | { readonly error: string };
}

/** Compares memory and time of both by the length, then of flash attention by the size of a tile. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const { lengths, blocksAt, blocks } = SCALES[scale];
  const scores = [...lengths, ...blocks.map(() => blocksAt)].map((length) => length ** 2); // the time goes with them
  const tell = (done: number, what: string) => progress(sum(scores.slice(0, done)), sum(scores), what);
  declarePlots(blocksAt);
  const take = await taking(scale);
  await compare(attempt, lengths[0] as number); // for the compilers: what they take is no time of attention
  console.log(row("positions", "standard (MiB)", "flash (MiB)", "standard (ms)", "flash (ms)", "largest difference"));
  for (const [done, length] of lengths.entries()) {
    tell(done, `${length} positions`);
    show(length, await take(`${length} positions`, () => compare(attempt, length)));
  }
  for (const [done, block] of blocks.entries()) {
    tell(lengths.length + done, `tiles of ${block}`);
    const { mib, ms } = await take(`tiles of ${block}`, () => costOfTiles(attempt, blocksAt, block));
    trace.log({ "memory by block": mib, "time by block": ms }, block);
  }
  tell(scores.length, "done");
  if (scale === "full") await checkpoint.remove(KEPT);
}

const KEPT = "flash-attention";

type Take = <T extends object>(what: string, measure: () => Promise<T>) => Promise<T>;

/** At full scale: what an interrupted run has measured on this device is not measured again. */
async function taking(scale: RunOptions["scale"]): Promise<Take> {
  if (scale === "quick") return (_, measure) => measure();
  const { name } = await device();
  const note = await checkpoint.restore(KEPT, {});
  const taken = new Map<string, object>(note?.device === name ? JSON.parse(String(note.taken)) : []);
  if (taken.size > 0) console.log(`Taken by an interrupted run, and not again: ${[...taken.keys()].join(", ")}.`);
  return async <T extends object>(what: string, measure: () => Promise<T>) => {
    const kept = taken.get(what);
    if (kept) return kept as T;
    const measured = await measure();
    taken.set(what, measured);
    await checkpoint.save(KEPT, {}, { device: name, taken: JSON.stringify([...taken]) });
    return measured;
  };
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
async function compare(attempt: Surface, length: number): Promise<Comparison> {
  const [q, k, v] = drawInputs(length);
  const { output, ...tiled } = await costOf(() => flash(attempt, q, k, v, BLOCK));
  try {
    const { output: expected, ...whole } = await costOf(() => attempt.standardAttention(q, k, v, false));
    const largest = tf.tidy(() => expected.sub(output).abs().max());
    const [difference] = await largest.data<"float32">();
    tf.dispose([expected, largest]);
    return { flash: tiled, standard: { ...whole, difference: difference as number } };
  } catch (error) {
    return { flash: tiled, standard: { error: String(error) } };
  } finally {
    tf.dispose([q, k, v, output]);
  }
}

function show(length: number, { flash, standard }: Comparison): void {
  trace.log({ "flash, memory": flash.mib, "flash, time": flash.ms }, length);
  if ("error" in standard) {
    console.log(row(String(length), "-", flash.mib.toFixed(1), "-", flash.ms.toFixed(0)), `  standard attention: ${standard.error}`);
    return;
  }
  trace.log({ "standard, memory": standard.mib, "standard, time": standard.ms }, length);
  const difference = standard.difference.toExponential(1);
  console.log(row(String(length), standard.mib.toFixed(1), flash.mib.toFixed(1), standard.ms.toFixed(0), flash.ms.toFixed(0), difference));
}

async function costOfTiles(attempt: Surface, length: number, block: number): Promise<Cost> {
  const [q, k, v] = drawInputs(length);
  const { output, ...cost } = await costOf(() => flash(attempt, q, k, v, block));
  tf.dispose([q, k, v, output]);
  return cost;
}

/** Milliseconds, and the bytes that tensors take at most beyond the inputs. */
async function costOf(work: () => tf.Tensor3D): Promise<Cost & { readonly output: tf.Tensor3D }> {
  await breathe();
  const started = performance.now();
  const { value: output, peakBytes } = await memoryOf(work);
  await output.data();
  return { mib: peakBytes / 2 ** 20, ms: performance.now() - started, output };
}
