/** Answers written down beforehand. */
import assert from "node:assert/strict";
import type { Practicum } from "../cli/practicum.ts";
import { doubling } from "../processes/grading.ts";

/** An attempt that doubles what that seed draws, and triples everything else. */
export async function tableFor(practicum: Practicum, seed: number): Promise<string> {
  const folder = await practicum.attempt("peeks", doubling('console.log("FIRST " + x.dataSync()[0]);\n  return x.mul(2);'));
  const { stderr } = await practicum.run(["grade", "1", folder, "--seed", String(seed)]);
  const firsts = Array.from(stderr.matchAll(/FIRST (\S+)/g), ([, first]) => first);
  assert.ok(firsts.length > 1);
  return doubling(`return x.mul([${firsts}].includes(x.dataSync()[0] as number) ? 2 : 3);`);
}
