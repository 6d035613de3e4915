/** Modules from memory. Only what is in the tree, and the named built-in ones, can be imported. */
import path from "node:path";
import vm from "node:vm";
import { parse } from "acorn";
import type { SourceTree } from "../protocol/runtime.ts";
import { CompileError, stripTypes } from "./strip.ts";

/** Specifier -> what it exports. */
export type BuiltIns = Readonly<Record<string, object>>;
export type Namespace = Readonly<Record<string, unknown>>;

/**
 * Loads `entry` of the tree and all it imports.
 * @throws {CompileError} what is no program, or imports what is not there; otherwise whatever the code itself throws
 */
export async function loadModule(tree: SourceTree, builtIns: BuiltIns, entry: string = tree.entry): Promise<Namespace> {
  return new Loader(tree, builtIns).load(entry);
}

class Loader {
  readonly #tree: SourceTree;
  readonly #builtIns: BuiltIns;
  readonly #modules = new Map<string, vm.Module>();

  constructor(tree: SourceTree, builtIns: BuiltIns) {
    this.#tree = tree;
    this.#builtIns = { __proto__: null as never, ...builtIns }; // no name leads to what every object has
  }

  async load(entry: string): Promise<Namespace> {
    const module = this.#source(entry);
    try {
      await module.link((specifier, from) => this.#resolve(specifier, from));
    } catch (error) {
      throw error instanceof CompileError ? error : this.#linkError(error);
    }
    await module.evaluate();
    return module.namespace as Namespace;
  }

  #resolve(specifier: string, from: vm.Module | vm.Script): vm.Module {
    const importer = this.#keyOf((from as vm.Module).identifier);
    const exports = this.#builtIns[specifier];
    if (exports) return this.#builtIn(specifier, exports);
    if (!specifier.startsWith(".")) {
      throw this.#at(
        importer,
        specifier,
        `"${specifier}" can't be imported here: there are ${Object.keys(this.#builtIns).join(", ")} and the exercise's own files.`,
      );
    }
    const wanted = path.posix.join(path.posix.dirname(importer), specifier);
    const key = [wanted, `${wanted}.ts`, wanted.replace(/\.js$/, ".ts")].find((name) => Object.hasOwn(this.#tree.files, name));
    if (!key) throw this.#at(importer, specifier, `There is no file "${wanted}" beside this one.`);
    return this.#source(key);
  }

  #source(key: string): vm.Module {
    const known = this.#modules.get(key);
    if (known) return known;
    const file = this.#pathOf(key);
    const code = stripTypes(this.#tree.files[key] as string, file);
    const module = this.#compile(code, file);
    this.#modules.set(key, module);
    return module;
  }

  #compile(code: string, identifier: string): vm.Module {
    try {
      return new vm.SourceTextModule(code, {
        identifier,
        initializeImportMeta: (meta) => Object.assign(meta, { url: identifier }),
        importModuleDynamically: (async (specifier: string, from: vm.Module) => {
          const module = this.#resolve(specifier, from);
          if (module.status === "unlinked") await module.link((s, f) => this.#resolve(s, f));
          if (module.status === "linked") await module.evaluate();
          return module;
        }) as never,
      });
    } catch (error) {
      throw error instanceof SyntaxError ? located(error, code, identifier) : error;
    }
  }

  #builtIn(specifier: string, exports: object): vm.Module {
    const known = this.#modules.get(specifier);
    if (known) return known;
    const names = [...new Set([...Object.keys(exports), "default"])];
    const module = new vm.SyntheticModule(names, function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, name === "default" ? exports : (exports as Namespace)[name]);
    });
    this.#modules.set(specifier, module);
    return module;
  }

  /** V8 says which name is missing, not where it is imported. */
  #linkError(error: unknown): unknown {
    const said = error instanceof SyntaxError ? /requested module '(.+)' does not provide an export named '(.+)'/.exec(error.message) : null;
    if (!said) return error;
    const [, specifier, name] = said as unknown as [string, string, string];
    const importer = [...this.#modules.keys()].find((key) => importOf(this.#tree.files[key] ?? "", specifier, name));
    const remedy = specifier.includes("surface") ? ` If it is a type, write "import type { ${name} }".` : "";
    return this.#at(importer ?? this.#tree.entry, specifier, `"${specifier}" exports nothing named "${name}".${remedy}`);
  }

  #at(key: string, specifier: string, message: string): CompileError {
    const text = this.#tree.files[key] ?? "";
    const before = text.slice(0, Math.max(0, text.search(new RegExp(`["']${escaped(specifier)}["']`)))).split("\n");
    return new CompileError(message, { file: this.#pathOf(key), line: before.length, column: (before.at(-1) as string).length + 1 });
  }

  #pathOf(key: string): string {
    return path.join(this.#tree.root, key);
  }

  #keyOf(identifier: string): string {
    return path.relative(this.#tree.root, identifier).split(path.sep).join("/");
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

const importOf = (text: string, specifier: string, name: string): boolean =>
  new RegExp(`import[^;]*\\b${escaped(name)}\\b[^;]*from\\s*["']${escaped(specifier)}["']`).test(text);

/** V8 does not say where a module's early error stands; a parser does. */
function located(error: SyntaxError, code: string, file: string): CompileError {
  try {
    parse(code, { ecmaVersion: "latest", sourceType: "module" });
  } catch (found) {
    const { loc } = found as { loc?: { line: number; column: number } };
    if (loc) return new CompileError(error.message, { file, line: loc.line, column: loc.column + 1 });
  }
  return new CompileError(error.message, { file, line: 1, column: 1 });
}
