/** Type errors of an exercise's sources, told by the TypeScript compiler. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { BYTES } from "../supervisor/files/bounds.ts";
import { readText } from "../supervisor/files/read.ts";
import { temporaryFolder } from "../supervisor/files/temporary.ts";
import type { Problem } from "./proof.ts";

/** A program of Electron's is a Node when it is told to be. */
const AS_NODE = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };

const FOLDERS = ["starter", "reference", "variants", "misconceptions"];

export interface TypeOptions {
  /** Folder with the declarations. */
  readonly dist: string;
  /** The compiler, where the pack has none. */
  readonly compiler?: string;
  readonly signal?: AbortSignal;
}

/**
 * By the exercise's own `tsconfig.json`, else as strictly as a learner's folder.
 * @throws {UserError} when it was edited meanwhile: the compiler reads the disk, and would speak of another text
 */
export async function typeRules(exercise: Exercise, { dist, compiler: otherwise, signal }: TypeOptions): Promise<Problem[]> {
  const compiler = compilerFor(exercise.folder) ?? compilerFor(dist) ?? otherwise;
  if (!compiler) return [{ message: "The types were not checked, as there is no TypeScript.", remedy: "npm install --save-dev typescript" }];
  const problems = await compiled(exercise, dist, compiler, signal);
  for (const [file, text] of Object.entries(exercise.files)) {
    if ((await readText(path.join(exercise.folder, file), BYTES.packFile)) !== text)
      throw new UserError(`${path.join(exercise.folder, file)} has changed while it was proven.`, "Verify it again.");
  }
  return problems;
}

async function compiled(exercise: Exercise, dist: string, compiler: string, signal?: AbortSignal): Promise<Problem[]> {
  if (exercise.files["tsconfig.json"] !== undefined) return problemsOf(await compile(compiler, exercise.folder, exercise.folder, signal));
  const folder = temporaryFolder("types");
  try {
    await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(configFor(exercise, dist)));
    return problemsOf(await compile(compiler, folder, exercise.folder, signal));
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

/** What the compiler prints, paths from the exercise's folder; it ends with an error where there is one. */
const compile = (compiler: string, project: string, cwd: string, signal?: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [compiler, "--noEmit", "--pretty", "false", "-p", project],
      { cwd, env: AS_NODE, maxBuffer: 16 * 2 ** 20, signal },
      (error, stdout) => {
        if (error && typeof error.code !== "number") reject(error);
        else resolve(stdout);
      },
    );
  });

const problemsOf = (printed: string): Problem[] =>
  Array.from(printed.matchAll(/^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/gm), ([, file, line, message]) => ({
    file: (file as string).replaceAll("\\", "/"),
    line: Number(line),
    message: message as string,
    remedy: "Correct the type error.",
  }));
