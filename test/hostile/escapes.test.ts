/** Code of learners and packs that looks for a way out, with what the operating system holds and without: what is left is Node's permission model. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { dist, REFERENCE } from "../processes/tinyPack.ts";
import { CRAWLER } from "./crawler.ts";
import { gradesHostile, type Hostile, printedBy } from "./harness.ts";

const NO_TEXT = /^Code can't be made from text here \(eval, new Function\): write it out, as a function of your own\.$/;

/** The reference, whose `answer` tries something first: it answers rightly where nothing came of it. */
const trying = (work: string, before = ""): string =>
  REFERENCE.replace(
    "export function answer(): number {",
    `const anything = globalThis as any;\n${before}\nexport async function answer(): Promise<number> {\n  const got = await (async () => {\n    ${work}\n  })();\n  if (got) throw new Error("ESCAPED: " + String(got));`,
  );

/** Whatever it throws, it was refused. */
const refused = (expression: string, before?: string): string => trying(`try { return ${expression}; } catch { return undefined; }`, before);

const nothing = (that: string, attempt: string): Hostile => ({ that, attempt, outcome: "passed" });
const told = (that: string, work: string): Hostile => ({ that, attempt: trying(work), outcome: "errored", says: NO_TEXT });

const ATTEMPTS: readonly Hostile[] = [
  told("uses eval", `return eval("1 + 1");`),
  told("uses eval by another name", `return (0, eval)("1 + 1");`),
  told("makes a function from text", `return new Function("return 1")();`),
  told("takes the constructor of functions", `return ({}).constructor.constructor("return process")();`),
  told("takes that of asynchronous functions", `return (async () => {}).constructor("return import('node:fs')")();`),
  told("takes that of generators", `return (function* () {}).constructor("yield 1")().next().value;`),
  told("takes that of asynchronous generators", `return (async function* () {}).constructor("yield 1")().next();`),
  told("makes a class from text", `return new (class extends Function {})("return 1")();`),
  told("constructs by reflection", `return Reflect.construct(Function, ["return 1"])();`),
  nothing("gives a timer text", refused(`anything.setTimeout("globalThis.escaped = 1", 0) && 0`)),
  ...["Error", "TypeError", "RangeError", "Object", "Array", "Promise", "Map", "Set", "Proxy"].map((name) =>
    nothing(
      `puts Function in the place of ${name}, and has ours make one from its text`,
      trying(
        `const own = anything.${name}; anything.${name} = Function;
    try {
      let made: any; try { made = (tf.util.assert as any)(false, "return import('node:dgram')"); } catch (error) { made = error; }
      try { (tf as any).tensor({ length: "return import('node:net') //" }, [1]); } catch (error) { made ??= error; }
      return typeof made === "function" && (await made());
    } catch { return undefined; } finally { anything.${name} = own; }`,
      ),
    ),
  ),
  nothing("imports a module of Node's", refused(`await import("node:fs")`)),
  nothing("imports one without its prefix", refused(`await import("fs")`)),
  nothing("imports code in a URL", refused(`await import("data:text/javascript,export default 1")`)),
  nothing("imports a file by its URL", refused(`await import("file:///etc/passwd")`)),
  nothing("imports what every object has", refused(`await import("constructor" as string)`)),
  nothing(
    "imports from the prototype of all objects",
    trying(
      `(Object.prototype as any)["node:fs"] = process; try { return await import("node:fs" as string); } catch { return undefined; } finally { delete (Object.prototype as any)["node:fs"]; }`,
    ),
  ),
  nothing(
    "changes how names are looked up",
    trying(
      `const own = Object.hasOwn; Object.hasOwn = () => true; try { return ((await import("__proto__" as string)) as any).default?.constructor?.constructor?.("return 1")(); } catch { return undefined; } finally { Object.hasOwn = own; }`,
    ),
  ),
  nothing("takes Node's modules by process", refused(`(process as any).getBuiltinModule("node:fs") ?? (process as any).binding("fs")`)),
  nothing("takes the main module's require", refused(`(process as any).mainModule.require("node:fs")`)),
  nothing("replaces its program by another", refused(`(process as any).execve("/bin/sh", ["sh"])`)),
  nothing("loads a library", refused(`(process as any).dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6")`)),
  nothing("asks for the handles that are open", refused(`(process as any)._getActiveHandles()`)),
  nothing(
    "looks for a file behind its input",
    refused(`Object.getOwnPropertySymbols(process.stdin).map((key) => (process.stdin as any)[key]).find((x) => x && (x.open || x.read?.length > 2))`),
  ),
  nothing(
    "looks for a handle behind its output",
    refused(`(process.stdout as any)._handle ?? (process.stderr as any)._handle ?? (console as any)._stdout._handle`),
  ),
  nothing("makes another stream like its input", refused(`new (process.stdin.constructor as any)("/etc/passwd").fd`)),
  nothing(
    "looks for the library that speaks HTTP",
    refused(
      `(anything.fetch ?? anything.Request ?? anything.WebSocket ?? anything.EventSource ?? anything[Symbol.for("undici.globalDispatcher.1")]?.dispatch)`,
    ),
  ),
  nothing(
    "has WebAssembly load that library",
    refused(`((await (WebAssembly as any).compileStreaming?.(0)?.catch?.(() => 0)), anything[Symbol.for("undici.globalDispatcher.1")]?.dispatch)`),
  ),
  nothing("starts a worker", refused(`new anything.Worker("data:text/javascript,1")`)),
  nothing("debugs its own process", refused(`(process as any)._debugProcess(process.pid)`)),
  nothing("kills who started it", refused(`process.kill(process.ppid, 0)`)),
  nothing(
    "looks up the stack for functions of ours",
    trying(
      `Error.prepareStackTrace = (_, sites) => sites.map((site: any) => site.getThis?.() ?? site.getFunction?.()).filter((x: any) => x && x !== globalThis); const got = new Error().stack as any; Error.prepareStackTrace = undefined; return got.length > 0 && got.some((x: any) => typeof x === "function" || x._handle);`,
    ),
  ),
];

