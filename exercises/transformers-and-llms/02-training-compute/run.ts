import { trace } from "practicum";
import type { Surface } from "./surface.ts";

/** FLOP/s in bfloat16 (V100: float16) on tensor cores, without sparsity: NVIDIA's data sheets. */
const PEAKS = { V100: 125e12, A100: 312e12, H100: 989e12 };

/** Sizes, tokens and GPU-hours on A100s as reported by Touvron et al. (2023), tables 2 and 15. */
const LLAMA = [
  { name: "7B", parameters: 6.7e9, tokens: 1e12, reported: 82_432 },
  { name: "13B", parameters: 13e9, tokens: 1e12, reported: 135_168 },
  { name: "33B", parameters: 32.5e9, tokens: 1.4e12, reported: 530_432 },
  { name: "65B", parameters: 65.2e9, tokens: 1.4e12, reported: 1_022_362 },
];

/** Compares predictions with what was reported, then shows what drives the cost. */
export default async function run(attempt: Surface): Promise<void> {
  compareWithReported(attempt);
  plotSizes(attempt);
  plotClusters(attempt);
  plotUtilisation(attempt);
}

function compareWithReported(attempt: Surface): void {
  console.log(row("LLaMA", "tokens", "FLOPs", "hours at peak", "reported", "utilisation"));
  for (const { name, parameters, tokens, reported } of LLAMA) {
    const { total } = attempt.trainingFlops({ parameters, tokens });
    const hours = attempt.gpuHours(total, { peak: PEAKS.A100, utilisation: 1 });
    const share = attempt.utilisation(parameters, { tokensPerSecond: tokens / (reported * 3600), gpus: 1, peak: PEAKS.A100 });
    console.log(row(name, `${tokens / 1e12}T`, total.toExponential(2), thousands(hours), thousands(reported), `${(100 * share).toFixed(0)}%`));
  }
}

const thousands = (n: number): string => Math.round(n).toLocaleString("en");

/** One line of the table: the name to the left, numbers to the right. */
const row = (name: string, ...cells: readonly string[]): string => name.padEnd(6) + cells.map((cell) => cell.padStart(14)).join("");

/** With 20 tokens for each parameter (Hoffmann et al., 2022), N and D grow together, so cost grows with the square. */
function plotSizes(attempt: Surface): void {
  const series = Object.keys(PEAKS).map((gpu) => `${gpu} at 40%`);
  trace.plot({
    title: "GPU-hours at 20 tokens per parameter",
    series,
    x: { label: "parameters", log: true },
    y: { label: "GPU-hours", log: true },
  });
  for (let parameters = 1e8; parameters <= 1.01e12; parameters *= 10 ** 0.25) {
    const { total } = attempt.trainingFlops({ parameters, tokens: 20 * parameters });
    const hours = Object.values(PEAKS).map((peak, i) => [series[i], attempt.gpuHours(total, { peak, utilisation: 0.4 })]);
    trace.log(Object.fromEntries(hours), parameters);
  }
}

function plotClusters(attempt: Surface): void {
  trace.plot({
    title: "7B parameters, 1T tokens: days by cluster",
    series: ["days on A100s at 40%", "days on H100s at 40%"],
    x: { label: "GPUs", log: true },
    y: { label: "days", log: true },
  });
  const { total } = attempt.trainingFlops({ parameters: 7e9, tokens: 1e12 });
  for (let gpus = 8; gpus <= 8192; gpus *= 2) {
    const daysOn = (peak: number) => attempt.trainingDays(total, { gpus, peak, utilisation: 0.4 });
    trace.log({ "days on A100s at 40%": daysOn(PEAKS.A100), "days on H100s at 40%": daysOn(PEAKS.H100) }, gpus);
  }
}

function plotUtilisation(attempt: Surface): void {
  trace.plot({
    title: "7B parameters, 1T tokens: what waste costs",
    series: ["GPU-hours on A100s"],
    x: { label: "utilisation (%)" },
    y: { label: "GPU-hours" },
  });
  const { total } = attempt.trainingFlops({ parameters: 7e9, tokens: 1e12 });
  for (let percent = 10; percent <= 100; percent += 2) {
    trace.log({ "GPU-hours on A100s": attempt.gpuHours(total, { peak: PEAKS.A100, utilisation: percent / 100 }) }, percent);
  }
}
