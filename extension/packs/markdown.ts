/** The kill matrix as Markdown, for the pack's page. Pure. */
import { markdownText } from "../protocol/plainText.ts";
import { grouped } from "./group.ts";
import type { CheckProof, ExerciseProof, ImplementationProof, PackProof, Problem, Verdict } from "./proof.ts";

export const SIGNS: Readonly<Record<Verdict, string>> = { passed: "✓", caught: "✗", told: "✗!", missed: "MISSED", notWritten: "–", notProven: "WRONG" };

/** The address of a line of the pack; nothing where there is none to follow. */
export type LinkTo = (file: string, line?: number) => string | undefined;

export function proofPage({ title, version, proven, problems, exercises, tier }: PackProof, linkTo: LinkTo = () => undefined): string {
  const all = [...problems, ...exercises.flatMap((exercise) => exercise.problems)];
  const checks = exercises.flatMap((exercise) => exercise.checks);
  const kills = exercises.flatMap(({ implementations }) => implementations).filter(({ kind }) => kind === "misconception").length;
  const what = `${counted(exercises.length, "exercise")}, ${counted(checks.length, "check")}, ${counted(kills, "misconception")}${tier === "save" ? "; the slow checks were not asked" : ""}`;
  return [
    `# ${markdownText(title)}: proof`,
    "",
    `Version ${version}. ${proven ? "Proven" : "**Not proven**"}: ${what}.`,
    ...nextSteps(all, tier, linkTo),
    "",
    "## Kill matrix",
    "",
    `${SIGNS.passed} accepted, ${SIGNS.caught} rejected, ${SIGNS.told} rejected and told its own mistake, ${SIGNS.notWritten} not written yet. Errors are in units of the tolerance:`,
    "the largest of an implementation that is accepted, the smallest of one that is rejected (∞: of another form, or an exact answer).",
    ...exercises.flatMap((exercise) => exercisePage(exercise, linkTo)),
    "",
  ].join("\n");
}

/** What refuses the pack, each with its place and its remedy. */
function nextSteps(problems: readonly Problem[], tier: PackProof["tier"], linkTo: LinkTo): string[] {
  if (problems.length === 0) return ["", tier === "run" ? "It can be published." : "Before it is published, the slow checks are asked too."];
  const steps = [...grouped(problems, ({ file }) => file ?? "").values()].flat().map((problem) => {
    const place = placeText(problem).replace(/: $/, "");
    return `1. ${place && `${linked(place, problem.file, problem.line, linkTo)}  \n   `}${markdownText(problem.message)}  \n   *${markdownText(problem.remedy)}*`;
  });
  return ["", `## What to do next: ${counted(problems.length, "problem")}`, "", ...steps];
}

const linked = (text: string, file: string | undefined, line: number | undefined, linkTo: LinkTo): string => {
  const address = file === undefined ? undefined : linkTo(file, line);
  return address === undefined ? markdownText(text) : `[${markdownText(text)}](${address})`;
};

function exercisePage(proof: ExerciseProof, linkTo: LinkTo): string[] {
  const { slug, title, checks, implementations, seeds, backend } = proof;
  return [
    "",
    `### ${slug.slice(0, 2)} ${markdownText(title)}`,
    "",
    `Seeds ${seedsText(seeds.save)}${seeds.run.length > 0 ? `; slow checks ${seedsText(seeds.run)}` : ""}${backend ? `; on ${backend.name}` : ""}.`,
    "",
    "| | check | accepted up to | rejected from | tolerance | time |",
    "|---|---|---|---|---|---|",
    ...checks.map(
      (check, i) =>
        `| ${i + 1} | ${markdownText(check.title)} | ${errorText(check.worstAccepted)} | ${rejectedText(check)} | ${toleranceText(check)} | ${secondsText(check.ms)} |`,
    ),
    "",
    `| implementation | ${checks.map((_, i) => i + 1).join(" | ")} |`,
    `|---|${checks.map(() => "---|").join("")}`,
    ...implementations.map(
      (one) => `| ${linked(one.name, fileOf(one, slug), undefined, linkTo)} | ${checks.map(({ title }) => signOf(one, title)).join(" | ")} |`,
    ),
    ...confusions(implementations).map((sentence) => `\n${markdownText(sentence)}`),
  ];
}

export const signOf = ({ verdicts }: ImplementationProof, title: string): string => {
  const verdict = verdicts[title];
  return verdict ? SIGNS[verdict] : "";
};

/** Where the sentence of another misconception was told in the place of its own. */
export const confusions = (implementations: readonly ImplementationProof[]): string[] =>
  implementations
    .filter(({ takenFor, kind }) => takenFor.length > 0 && kind === "misconception")
    .map(({ name, takenFor }) => `${name} is taken for ${takenFor.join(" and ")} by some check.`);

export const errorText = (error: number | undefined): string =>
  error === undefined ? "" : error === 0 ? "0" : error >= 1000 || error < 0.001 ? error.toExponential(0) : String(Number(error.toPrecision(2)));

export const rejectedText = ({ smallestRejected, catches }: CheckProof): string =>
  smallestRejected === undefined ? (catches.length > 0 ? "∞" : "") : errorText(smallestRejected);

export const toleranceText = ({ tolerance }: CheckProof): string =>
  tolerance ? [tolerance.rtol > 0 ? `${tolerance.rtol} rel.` : "", tolerance.atol > 0 ? `${tolerance.atol} abs.` : ""].filter(Boolean).join(" + ") : "";

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

export const secondsText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** Starter and reference are folders. */
const fileOf = ({ kind, name }: ImplementationProof, slug: string): string | undefined =>
  kind === "variant" || kind === "misconception" ? `${slug}/${name}.ts` : undefined;

export const placeText = ({ file, line }: Problem): string => (file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `);

/** A number for each would hide the rest. */
export const seedsText = (seeds: readonly number[]): string => (seeds.length > 5 ? `${seeds.length} from ${seeds[0]} on` : seeds.join(", "));