/** The same of a pack's checks: they are never taken for the learner's fault. */
const checkThat = (reach: string): Readonly<Record<string, string>> => ({
  "double.check.ts": `import { check, exact, tensor } from "practicum/check";
const anything = globalThis as any;
check("reaches out", { points: 1, when: "save", catches: ["squares"], expect: exact.value(42),
  ask: async (impl: any) => { ${reach}; return impl.answer(); } });
`,
});
const PACKS: readonly Hostile[] = [
  ...[
    ["makes code from text", `eval("1")`],
    ["has its own errors made from text", `RangeError = Function as any; tensor({ length: "return import('node:net') //" } as any, [1])`],
    ["takes the constructor of functions", `(async () => {}).constructor("return import('node:dgram')")()`],
    ["imports a module of Node's", `await import("node:fs" as string)`],
    ["takes Node's modules by process", `if (!anything.process.getBuiltinModule) throw new ReferenceError("none")`],
  ].map(([that, reach]) => ({
    that: that as string,
    pack: checkThat(reach as string),
    attempt: REFERENCE,
    outcome: "notGraded" as const,
    says: /^The check itself failed: /,
  })),
];

for (const [how, options] of [
  ["as it is held here", {}],
  ["uncontained", { containment: [] }],
] as const) {
  gradesHostile(`an attempt, ${how},`, ATTEMPTS, options);
  gradesHostile(`a pack's check, ${how},`, PACKS, options);

  describe(`all that an attempt can reach, ${how},`, function () {
    this.timeout(120_000);
    const supervisor = createSupervisor({ dist, ...options });
    after(() => supervisor.dispose());

    it("leads nowhere", async () => {
      const { output, result } = await printedBy(supervisor, CRAWLER);
      assert.deepEqual([result.state, output.trimEnd()], ["finished", "something is printed"]);
    });
  });
}
