// Compiles the kernels of the wasm backend, with fused multiply-add, which is relaxed SIMD, and for engines that lack it; each for a memory of one thread,
// and for one that threads share.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const FMA = ["--enable", "simd", "--enable", "relaxed-simd"];
const SIMD = ["--enable", "simd"];
const SHARED = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"]; // pages: 4 GiB, as the backend's own
const BUILDS = {
  "kernels-fma.wasm": FMA,
  "kernels-simd.wasm": SIMD,
  "kernels-fma-shared.wasm": [...FMA, ...SHARED],
  "kernels-simd-shared.wasm": [...SIMD, ...SHARED],
};
// Nothing in the memory is the kernels' own: it is the backend's.
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory"];

/** @returns when all are in `dist`; they are kept while their sources and the compiler are the same */
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

/** The published backend with a memory that threads can share: it stays as it is but for one flag. */
export async function shareMemory(published, file) {
  const binary = await readFile(published);
  const [MEMORY, GROWS_TO_LIMIT, SHARED_LIMIT] = [5, 1, 3];
  let at = 8;
  const whole = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = binary[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (binary[at] !== MEMORY) {
    at++;
    const size = whole();
    at += size;
  }
  at++;
  whole(); // its size
  if (whole() !== 1 || binary[at] !== GROWS_TO_LIMIT) throw new Error(`${published}: its memory is not of the kind that can be shared`);
  binary[at] = SHARED_LIMIT;
  await writeFile(file, binary);
}
