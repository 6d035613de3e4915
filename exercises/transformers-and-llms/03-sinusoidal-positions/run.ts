import { breathe, progress, type RunOptions, trace } from "practicum";
import type { Surface } from "./surface.ts";

const WIDTHS = [32, 128, 512];
/** Even columns of width 128, from fast to slow: 6, 20, 63 and 353 positions for one turn. */
const COLUMNS = [0, 16, 32, 56];

const decayOf = (width: number): string => `d = ${width}`;
const shareOf = (width: number): string => `d = ${width}, as a share`;
const waveOf = (column: number): string => `column ${column}`;
const LOGARITHM = "expected: 1 - (ln k + 0.577) / ln 10000";

/** Measures how the dot product falls with the distance, and shows a few of the columns that it is made of. */
export default async function run(attempt: Surface, { scale }: RunOptions): Promise<void> {
  const farthest = scale === "full" ? 1024 : 256;
  declarePlots();
  await traceColumns(attempt);
  traceLogarithm(farthest);
  for (const [done, width] of WIDTHS.entries()) {
    progress(done, WIDTHS.length, `dot products at width ${width}`);
    await breathe();
    const decay = await decayAt(attempt, width, farthest);
    traceDecay(decay, width);
    report(decay, width);
  }
  progress(WIDTHS.length, WIDTHS.length);
}

function declarePlots(): void {
  const x = { label: "distance k (positions)" };
  trace.plot({ title: "Dot product by distance", series: WIDTHS.map(decayOf), x, y: { label: "dot product" } });
  trace.plot({
    title: "It falls like a logarithm",
    series: [...WIDTHS.map(shareOf), LOGARITHM],
    levels: [LOGARITHM],
    x: { ...x, log: true },
    y: { label: "dot product / (d/2)" },
  });
  trace.plot({ title: "Some columns of the encoding, d = 128", series: COLUMNS.map(waveOf), x: { label: "position" }, y: { label: "encoding" } });
}

async function traceColumns(attempt: Surface): Promise<void> {
  const encoding = attempt.positionalEncoding(101, 128);
  for (const [position, row] of (await encoding.array()).entries()) {
    trace.log(Object.fromEntries(COLUMNS.map((column) => [waveOf(column), row[column] as number])), position);
  }
  encoding.dispose();
}

/**
 * The sum over pairs of cos(k / 10000^(2i/d)), taken as an integral over the exponent from 0 to 1, is (Ci(k) - Ci(k/10000)) / ln 10000,
 * which comes to this for distances well between 1 and 10000: Ci(z) is about 0.577 + ln z for small z, and 0 for large z.
 */
function traceLogarithm(farthest: number): void {
  for (let k = 1; k <= farthest; k++) trace.log({ [LOGARITHM]: 1 - (Math.log(k) + 0.577) / Math.log(10000) }, k);
}

/** Mean dot product at the distances 0 to `farthest`. */
async function decayAt(attempt: Surface, width: number, farthest: number): Promise<Float32Array> {
  const encoding = attempt.positionalEncoding(farthest + 64, width); // 64 pairs or more at every distance
  const decay = attempt.dotByDistance(encoding, farthest);
  const values = await decay.data<"float32">();
  encoding.dispose();
  decay.dispose();
  return values;
}

function traceDecay(decay: Float32Array, width: number): void {
  for (const [k, product] of decay.entries()) {
    trace.log({ [decayOf(width)]: product }, k);
    if (k > 0) trace.log({ [shareOf(width)]: product / (width / 2) }, k);
  }
}

/** What "smoothly" amounts to: the fall of the trend, and the ripple on it. */
function report(decay: Float32Array, width: number): void {
  const share = (k: number): string => `${((100 * (decay[k] as number)) / (width / 2)).toFixed(0)}% at ${k}`;
  const firstRise = decay.findIndex((product, k) => k > 0 && product > (decay[k - 1] as number));
  const smooth = firstRise < 0 ? "falls at every step" : `falls at every step up to distance ${firstRise - 1}, then on the whole, with ripples`;
  console.log(`${decayOf(width).padEnd(8)} ${[0, 1, 4, 16, 64, 256].map(share).join(", ")}: ${smooth}.`);
}
