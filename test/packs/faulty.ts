/** A small exercise that is proven, and packs of it with faults put in: what verify must find. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

type Files = Readonly<Record<string, string | undefined>>;

export const HALVES = `import * as tf from "@tensorflow/tfjs";
export function half(x: tf.Tensor): tf.Tensor {
  return x.div(2);
}
`;
const wrong = (sentence: string, body: string): string => `// ${sentence}\n${HALVES.replace("x.div(2)", body)}`;

const CHECKS = `import { check, near } from "practicum/check";
import type { Surface } from "./surface.ts";

check<Surface>("half of each element", {
  points: 1,
  when: "save",
  catches: ["doubles", "keeps"],
  hint: "Divide by two.",
  ask: (impl, draw) => impl.half(draw.normal([2, 3])),
  expect: near.reference({ rtol: 1e-4, atol: 1e-4 }),
});
`;
export const SLOW = `
check<Surface>("half of many", {
  points: 1,
  when: "run",
  catches: ["keeps"],
  ask: async (impl, draw) => Array.from((await impl.half(draw.uniform([100], 1, 2))).data).reduce((a, b) => a + b, 0) / 100,
  expect: inBand(0.4, 1.1),
});
`;

export const GOOD: Files = {
  "README.md": "# Half\n\n## What to build\n\n`half(x)`: float32 `[...]` to the same shape, $y = \\frac{x}{2}$. A coffee costs \\$2.\n",
  "hints.md": "# Hints\n\n## One\n\nDivide.\n",
  "surface.ts": 'import type { Tensor } from "@tensorflow/tfjs";\n\nexport interface Surface {\n  half(x: Tensor): Tensor;\n}\n',
  "starter/half.ts":
    'import type { Tensor } from "@tensorflow/tfjs";\nimport { notWrittenYet } from "practicum";\n\n// TODO: half of x\nexport const half = (x: Tensor): Tensor => notWrittenYet();\n',
  "run.ts": `import { trace } from "practicum";\nimport * as tf from "@tensorflow/tfjs";\nimport type { Surface } from "./surface.ts";\n
export default async function run(attempt: Surface): Promise<void> {\n  trace.log({ half: (await attempt.half(tf.scalar(1)).data())[0] ?? NaN }, 0);\n}\n`,
  "reference/half.ts": HALVES,
  "variants/times.ts": HALVES.replace("div(2)", "mul(0.5)"),
  "misconceptions/doubles.ts": wrong("You double.", "x.mul(2)"),
  "misconceptions/keeps.ts": wrong("You give back what you are given.", "x.add(0)"),
  "half.check.ts": CHECKS,
};

/** Faults that show only when the checks are asked. */
export const FAULTY: Files = {
  ...GOOD,
  "starter/half.ts": `${GOOD["starter/half.ts"]}export const third = (): number => 3;\n`,
  "variants/times.ts": HALVES.replace("div(2)", "mul(0.75)"),
  "variants/untyped.ts": `${HALVES}export const two: string = 2;\n`,
  "misconceptions/forgotten.ts": wrong("You take a third.", "x.div(3)"),
  "misconceptions/again.ts": wrong("You keep what you are given.", "x.mul(1)"),
  "misconceptions/nearly.ts": wrong("You are off by a little.", "x.mul(0.50006)"),
  "half.check.ts": `${CHECKS.replace("import { check, near }", "import { check, exact, inBand, near }").replace('"keeps"]', '"keeps", "again"]')}
check<Surface>("catches nothing", { points: 1, when: "save", ask: (impl, draw) => impl.half(draw.normal([2])), expect: near.reference({ rtol: 0, atol: 10 }) });
check<Surface>("does not catch what it names", {
  points: 1,
  when: "save",
  catches: ["doubles", "unwritten"],
  ask: async (impl, draw) => (await impl.half(draw.uniform([1], 1, 2))).data[0],
  expect: inBand(0, 10),
});
check<Surface>("is too wide", { points: 1, when: "save", catches: ["nearly"], ask: (impl, draw) => impl.half(draw.uniform([2], 1, 2)), expect: near.reference({ rtol: 1e-4, atol: 0 }) });
check<Surface>("depends on chance", {
  points: 1,
  when: "save",
  catches: ["doubles"],
  ask: async (impl, draw) => (await impl.half(draw.uniform([1], 1, 2))).data[0]! + Math.random() / 100,
  expect: inBand(0.3, 1.2),
});
check<Surface>("does not ask", { points: 1, when: "save", catches: ["doubles"], ask: () => 1, expect: exact.value(1) });
`,
};

const manifest = (id: string, needs: readonly string[] = []): string =>
  JSON.stringify({ id, title: "Half", difficulty: "easy", minutes: 1, entry: "half.ts", teaches: ["halving"], needs });

/** Writes a pack with these exercises to a temporary folder. */
export async function packOf(exercises: Readonly<Record<string, Files>>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "practicum-faulty-"));
  for (const [slug, own] of Object.entries(exercises)) {
    for (const [file, text] of Object.entries({ "exercise.json": manifest(slug), ...own })) {
      if (text === undefined) continue;
      await mkdir(path.dirname(path.join(folder, slug, file)), { recursive: true });
      await writeFile(path.join(folder, slug, file), text);
    }
  }
  const pack = { format: 1, id: "faulty", version: "1.0.0", title: "Faulty", exercises: Object.keys(exercises) };
  await writeFile(path.join(folder, "pack.json"), JSON.stringify(pack));
  return folder;
}
