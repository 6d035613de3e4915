/** Bundles `test/extension` to where an extension host can load it; by itself, for F5. */
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { OUT, ROOT } from "./paths.ts";

/**
 * @param suite folder of `test/` whose `index.ts` exports `run`
 * @returns the module whose `run` VS Code calls
 */
export async function bundleHostTests(suite = "extension"): Promise<string> {
  const outdir = path.join(OUT, suite);
  rmSync(outdir, { recursive: true, force: true });
  const folder = path.join(ROOT, "test", suite);
  const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
  await esbuild.build({
    entryPoints: ["index.ts", ...files].map((file) => path.join(folder, file)),
    outdir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return path.join(outdir, "index.cjs");
}

if (import.meta.main) await bundleHostTests();
