// Makes the two declaration files that give a learner's folder IntelliSense without an install: dist/types/tfjs.d.ts and practicum.d.ts.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const CORE = "node_modules/@tensorflow/tfjs-core";
const OF_OTHER_PACKAGES = "/** Of packages that a learner never meets. */\ntype GPUBuffer = unknown;\ntype Long = unknown;\n";
const NAMES = ["tfjs.d.ts", "practicum.d.ts"];

/** Fills `outDir`; what was made before from the same sources is taken from a cache, since making it takes seconds. */
export async function buildTypes(root, outDir) {
  const cache = path.join(root, "node_modules/.cache/practicum-types", await sourcesDigest(root));
  await mkdir(outDir, { recursive: true });
  const copyFromCache = () => Promise.all(NAMES.map((name) => copyFile(path.join(cache, name), path.join(outDir, name))));
  try {
    await copyFromCache();
  } catch {
    const texts = { "tfjs.d.ts": await tfjsTypes(root), "practicum.d.ts": await practicumTypes(root) };
    await mkdir(cache, { recursive: true });
    for (const name of NAMES) await writeFile(path.join(cache, name), texts[name]);
    await copyFromCache();
  }
}

async function sourcesDigest(root) {
  const below = async (folder) => (await readdir(path.join(root, folder))).sort().map((file) => `${folder}/${file}`);
  const described = [...(await below("extension/protocol")), ...(await below("extension/runtime/services"))];
  const sources = ["extension/tools/types.mjs", "extension/runtime/practicum.ts", `${CORE}/package.json`, ...described];
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

const practicumTypes = (root) => bundle(path.join(root, "extension/runtime/practicum.ts"));

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
