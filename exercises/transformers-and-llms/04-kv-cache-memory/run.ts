import { trace } from "practicum";
import type { Decoder, NumberFormat, Surface } from "./surface.ts";

interface Known {
  readonly name: string;
  readonly decoder: Decoder;
}

/** Layers, query heads, heads of keys and values, head size: as in each model's paper or published configuration. */
const MODELS: readonly Known[] = [
  { name: "GPT-2 small", decoder: { layers: 12, heads: 12, kvHeads: 12, headSize: 64 } },
  { name: "LLaMA 7B", decoder: { layers: 32, heads: 32, kvHeads: 32, headSize: 128 } },
  { name: "Mistral 7B", decoder: { layers: 32, heads: 32, kvHeads: 8, headSize: 128 } },
  { name: "Llama 2 70B", decoder: { layers: 80, heads: 64, kvHeads: 8, headSize: 128 } },
  { name: "GPT-3 175B", decoder: { layers: 96, heads: 96, kvHeads: 96, headSize: 128 } },
];

const SEVEN_BILLION: Decoder = { layers: 32, heads: 32, kvHeads: 32, headSize: 128 };
/** LLaMA 7B has 6.74e9 parameters of 2 bytes. */
const WEIGHTS_GIB = (6.74e9 * 2) / 2 ** 30;

/** A 7B model whose heads share keys and values. */
const SHARING = { "multi-head (32)": 32, "grouped (8)": 8, "multi-query (1)": 1 };
const FORMATS: readonly NumberFormat[] = ["float16", "int8", "int4"];

/** Compares well-known models, then shows what a 7B model's cache grows with. */
export default async function run(attempt: Surface): Promise<void> {
  compareModels(attempt);
  plotLength(attempt);
  plotBatch(attempt);
  plotBudget(attempt);
}

function compareModels(attempt: Surface): void {
  console.log(row("float16", "KiB per token", "GiB at 4096", "GiB at 32768", "tokens in 8 GiB"));
  for (const { name, decoder } of MODELS) {
    const kib = attempt.bytesPerToken(decoder, "float16") / 1024;
    const [short, long] = [4096, 32_768].map((length) => gibOf(attempt, decoder, 1, length).toFixed(2)) as [string, string];
    const tokens = attempt.longestSequence(decoder, { bytes: 8 * 2 ** 30, batch: 1, format: "float16" });
    console.log(row(name, kib.toLocaleString("en"), short, long, tokens.toLocaleString("en")));
  }
}

const gibOf = (attempt: Surface, decoder: Decoder, batch: number, length: number): number =>
  attempt.inGiB(attempt.cacheBytes(decoder, { batch, length, format: "float16" }));

/** One line of the table: the name to the left, numbers to the right. */
const row = (name: string, ...cells: readonly string[]): string => name.padEnd(12) + cells.map((cell) => cell.padStart(17)).join("");

/** Of a 7B model under each way of sharing, by the name of its series. */
const bySharing = (attempt: Surface, batch: number, length: number): Record<string, number> =>
  Object.fromEntries(Object.entries(SHARING).map(([name, kvHeads]) => [name, gibOf(attempt, { ...SEVEN_BILLION, kvHeads }, batch, length)]));

function plotLength(attempt: Surface): void {
  const x = { label: "tokens in the sequence", log: true };
  trace.plot({ title: "7B in float16, one sequence", series: Object.keys(SHARING), x, y: { label: "GiB", log: true } });
  for (let length = 256; length <= 131_072; length *= 2) trace.log(bySharing(attempt, 1, length), length);
}

function plotBatch(attempt: Surface): void {
  const ofBatch = (name: string) => `${name}, by batch`;
  trace.plot({
    title: "7B in float16, 4096 tokens each: cache and weights",
    series: [...Object.keys(SHARING).map(ofBatch), "weights of the model"],
    levels: ["weights of the model"],
    x: { label: "sequences at a time" },
    y: { label: "GiB" },
  });
  for (let batch = 1; batch <= 32; batch++) {
    const caches = Object.entries(bySharing(attempt, batch, 4096)).map(([name, gib]) => [ofBatch(name), gib]);
    trace.log({ ...Object.fromEntries(caches), "weights of the model": WEIGHTS_GIB }, batch);
  }
}

/** What a GPU has left once the weights are in it. */
function plotBudget(attempt: Surface): void {
  trace.plot({ title: "Longest sequence, multi-head", series: FORMATS, x: { label: "memory for the cache (GiB)" }, y: { label: "tokens" } });
  for (let gib = 1; gib <= 64; gib++) {
    const longest = FORMATS.map((format) => [format, attempt.longestSequence(SEVEN_BILLION, { bytes: gib * 2 ** 30, batch: 1, format })]);
    trace.log(Object.fromEntries(longest), gib);
  }
}
