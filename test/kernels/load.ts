import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { DIST, OUT, ROOT } from "../tools/paths.ts";
import type * as Lab from "./lab.ts";

const banner = "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url), __dirname = import.meta.dirname;";

/** tfjs on a wasm backend of its own, the operations of `practicum`, and what puts one of the two builds of the kernels into it. */
export async function loadLab(threads = 1): Promise<Pick<typeof Lab, "tf" | "operations"> & { use: (build: "fma" | "simd") => Promise<void> }> {
  const outfile = path.join(OUT, `kernels/lab-${threads}.mjs`);
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(ROOT, "test/kernels/lab.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: banner },
    logLevel: "warning",
    write: false,
  });
  // What all copies of tfjs keep in common in the global scope.
  const text = outputFiles[0]?.text.replace(/\b(_tfengine|_tfGlobals)\b/g, `$1${threads}`) ?? "";
  await mkdir(path.dirname(outfile), { recursive: true });
  await writeFile(outfile, text);
  const { tf, operations, start } = (await import(pathToFileURL(outfile).href)) as typeof Lab;
  return { tf, operations, use: (build) => start(pathToFileURL(`${DIST}/`), { build, threads, least: 1 }) }; // as much in parts as can be
}
