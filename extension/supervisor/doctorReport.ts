/** What the doctor found, as rows of words. Pure. */
import { containmentText } from "../protocol/containment.ts";
import type { Benchmark } from "../protocol/runtime.ts";
import type { BackendReport, DoctorReport } from "./doctor.ts";

/** Name, what it is or why it is not, and numbers. */
export type Row = readonly [name: string, about: string, memory: string, product: string, transfer: string, smallOp: string];

export const HEAD: Row = ["Backend", "Device, or why not", "Memory", "Matrix product", "To and from it", "Small operation"];

export const backendRows = ({ backends }: DoctorReport): Row[] => backends.map(backendRow);

export const providerRows = ({ providers }: DoctorReport): [name: string, about: string][] =>
  providers.map(({ name, reason, matmulGflops }) => [name, reason ?? (matmulGflops === undefined ? "starts" : `${round(matmulGflops)} GFLOP/s`)]);

/** What holds the programs, and what a learner can do about what does not. */
export function containmentLines({ containment, clock }: DoctorReport): string[] {
  const { name, refused } = containment;
  const charged =
    clock === "wall"
      ? "This system does not tell how much processor time a program got: the clock on the wall decides, so a busy machine may use up the time of a right answer."
      : "Limits of time count what a program computes and sleeps, not what it waits for a processor.";
  const better = refused.flatMap(({ name, reason, remedy }) => [`${name}: ${reason}`, ...(remedy ? [remedy] : [])]);
  return [containmentText({ name, refused: [] }), ...better, charged];
}

/** The backend that a run would use: the first that starts and works. */
export const bestOf = ({ backends }: DoctorReport): BackendReport | undefined => backends.find(({ reason }) => reason === undefined);

function backendRow({ name, device = "", reason, unmeasured, memoryBytes, sandbox, containment, benchmark }: BackendReport): Row {
  const held = [
    sandbox === "addons" && "may load native addons",
    sandbox === "none" && "no sandbox of Node's",
    containment?.name === "none" && "not contained",
  ];
  const about = [device, reason, unmeasured, ...held].filter(Boolean).join("; ");
  return [name, about, memoryBytes === undefined ? "" : `${round(memoryBytes / 2 ** 30)} GiB`, ...numbers(benchmark)];
}

const numbers = (benchmark: Benchmark | undefined): [string, string, string] =>
  benchmark
    ? [
        `${round(benchmark.matmulGflops)} GFLOP/s (${benchmark.matmulSize}²)`,
        `${round(benchmark.uploadGibPerSecond)}, ${round(benchmark.downloadGibPerSecond)} GiB/s`,
        `${round(benchmark.smallOpMicroseconds)} µs`,
      ]
    : ["", "", ""];

/** Three digits say enough. */
const round = (value: number): string => String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
