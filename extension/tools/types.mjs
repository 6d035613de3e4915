// Makes the declaration files that give IntelliSense without an install: dist/types for a learner's folder, dist/author besides for a pack's.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const CORE = "node_modules/@tensorflow/tfjs-core";
const OF_OTHER_PACKAGES = "/** Of packages that a learner never meets. */\ntype GPUBuffer = unknown;\ntype Long = unknown;\n";
const MAKERS = { "types/tfjs.d.ts": tfjsTypes, "types/practicum.d.ts": practicumTypes, "author/check.d.ts": checkTypes };

/** Fills `dist`; what was made before from the same sources is taken from a cache, since making it takes seconds. */
export async function buildTypes(root, dist) {
  const cache = path.join(root, "node_modules/.cache/practicum-types", await sourcesDigest(root));
  for (const folder of [cache, dist]) for (const part of ["types", "author"]) await mkdir(path.join(folder, part), { recursive: true });
  const copyFromCache = () => Promise.all(Object.keys(MAKERS).map((name) => copyFile(path.join(cache, name), path.join(dist, name))));
  try {
    await copyFromCache();
  } catch {
    for (const [name, make] of Object.entries(MAKERS)) await writeFile(path.join(cache, name), await make(root));
    await copyFromCache();
  }
}

async function sourcesDigest(root) {
  const below = async (folder) => (await readdir(path.join(root, folder))).sort().map((file) => `${folder}/${file}`);
  const described = [...(await below("extension/protocol")), ...(await below("extension/runtime/services"))];
  const sources = ["extension/tools/types.mjs", "extension/runtime/practicum.ts", "extension/check/index.ts", `${CORE}/package.json`, ...described];
  const hash = createHash("sha256");
  for (const source of sources) hash.update(await readFile(path.join(root, source)));
  return hash.digest("hex").slice(0, 16);
}

async function tfjsTypes(root) {
  const bundled = await bundle(path.join(root, CORE, "dist/index.d.ts"));
  const [licence] = (await readFile(path.join(root, CORE, "dist/index.d.ts"), "utf8")).match(/^\/\*\*[\s\S]*?\*\//);
  const text = bundled
    .replace(/^\/\*\*\s+\* @license[\s\S]*?\*\/\n|^\/\/\/ <.*>\n|^ *\* @doc .*\n/gm, "")
    // The package's own slip: its documented idiom `optimizer.applyGradients(tf.variableGrads(f).grads)` would not compile.
    .replaceAll("variableGradients: NamedVariableMap |", "variableGradients: NamedTensorMap |");
  return [licence, text, await chainedOps(root), OF_OTHER_PACKAGES].join("\n");
}

/** `x.matMul(y)` and its like are augmentations of a module that is no longer one: here they merge with the class beside them. */
async function chainedOps(root) {
  const folder = path.join(root, CORE, "dist/public/chained_ops");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".d.ts") && !file.startsWith("register_all"));
  const texts = await Promise.all(files.sort().map((file) => readFile(path.join(folder, file), "utf8")));
  const members = texts.flatMap((text) => text.match(/interface Tensor<R extends Rank = Rank> \{\n([\s\S]*?)\n {4}\}/)?.[1] ?? []);
  return `interface Tensor<R extends Rank = Rank> {\n${members.map((member) => member.replace(/^ {4}/gm, "")).join("\n")}\n}`;
}

async function practicumTypes(root) {
  return bundle(path.join(root, "extension/runtime/practicum.ts"));
}

async function checkTypes(root) {
  return bundle(path.join(root, "extension/check/index.ts"));
}

async function bundle(input) {
  const build = await rollup({
    input,
    external: ["vscode-jsonrpc", "@tensorflow/tfjs", /^pure-rand/],
    onwarn: ({ code, message }) => ["CIRCULAR_DEPENDENCY", "UNUSED_EXTERNAL_IMPORT"].includes(code) || console.warn(message),
    plugins: [dts({ tsconfig: false, respectExternal: true, compilerOptions: { stripInternal: true, skipLibCheck: true, allowImportingTsExtensions: true } })],
  });
  const { output } = await build.generate({ format: "es" });
  await build.close();
  return output[0].code;
}
