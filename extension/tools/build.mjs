// Builds everything that is shipped into dist/. `--watch` rebuilds on change.
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dist = path.join(root, "dist");
const watch = process.argv.includes("--watch");

const common = { bundle: true, sourcemap: "linked", logLevel: "warning", legalComments: "none", absWorkingDir: root, outdir: dist };
// ESM bundles of CommonJS packages need a `require`.
const banner = { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" };
const node = { ...common, platform: "node", target: "node20", format: "esm", outExtension: { ".js": ".mjs" }, banner, mainFields: ["module", "main"] };

const builds = [
  { ...common, platform: "node", target: "node20", format: "cjs", outExtension: { ".js": ".cjs" }, external: ["vscode"], entryPoints: { main: "extension/main.ts" } },
  { ...node, entryPoints: { runtime: "extension/runtime/main.ts" }, minify: true, keepNames: true },
  { ...node, entryPoints: { grader: "extension/grader/main.ts" }, mainFields: ["main", "module"] },
  { ...node, entryPoints: { oracle: "extension/runtime/oracle.ts" }, external: ["onnxruntime-node"] },
  { ...node, entryPoints: { practicum: "extension/cli/main.ts" }, banner: { js: `#!/usr/bin/env node\n${banner.js}` } },
  { ...common, platform: "browser", target: "es2022", format: "iife", entryPoints: { panel: "webviews/panel/main.ts" }, loader: { ".css": "css" }, minify: true },
];

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
for (const options of builds) {
  if (watch) await (await esbuild.context(options)).watch();
  else await esbuild.build(options);
}
const wasm = path.join(root, "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out");
for (const file of await readdir(wasm)) {
  if (file.endsWith(".wasm")) await cp(path.join(wasm, file), path.join(dist, file));
}
await cp(path.join(root, "exercises"), path.join(dist, "exercises"), { recursive: true });
if (!watch) await (await import("./types.mjs")).buildTypes(root, path.join(dist, "types"));
