/** Type errors of an exercise's sources, told by the TypeScript compiler. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { plain } from "../protocol/plainText.ts";
import { BYTES } from "../supervisor/files/bounds.ts";
import { readText } from "../supervisor/files/read.ts";
import { temporaryFolder } from "../supervisor/files/temporary.ts";
import { childEnvironment, type NodeProgram } from "../supervisor/node.ts";
import type { Problem } from "./proof.ts";

/** For one exercise: types can be written that are computed for ever. */
const LIMIT_MS = 120_000;
const LIMIT_MIB = 2048;

const FOLDERS = ["starter", "reference", "variants", "misconceptions"];

export interface TypeOptions {
  /** Folder with the declarations. */
  readonly dist: string;
  /** What the compiler runs on. */
  readonly node: NodeProgram;
  /** The compiler, where Practicum has none installed. */
  readonly compiler?: string;
  readonly signal?: AbortSignal;
}

/**
 * By the exercise's own `tsconfig.json`, else as strictly as a learner's folder.
 * @throws {UserError} when it was edited meanwhile: the compiler reads the disk, and would speak of another text
 */
export async function typeRules(exercise: Exercise, options: TypeOptions): Promise<Problem[]> {
  const compiler = compilerOf(exercise, options);
  if (!compiler) return [{ message: "The types were not checked, as there is no TypeScript.", remedy: "npm install --save-dev typescript" }];
  const problems = await compiled(exercise, options, compiler);
  for (const [file, text] of Object.entries(exercise.files)) {
    if ((await readText(path.join(exercise.folder, file), BYTES.packFile)) !== text)
      throw new UserError(`${path.join(exercise.folder, file)} has changed while it was proven.`, "Verify it again.");
  }
  return problems;
}

interface Compiler {
  readonly file: string;
  /** Folders that it may read; a compiler that lies with a pack is code of the pack, and gets nothing but the pack. */
  readonly reads: readonly string[];
}

/** Ours before the pack's own, which runs only where Node can hold it. */
function compilerOf({ folder }: Exercise, { dist, node, compiler: otherwise }: TypeOptions): Compiler | undefined {
  const ours = compilerFor(dist) ?? otherwise;
  if (ours) return { file: ours, reads: ["*"] };
  const file = node.sandbox.length > 0 ? compilerFor(folder) : undefined;
  return file === undefined ? undefined : { file, reads: [path.dirname(folder), path.join(file, "../.."), dist] };
}

async function compiled(exercise: Exercise, options: TypeOptions, compiler: Compiler): Promise<Problem[]> {
  const { dist } = options;
  if (exercise.files["tsconfig.json"] !== undefined) return await compile(options, compiler, exercise.folder, exercise.folder);
  const folder = temporaryFolder("types");
  try {
    await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(configFor(exercise, dist)));
    return await compile(options, { ...compiler, reads: [...compiler.reads, folder] }, folder, exercise.folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function compilerFor(folder: string): string | undefined {
  try {
    return createRequire(path.join(folder, "_.js")).resolve("typescript/lib/tsc.js");
  } catch {
    return undefined; // not installed there
  }
}

const configFor = ({ folder, files }: Exercise, dist: string): object => ({
  compilerOptions: {
    target: "es2023",
    lib: ["es2023", "dom", "dom.iterable"],
    module: "preserve",
    strict: true,
    noUncheckedIndexedAccess: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    rootDirs: [folder, ...FOLDERS.map((name) => path.join(folder, name))],
    paths: {
      practicum: [path.join(dist, "types/practicum.d.ts")],
      "practicum/check": [path.join(dist, "author/check.d.ts")],
      "@tensorflow/tfjs": [path.join(dist, "types/tfjs.d.ts")],
    },
  },
  files: [
    path.join(dist, "templates/workspace/globals.d.ts"),
    ...Object.keys(files)
      .filter((file) => file.endsWith(".ts") && !file.startsWith("oracle/"))
      .map((file) => path.join(folder, file)),
  ],
});

/** It writes nothing and starts nothing, whatever a `tsconfig.json` asks of it; paths are from the exercise's folder. It ends with an error where there is one. */
const compile = ({ node, signal }: TypeOptions, { file, reads }: Compiler, project: string, cwd: string): Promise<Problem[]> =>
  new Promise((resolve, reject) => {
    const held = node.sandbox.length > 0 ? [...node.sandbox, ...reads.map((folder) => `--allow-fs-read=${folder}`)] : [];
    execFile(
      node.path,
      [...held, "--no-warnings", `--max-old-space-size=${LIMIT_MIB}`, file, "--noEmit", "--pretty", "false", "-p", project],
      { cwd, env: childEnvironment(), maxBuffer: 16 * 2 ** 20, timeout: LIMIT_MS, killSignal: "SIGKILL", signal },
      (error, stdout, stderr) => {
        const problems = problemsOf(stdout);
        if (error?.signal) resolve([ENDLESS]);
        else if (error && typeof error.code !== "number") reject(error);
        else resolve(error && problems.length === 0 ? [unchecked(stdout, stderr)] : problems);
      },
    );
  });

const ENDLESS: Problem = {
  message: `The types were not checked: that took more than ${LIMIT_MS / 1000} s, or more than ${LIMIT_MIB / 1024} GiB of memory.`,
  remedy: "Look for a type that refers to itself without an end.",
};

/** It failed, and names no place: it broke, or it was told to look at nothing. */
const unchecked = (stdout: string, stderr: string): Problem => ({
  message: `The types were not checked: ${plain(/^(?:error TS\d+|\w*Error): .*$/m.exec(`${stdout}\n${stderr}`)?.[0] ?? "the compiler failed without a word").slice(0, 300)}`,
  remedy: "Correct tsconfig.json, or remove it; where the pack brings a TypeScript of its own, install that anew.",
});

const problemsOf = (printed: string): Problem[] =>
  Array.from(printed.matchAll(/^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/gm), ([, file, line, message]) => ({
    file: (file as string).replaceAll("\\", "/"),
    line: Number(line),
    message: message as string,
    remedy: "Correct the type error.",
  }));
