/** Bundles `test/extension` to where an extension host can load it; by itself, for F5. */
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { OUT, ROOT } from "./paths.ts";

const BUNDLES = path.join(OUT, "extension");
/** The module whose `run` VS Code calls. */
export const HOST_ENTRY = path.join(BUNDLES, "index.cjs");

export async function bundleHostTests(): Promise<void> {
  rmSync(BUNDLES, { recursive: true, force: true });
  const folder = path.join(ROOT, "test/extension");
  const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
  await esbuild.build({
    entryPoints: ["index.ts", ...files].map((file) => path.join(folder, file)),
    outdir: BUNDLES,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
}

if (import.meta.main) await bundleHostTests();
