/** A proof as lines of text. Pure. */
import { confusions, errorText, placeText, rejectedText, secondsText, seedsText, signOf, toleranceText } from "../packs/markdown.ts";
import type { ExerciseProof, PackProof, Problem } from "../packs/proof.ts";
import { columns } from "./report.ts";
import type { Colors } from "./terminal.ts";

export function exerciseLines(proof: ExerciseProof, colors: Colors): string[] {
  const { slug, title, checks, implementations, seeds, problems, ms, cached } = proof;
  const mark = problems.length === 0 ? colors.green("✔") : colors.red("✘");
  const took = cached ? "as proven before" : secondsText(ms);
  return [
    `${mark} ${colors.bold(`${slug.slice(0, 2)} ${title}`)}  ${colors.dim(`${took}; seeds ${seedsText(seeds.save)}${seeds.run.length > 0 ? `, slow checks ${seedsText(seeds.run)}` : ""}`)}`,
    ...indented(
      columns([
        ["", "check", "accepted", "rejected", "tolerance", "time"].map(colors.dim),
        ...checks.map((check, i) => [
          `${i + 1}`,
          check.title,
          errorText(check.worstAccepted),
          rejectedText(check),
          toleranceText(check),
          secondsText(check.ms),
        ]),
      ]),
    ),
    "",
    ...indented(
      columns([
        ["", ...checks.map((_, i) => `${i + 1}`)].map(colors.dim),
        ...implementations.map((one) => [one.name, ...checks.map((check) => signOf(one, check.title))]),
      ]),
    ),
    ...confusions(implementations).map((sentence) => `  ${colors.dim(sentence)}`),
    ...problemLines(problems, colors),
    "",
  ];
}

export function packLines({ problems, exercises, proven, tier, ms }: PackProof, colors: Colors): string[] {
  const count = exercises.flatMap((exercise) => exercise.problems).length + problems.length;
  const words = proven ? colors.green(colors.bold("proven")) : colors.red(colors.bold(`not proven: ${count} ${count === 1 ? "problem" : "problems"}`));
  const slow = tier === "save" ? ", without the slow checks" : "";
  return [
    ...problemLines(problems, colors),
    `${exercises.length} ${exercises.length === 1 ? "exercise" : "exercises"} ${words}${slow}  ${colors.dim(secondsText(ms))}`,
  ];
}

const problemLines = (problems: readonly Problem[], colors: Colors): string[] =>
  problems.flatMap((problem) => [`  ${colors.red(`${placeText(problem)}${problem.message}`)}`, `      ${problem.remedy}`]);

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
