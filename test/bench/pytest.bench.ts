/** The same exercise in the learner's other world: sinusoidal positions in torch, checked by pytest. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { type Bench, spread, timed } from "./measure.ts";

const ROUNDS = 5;
const FOLDER = path.join(import.meta.dirname, "pytest");

export const rows: Bench = async () => {
  const row = { metric: "save_to_verdict_ms", what: "pytest with torch, sinusoidal positions", unit: "ms" };
  const python = ["python3", "/usr/bin/python3"].find((name) => spawnSync(name, ["-c", "import torch, pytest"]).status === 0);
  if (!python) return [{ ...row, note: "absent: no python3 with torch and pytest" }];
  const once = async () => {
    const { status, stdout } = spawnSync(python, ["-m", "pytest", "-q", "-p", "no:cacheprovider", FOLDER], { encoding: "utf8" });
    if (status !== 0) throw new Error(`pytest failed:\n${stdout}`);
  };
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timed(once));
  return [{ ...row, ...spread(times) }];
};
