/** A pack of one small exercise, written to a temporary folder: its checks exercise the processes, not a learner. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { SourceTree } from "../../extension/protocol/runtime.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";

/** The build under test. */
export const dist = path.resolve(process.env.PRACTICUM_DIST ?? path.join(import.meta.dirname, "../../dist"));

export const REFERENCE = `import * as tf from "@tensorflow/tfjs";
export function double(x: tf.Tensor): tf.Tensor {
  return x.mul(2);
}
export function answer(): number {
  return 42;
}
`;

const CHECKS = `import { check, exact, near } from "practicum/check";
check("doubles", {
  points: 2, when: "save", catches: ["squares"], timeout: 2000,
  ask: (impl: any, draw) => impl.double(draw.normal([2, 3])),
  expect: near.reference({ rtol: 1e-5, atol: 1e-6 }),
});
check("answers", { points: 1, when: "save", hidden: true, hint: "Six by nine.", ask: (impl: any) => impl.answer(), expect: exact.reference() });
check("doubles much", { points: 1, when: "run", ask: (impl: any, draw) => impl.double(draw.normal([64, 64])), expect: near.reference({ rtol: 1e-5, atol: 1e-6 }) });
`;

const FILES: Readonly<Record<string, string>> = {
  "README.md": "# Double\n",
  "hints.md": "## One\n\nTwice.\n",
  "surface.ts": 'import type { Tensor } from "@tensorflow/tfjs";\nexport interface Surface {\n  double(x: Tensor): Tensor;\n  answer(): number;\n}\n',
  "starter/double.ts":
    'import type { Tensor } from "@tensorflow/tfjs";\nimport { notWrittenYet } from "practicum";\n// TODO: twice x\nexport const double = (x: Tensor): Tensor => notWrittenYet();\nexport const answer = (): number => notWrittenYet();\n',
  "run.ts": `import { progress, trace } from "practicum";
import type { Surface } from "./surface.ts";
export default async function run(attempt: Surface): Promise<void> {
  for (let step = 0; step < 3; step++) {
    trace.log({ answer: attempt.answer() }, step);
    progress(step + 1, 3);
  }
}
`,
  "reference/double.ts": REFERENCE,
  "misconceptions/squares.ts": `// You square where you should double.\n${REFERENCE.replace("x.mul(2)", "x.square()")}`,
  "double.check.ts": CHECKS,
};

/** @param changes files of the exercise to add or replace; undefined removes one */
export async function tinyExercise(changes: Readonly<Record<string, string | undefined>> = {}, limits: object = {}): Promise<Exercise> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-pack-"));
  const manifest = { id: "tiny-01", title: "Double", difficulty: "easy", minutes: 1, entry: "double.ts", teaches: ["doubling"], needs: [], limits };
  const files = { "exercise.json": JSON.stringify(manifest), ...FILES, ...changes };
  for (const [file, text] of Object.entries(files)) {
    if (text === undefined) continue;
    const target = path.join(folder, "01-double", file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  await writeFile(path.join(folder, "pack.json"), JSON.stringify({ format: 1, id: "tiny", version: "1.0.0", title: "Tiny", exercises: ["01-double"] }));
  const [exercise] = (await readPack(folder)).exercises;
  return exercise as Exercise;
}

/** An attempt that is this text. */
export const attemptOf = (text: string): SourceTree => ({ root: path.join(os.tmpdir(), "attempt (1)"), entry: "double.ts", files: { "double.ts": text } });
