/** What a GPU does, beside PyTorch on the same one: the training step of a GPT of two layers, and of the largest model of exercise 09. */
import type { BackendName } from "../../extension/protocol/runtime.ts";
import type { Bench, Row } from "./measure.ts";
import { absent, GPU_BACKENDS } from "./program.ts";
import { rateOf, rowOf, type Size, stepsOf, torchSteps } from "./trainingStep.ts";

const STEPS = { A: 150, B: 150, C: 30 };

export const rows: Bench = async (dist) => {
  const found: Row[] = [];
  for (const size of ["A", "B", "C"] as const) {
    const torch = torchSteps(size, STEPS[size], "cuda");
    found.push({
      ...rowOf(size, "torch on a GPU"),
      ...(torch ? { value: rateOf(size, torch.times), note: torch.about } : { note: "absent: no torch that finds one" }),
    });
    for (const backend of GPU_BACKENDS) found.push(await gpuRow(size, dist, backend, torch && rateOf(size, torch.times)));
  }
  return found;
};

async function gpuRow(size: Size, dist: string, backend: BackendName, ofTorch: number | undefined): Promise<Row> {
  try {
    const rate = rateOf(size, await stepsOf(size, dist, backend, STEPS[size]));
    return { ...rowOf(size, backend), value: rate, ...(ofTorch && { ratio: rate / ofTorch, to: "torch on a GPU" }) };
  } catch (error) {
    return absent(rowOf(size, backend), error);
  }
}
