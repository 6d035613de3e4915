import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";

const ROOT = path.join(import.meta.dirname, "../..");

/** Layer -> the layers that it may import: section "Folders are layers" of the design. `errors` is open to all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  exercise: ["protocol"],
  grading: ["protocol"],
  check: ["protocol"],
  child: ["protocol"], // what runtime and grader have in common
  runtime: ["protocol", "child"],
  grader: ["protocol", "child", "grading", "check"],
  supervisor: ["protocol", "exercise", "grading"],
  packs: ["protocol", "exercise", "grading", "supervisor"],
  cli: ["protocol", "exercise", "grading", "supervisor", "packs"],
  ui: ["protocol", "exercise", "grading", "supervisor", "packs"],
  main: ["ui", "protocol", "exercise", "supervisor", "packs"],
  webviews: [],
};
/** Single files that a layer may import beyond its row. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = { ui: ["webviews/panel/html.ts"], webviews: ["extension/protocol/checkSchema.ts"] };

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const files = globSync(["extension/**/*.ts", "webviews/**/*.ts"], { cwd: ROOT }).filter((file) => !file.startsWith(path.join("extension", "tools")));
const imports: Import[] = files.flatMap((from) => importsOf(from, readFileSync(path.join(ROOT, from), "utf8")));

function importsOf(from: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm);
  const dynamic = text.matchAll(/\bimport\(\s*"([^"]+)"/g);
  return [
    ...Array.from(statements, ([line, type, specifier]) => ({ from, specifier: specifier as string, typeOnly: Boolean(type) || everyNameIsType(line) })),
    ...Array.from(dynamic, ([, specifier]) => ({ from, specifier: specifier as string, typeOnly: false })),
  ];
}

/** `import { type A, type B } from` */
function everyNameIsType(line: string): boolean {
  const names = /\{([^}]*)\}/
    .exec(line)?.[1]
    ?.split(",")
    .filter((name) => name.trim() !== "");
  return names?.every((name) => name.trim().startsWith("type ")) ?? false;
}

/** The layer of a path from the root. */
function layerOf(file: string): string {
  const [top, second = ""] = file.split(path.sep);
  return top === "webviews" ? "webviews" : second.replace(/\.ts$/, "");
}

const violation = ({ from, specifier, typeOnly }: Import): string | undefined => {
  if (!specifier.startsWith(".")) return undefined;
  const to = path.join(path.dirname(from), specifier);
  const [layer, target] = [layerOf(from), layerOf(to)];
  if (layer === target || to === path.join("extension", "errors.ts")) return undefined;
  if (MAY_IMPORT[layer]?.includes(target) || EXCEPTIONS[layer]?.includes(to.split(path.sep).join("/"))) return undefined;
  if (layer === "webviews" && target === "protocol" && typeOnly) return undefined;
  return `${from} imports ${specifier}`;
};

/** Who may import a package that ties a layer to a place. */
const ONLY_IN: readonly [pattern: RegExp, layers: readonly string[]][] = [
  [/^vscode$/, ["ui", "main"]],
  [/^@tensorflow\//, ["runtime", "check"]],
  [/^mocha$/, ["grader"]],
  [/^(commander|cli-progress|picocolors)$/, ["cli"]],
  [/^chart/, ["webviews"]],
];

describe("layers", () => {
  it("every file of ours belongs to one", () => {
    assert.ok(files.length > 20);
    assert.deepEqual(
      [...new Set(files.map(layerOf))].filter((layer) => layer !== "errors" && !(layer in MAY_IMPORT)),
      [],
    );
  });

  it("import only what the design's table lets them", () => assert.deepEqual(imports.map(violation).filter(Boolean), []));

  for (const [pattern, layers] of ONLY_IN) {
    it(`${pattern.source} is imported in ${layers.join(" and ")} only`, () => {
      const elsewhere = imports.filter(({ from, specifier }) => pattern.test(specifier) && !layers.includes(layerOf(from)));
      assert.deepEqual(elsewhere, []);
    });
  }

  it("judgement, manifests and protocol touch neither disk nor processes", () => {
    const impure = /^(node:(fs|child_process|net|http|worker_threads|os)(\/|$)|vscode$)/;
    const pure = ["protocol", "exercise", "grading", "check"];
    assert.deepEqual(
      imports.filter(({ from, specifier }) => pure.includes(layerOf(from)) && impure.test(specifier)),
      [],
    );
  });

  it("a graph reaches ONNX Runtime by the one file that looks at it before", () => {
    const text = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
    const takers = files.filter((file) => /"onnxruntime-node"\)|from "onnxruntime-node"/.test(text(file)));
    assert.deepEqual(takers, [path.join("extension", "runtime", "onnxRuntime.ts")]);
    const makers = files.filter((file) => text(file).includes("InferenceSession.create("));
    assert.deepEqual(makers, takers);
  });

  it("no child has a library that may make code from text to read a message", () => {
    const children = imports.filter(({ from }) => ["child", "runtime", "grader", "protocol"].includes(layerOf(from)));
    assert.deepEqual(
      children.filter(({ specifier }) => /^(onnx-proto|protobufjs)/.test(specifier)),
      [],
    );
  });

  it("the reader of imports sees every form", () => {
    const text =
      'import a from "./a";\nimport type { B } from "./b";\nexport { c,\n d } from "./c";\nimport "./d";\nimport { type E, type F } from "./e";\nconst g = await import("./g");\n';
    assert.deepEqual(
      importsOf("x.ts", text).map(({ specifier, typeOnly }) => [specifier, typeOnly]),
      [
        ["./a", false],
        ["./b", true],
        ["./c", false],
        ["./d", false],
        ["./e", true],
        ["./g", false],
      ],
    );
  });
});
