// Builds everything that is shipped into dist/. `--watch` rebuilds on change, `--clean` starts from nothing.
import { existsSync, watch as watchFolder } from "node:fs";
import { chmod, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { buildKernels, shareMemory } from "./kernels.mjs";
import { Graph } from "./onnx.ts";
import { buildTypes } from "./types.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dist = path.join(root, "dist");
const watching = process.argv.includes("--watch");

const common = { bundle: true, sourcemap: "linked", logLevel: watching ? "info" : "warning", legalComments: "none", absWorkingDir: root, outdir: dist };
// ESM bundles of CommonJS packages need a `require` and a `__dirname`.
const banner = { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url), __dirname = import.meta.dirname;" };
const node = { ...common, platform: "node", target: "node20", format: "esm", outExtension: { ".js": ".mjs" }, banner, mainFields: ["module", "main"] };

const bundles = [
  {
    ...common,
    platform: "node",
    target: "node20",
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    external: ["vscode"],
    entryPoints: { main: "extension/main.ts" },
  },
  { ...node, entryPoints: { runtime: "extension/runtime/main.ts" }, minify: true, keepNames: true },
  { ...node, entryPoints: { kernelThread: "extension/runtime/kernels/kernelThread.ts" }, minify: true },
  { ...node, entryPoints: { native: "extension/runtime/native.ts" }, minify: true, keepNames: true, external: ["webgpu"] },
  { ...node, entryPoints: { grader: "extension/grader/main.ts" }, mainFields: ["main", "module"] },
  { ...node, entryPoints: { oracle: "extension/runtime/oracle.ts", pretrained: "extension/runtime/pretrained/main.ts" }, external: ["onnxruntime-node"] },
  { ...node, entryPoints: { fetch: "extension/runtime/pretrained/fetch.ts" } },
  { ...node, entryPoints: { amaro: "node_modules/amaro/dist/index.js" } }, // strips types where Node cannot
  { ...node, entryPoints: { npm: "extension/packs/npm.ts" }, mainFields: ["main", "module"], external: ["node-gyp/bin/node-gyp.js"], minify: true },
  { ...node, entryPoints: { practicum: "extension/cli/main.ts" }, banner: { js: `#!/usr/bin/env node\n${banner.js}` } },
  {
    ...common,
    platform: "browser",
    target: "es2022",
    format: "iife",
    entryPoints: { panel: "webviews/panel/main.ts" },
    loader: { ".css": "css" },
    minify: true,
  },
];

if (process.argv.includes("--clean")) await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const contexts = await Promise.all(bundles.map((options) => esbuild.context(options)));
// Each of them is built even where another fails; esbuild has told by then what is wrong.
const outcomes = await Promise.allSettled([...contexts.map((context) => context.rebuild()), copyAssets()]);
for (const { reason } of outcomes.filter((outcome) => outcome.status === "rejected")) {
  if (!reason.errors) console.error(reason);
  process.exitCode = 1;
}
const command = path.join(dist, "practicum.mjs");
if (existsSync(command)) await chmod(command, 0o755);
if (watching) await watch();
else await Promise.all(contexts.map((context) => context.dispose()));

async function watch() {
  watchAssets();
  await Promise.all(contexts.map((context) => context.watch()));
  console.log("[build] finished"); // what F5 waits for
}

async function copyAssets() {
  const published = path.join(root, "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out");
  const backends = (await readdir(published)).filter((file) => file.endsWith(".wasm"));
  await Promise.all([
    ...backends.map((file) => cp(path.join(published, file), path.join(dist, file))),
    // The scripts that make an oracle or a pretrained model are an author's; graders and runs need what they made.
    replaceFolder("exercises", (file) => !/[\\/](oracle|pretrained)[\\/].*\.(mjs|ts|py)$/.test(file)),
    replaceFolder("templates", () => true),
    buildKernels(root, dist),
    shareMemory(path.join(published, "tfjs-backend-wasm-simd.wasm"), path.join(dist, "tfjs-backend-wasm-simd-shared.wasm")),
    buildTypes(root, dist),
    writeSchemas(),
    writeProductGraph(),
  ]);
}

/** What the editor completes and checks manifests by, made from what the extension itself checks them by. */
async function writeSchemas() {
  const { outputFiles } = await esbuild.build({
    ...node,
    entryPoints: ["extension/exercise/schemas.ts"],
    banner: {},
    sourcemap: false,
    write: false,
    logLevel: "warning",
  });
  const { jsonSchemas } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  await mkdir(path.join(dist, "schemas"), { recursive: true });
  for (const [name, schema] of Object.entries(jsonSchemas())) await writeFile(path.join(dist, "schemas", name), `${JSON.stringify(schema, null, 2)}\n`);
}

/** What `practicum doctor` measures the execution providers of ONNX Runtime with. */
async function writeProductGraph() {
  const graph = new Graph();
  const product = graph.op("MatMul", [graph.input("a", 2), graph.input("b", 2)]);
  await writeFile(path.join(dist, "product.onnx"), graph.model({ product }));
}

async function replaceFolder(name, filter) {
  const from = path.join(root, name);
  if (!existsSync(from)) return;
  const to = path.join(dist, name);
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true, filter });
}

/** Copies again when what is copied, or what the declarations are made from, changes; one copy at a time. */
function watchAssets() {
  let last = Promise.resolve();
  let waiting = false;
  const again = () => {
    if (waiting) return;
    waiting = true;
    last = last.then(() => {
      waiting = false;
      return copyAssets().catch((problem) => console.error(problem));
    });
  };
  for (const folder of ["exercises", "templates", "extension/runtime", "extension/protocol", "extension/exercise"]) {
    if (existsSync(path.join(root, folder))) watchFolder(path.join(root, folder), { recursive: true }, again);
  }
}
