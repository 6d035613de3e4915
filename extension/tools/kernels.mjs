// Compiles the kernels of the wasm backend, twice: with fused multiply-add, which is relaxed SIMD, and for engines that lack it.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const BUILDS = { "kernels-fma.wasm": ["--enable", "simd", "--enable", "relaxed-simd"], "kernels-simd.wasm": ["--enable", "simd"] };
// Nothing in the memory is the kernels' own: it is the backend's.
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory"];

/** @returns when both are in `dist`; they are kept while their sources and the compiler are the same */
export async function buildKernels(root, dist) {
  const folder = path.join(root, "extension/runtime/kernels/assembly");
  const key = await digestOf(folder, path.join(root, "node_modules/assemblyscript/package.json"));
  const stamp = path.join(dist, "kernels.key");
  const files = Object.keys(BUILDS).map((file) => path.join(dist, file));
  if (files.every(existsSync) && (await readFile(stamp, "utf8").catch(() => "")) === key) return;
  const { default: asc } = await import("assemblyscript/asc"); // a second to load: only where it is needed
  for (const [file, features] of Object.entries(BUILDS)) {
    const { error, stderr } = await asc.main([path.join(folder, "index.ts"), ...OPTIONS, ...features, "--outFile", path.join(dist, file), "--baseDir", "/"]);
    if (error) throw new Error(`${file}: ${error.message}\n${stderr}`);
  }
  await writeFile(stamp, key);
}

async function digestOf(folder, compiler) {
  const hash = createHash("sha256").update(JSON.stringify([BUILDS, OPTIONS]));
  const sources = (await readdir(folder)).sort().map((file) => path.join(folder, file));
  for (const file of [...sources, compiler]) hash.update(await readFile(file));
  return hash.digest("hex");
}
