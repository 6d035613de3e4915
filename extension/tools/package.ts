// Makes the .vsix for this platform: the bundles, and of native code only what this platform can load.
import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build, node, ROOT, TARGET, vsixFile } from "./tasks.ts";

const README = "dist/README.md";

build("--clean");
stage("onnxruntime-node", ["package.json", "dist/*.js", `bin/napi-v*/${process.platform}/${process.arch}/*`]);
stage("webgpu", ["package.json", "index.js", `dist/${process.platform}-${process.platform === "darwin" ? "universal" : process.arch}/*`]);
stage("onnxruntime-common", ["package.json", "dist/cjs/**/*.{js,json}"]);
writeReadme();
// No repository is named in package.json.
node(
  "node_modules/@vscode/vsce/vsce",
  "package",
  "--target",
  TARGET,
  "--out",
  vsixFile(),
  "--no-dependencies",
  "--allow-missing-repository",
  "--no-rewrite-relative-links",
  "--readme-path",
  README,
);

/** VS Code shows pictures on an extension's page from the network only, and ours are nowhere there: without them the page has no holes. */
function writeReadme(): void {
  const text = readFileSync(path.join(ROOT, "README.md"), "utf8").replace(/^!\[[^\]]*\]\(extension\/media\/.*\)\n\n/gm, "");
  writeFileSync(path.join(ROOT, README), text);
}

/** Copies the named files of a package that is imported at run time, to where its import finds them. */
function stage(name: string, patterns: string[]): void {
  const from = path.join(ROOT, "node_modules", name);
  for (const file of globSync(patterns, { cwd: from })) cpSync(path.join(from, file), path.join(ROOT, "dist/node_modules", name, file));
}
