/** The checks of an exercise as they are defined, read without a grader: for what a grade does not say, such as `catches`. */
import { registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { CheckDefinition } from "../../extension/check/index.ts";

const CHECK_MODULE = pathToFileURL(path.resolve(import.meta.dirname, "../../extension/check/index.ts")).href;

/** A module of its own for each exercise, as definitions gather in it. */
const checkModuleOf = (folder: string): string => `${CHECK_MODULE}?of=${encodeURIComponent(folder)}`;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "practicum/check"
      ? { url: checkModuleOf(path.dirname(new URL(context.parentURL as string).pathname)), shortCircuit: true }
      : next(specifier, context),
});

export async function definitionsOf(folder: string, files: readonly string[]): Promise<readonly CheckDefinition[]> {
  for (const file of files) await import(pathToFileURL(path.join(folder, file)).href);
  return ((await import(checkModuleOf(folder))) as typeof import("../../extension/check/index.ts")).definedChecks();
}
