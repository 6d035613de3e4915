import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

/** Compares text with `test/golden/<name>`; UPDATE_GOLDEN=1 writes it instead, to be read in review. */
export function assertGolden(name: string, text: string): void {
  const file = new URL(`../golden/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, "utf8"));
}
