// Writes every ONNX graph of the exercises anew, each beside the script that makes it.
import { globSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./tasks.ts";

/** What `oracle/graphs.ts` of an exercise exports: file name -> content. */
interface GraphScript {
  readonly graphs: () => Readonly<Record<string, Uint8Array>>;
}

/** Absolute path of a graph -> content. */
export async function oracleGraphs(): Promise<Record<string, Uint8Array>> {
  const written: Record<string, Uint8Array> = {};
  for (const script of globSync("exercises/*/*/oracle/graphs.ts", { cwd: ROOT }).sort()) {
    const { graphs } = (await import(pathToFileURL(path.join(ROOT, script)).href)) as GraphScript;
    for (const [name, bytes] of Object.entries(graphs())) written[path.join(ROOT, path.dirname(script), name)] = bytes;
  }
  return written;
}

if (import.meta.main) {
  for (const [file, bytes] of Object.entries(await oracleGraphs())) {
    writeFileSync(file, bytes);
    console.log(`${path.relative(ROOT, file)}  ${bytes.length} bytes`);
  }
}
