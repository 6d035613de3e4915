/** What a statement needs: every formula renders as VS Code's preview renders it, and every function of the surface is shown with its arguments. Pure. */
import katex from "@vscode/markdown-it-katex";
import MarkdownIt, { type Token } from "markdown-it";
import type { Exercise } from "../exercise/model.ts";
import type { Problem } from "./proof.ts";

const FILES = ["README.md", "hints.md"];

export function statementRules(exercise: Exercise): Problem[] {
  const { files } = exercise;
  return [...FILES.flatMap((file) => (files[file] === undefined ? [] : mathProblems(file, files[file]))), ...signatureProblems(exercise)];
}

function mathProblems(file: string, text: string): Problem[] {
  const markdown = new MarkdownIt({ html: true }).use(plugin);
  const escaped = text.replaceAll("\\$", "\\#"); // a dollar sign that is meant as one
  return markdown.parse(escaped, {}).flatMap((block) => {
    const line = (block.map?.[0] ?? 0) + 1;
    const formulas = block.type === "inline" ? (block.children ?? []) : [block];
    const broken = formulas.filter(({ type }) => type.startsWith("math")).flatMap((formula) => errorOf(markdown, formula) ?? []);
    return [
      ...broken.map((error) => ({ file, line, message: `A formula does not render: ${error}`, remedy: "Correct it; the preview of VS Code shows it." })),
      ...(formulas.some(isStray)
        ? [{ file, line, message: "A dollar sign begins no formula.", remedy: "Close the formula with no space before its last $, or write \\$." }]
        : []),
    ];
  });
}

// As the package is CommonJS, its default export may be the whole of it.
const plugin = ("default" in katex ? katex.default : katex) as unknown as (markdown: MarkdownIt) => void;

/** What KaTeX says of a formula, in the place of it. */
function errorOf(markdown: MarkdownIt, formula: Token): string | undefined {
  const html = markdown.renderer.render([formula], markdown.options, {});
  const said = /katex-error"[^>]*>(?:ParseError: )?(?:KaTeX parse error: )?([^<]*)/.exec(html)?.[1];
  return said
    ?.replaceAll("&#039;", "'")
    .replace(/[\u0300-\u036f]/g, "")
    .trim(); // underlined by combining marks
}

const isStray = ({ type, content }: Token): boolean => type === "text" && content.includes("$");

function signatureProblems({ files }: Exercise): Problem[] {
  const text = files["README.md"] as string;
  const missing = functionsOf(files["surface.ts"] as string).filter((name) => !new RegExp(`\\b${name}\\(`).test(text));
  return missing.map((name) => ({
    file: "README.md",
    line: 1,
    message: `The statement does not show \`${name}(…)\`, which the surface asks for.`,
    remedy: "Give each signature with shapes and units, in a section of its own.",
  }));
}

/** Names of the members of `interface Surface`. */
function functionsOf(surface: string): string[] {
  const body = /export interface Surface\b[^{]*\{([\s\S]*?)^\}/m.exec(surface)?.[1] ?? "";
  return Array.from(body.matchAll(/^ {2}(?:readonly )?(\w+)(?:<[^(]*>)?(?:\(|: \()/gm), ([, name]) => name as string);
}
