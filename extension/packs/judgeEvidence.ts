/** What the evidence says: the kill matrix, and what refuses the exercise. Pure. */

import type { Exercise } from "../exercise/model.ts";
import { checkFiles, namesOf, sentences } from "../exercise/tree.ts";
import type { CheckDescription } from "../protocol/grade.ts";
import type { ExerciseEvidence, Observation, Observed } from "./evidence.ts";
import { grouped } from "./group.ts";
import { isCaught, nameOf, verdictsOf } from "./matrix.ts";
import type { CheckProof, ExerciseProof, ImplementationProof, Problem } from "./proof.ts";

/** By how much a tolerance has to be above what is accepted, and below what is rejected. A band is calibrated: its ends are nearer. */
const MARGIN = { near: 2, band: 1.1 } as const;

/** The proof, and what of it refuses the exercise; paths of problems are relative to the exercise. */
export function judgeEvidence(
  exercise: Exercise,
  evidence: ExerciseEvidence,
  tier: "save" | "run",
): Pick<ExerciseProof, "seeds" | "checks" | "implementations" | "problems" | "ms"> {
  const checks = evidence.checks.filter(({ when }) => tier === "run" || when === "save");
  const proofs = checks.map((check) => checkProof(check, evidence.observations));
  const implementations = verdictsOf(exercise, evidence);
  const asked = (when: "save" | "run") => checks.some((check) => check.when === when);
  return {
    seeds: { save: asked("save") ? evidence.seeds.save : [], run: asked("run") ? evidence.seeds.run : [] },
    checks: proofs,
    implementations,
    problems: [
      ...definitionProblems(exercise, evidence.checks),
      ...brokenProblems(evidence),
      ...brokenChecks(exercise, evidence),
      ...acceptanceProblems(exercise, evidence),
      ...starterProblems(exercise, evidence),
      ...killProblems(exercise, evidence, implementations),
      ...determinismProblems(exercise, evidence),
      ...proofs.flatMap((proof) => marginProblems(exercise, proof, checks)),
    ],
    ms: evidence.observations.flatMap(({ results }) => results).reduce((sum, { ms }) => sum + ms, 0),
  };
}

function checkProof({ title, when, points, hidden, catches, expectation }: CheckDescription, observations: readonly Observation[]): CheckProof {
  const of = (wanted: (observation: Observation, result: Observed) => boolean) =>
    observations.flatMap((observation) => observation.results.filter((result) => result.title === title && wanted(observation, result)));
  const errors = (results: readonly Observed[]) => results.flatMap(({ normalizedError }) => normalizedError ?? []);
  const accepted = errors(of(({ name }, { outcome }) => outcome === "passed" && (name === "reference" || name.startsWith("variants/"))));
  const rejected = errors(of((observation, result) => nameOf(observation) !== undefined && isCaught(observation, result)));
  return {
    title,
    when,
    points,
    hidden,
    catches,
    ...(expectation.kind === "near" && { tolerance: expectation.tolerance }),
    ...(accepted.length > 0 && { worstAccepted: Math.max(...accepted) }),
    ...(rejected.length > 0 && { smallestRejected: Math.min(...rejected) }),
    ms: Math.max(0, ...of(({ name }) => name === "reference").map(({ ms }) => ms)),
  };
}

function definitionProblems(exercise: Exercise, checks: readonly CheckDescription[]): Problem[] {
  const { misconceptions } = namesOf(exercise);
  const named = new Set(checks.flatMap(({ catches }) => catches));
  const idle = checks.filter(({ catches }) => catches.length === 0);
  const unknown = checks.flatMap(({ title, catches }) => catches.filter((name) => !misconceptions.includes(name)).map((name) => ({ title, name })));
  return [
    ...(checks.length === 0 ? [{ file: checkFiles(exercise)[0], message: "It defines no check.", remedy: "Define at least one." }] : []),
    ...idle.map(({ title }) => ({
      ...placeOf(exercise, title),
      message: `The check "${title}" catches nothing.`,
      remedy: "Add the misconception that it is there for, and name it in `catches`.",
    })),
    ...unknown.map(({ title, name }) => ({
      ...placeOf(exercise, name),
      message: `The check "${title}" catches "${name}", but there is no misconceptions/${name}.ts.`,
      remedy: "Add the file, or correct the name.",
    })),
    ...misconceptions
      .filter((name) => !named.has(name))
      .map((name) => ({
        file: `misconceptions/${name}.ts`,
        line: 1,
        message: `No check catches ${name}.`,
        remedy: "Name it in the `catches` of a check that it fails.",
      })),
  ];
}

const brokenProblems = ({ observations }: ExerciseEvidence): Problem[] =>
  distinct(
    observations
      .filter(({ name, problem }) => problem && name !== "starter")
      .map(({ name, seed, problem }) => ({
        ...fileOf(name),
        line: problem?.location?.line,
        message: `${name} could not be asked (seed ${seed}): ${problem?.message}`,
        remedy: "It has to load, and so do the checks; and both have to end.",
      })),
    ({ file, message }) => `${file} ${message.replace(/ \(seed .*?\)/, "")}`,
  );

/** Checks that fail by themselves: what they say of an implementation is nothing. */
const brokenChecks = (exercise: Exercise, { observations }: ExerciseEvidence): Problem[] =>
  distinct(
    observations
      .filter(({ name }) => name === "reference")
      .flatMap(({ results }) => results.filter(({ outcome }) => outcome === "notGraded"))
      .map(({ title, message }) => ({
        ...placeOf(exercise, title),
        message: `"${title}" could not be asked of the reference. ${message}`,
        remedy: "A check runs without files, programs and network: what it needs is in the exercise's own modules.",
      })),
    ({ message }) => message,
  );

function acceptanceProblems(exercise: Exercise, { observations }: ExerciseEvidence): Problem[] {
  const refused = observations
    .filter(({ name }) => name === "reference" || name.startsWith("variants/"))
    .flatMap((observation) =>
      observation.results.filter(({ outcome }) => outcome !== "passed" && outcome !== "notGraded").map((result) => ({ ...observation, result })),
    );
  return distinct(
    refused.map(({ name, seed, result }) => ({
      ...fileOf(name, exercise.entry),
      line: result.line,
      message: `${name} does not pass "${result.title}" (seed ${seed}): ${result.message}`,
      remedy: "Correct it, or the check, if it refuses what is right.",
    })),
    ({ file, message }) => `${file} ${message.replace(/ \(seed .*$/, "")}`,
  );
}

const starterProblems = (exercise: Exercise, { observations }: ExerciseEvidence): Problem[] =>
  observations
    .filter(({ name }) => name === "starter")
    .flatMap(({ results, problem }) => {
      const place = { file: `starter/${exercise.entry}`, remedy: "What is to be written throws `notWrittenYet()`." };
      if (problem) return [{ ...place, line: problem.location?.line, message: `The starter does not load: ${problem.message}` }];
      return results
        .filter(({ outcome, message }) => outcome !== "notGraded" && (outcome !== "failed" || message !== "Not written yet."))
        .map(({ title, outcome, message }) => ({
          ...place,
          message: `The starter is not told "Not written yet." by "${title}": ${outcome}${message && `, ${message}`}`,
        }));
    });

function killProblems(exercise: Exercise, { observations }: ExerciseEvidence, implementations: readonly ImplementationProof[]): Problem[] {
  const missed = observations.flatMap((observation) =>
    observation.results
      .filter((result) => nameOf(observation) !== undefined && result.outcome !== "notGraded" && !isCaught(observation, result))
      .map((result) => ({ observation, result })),
  );
  const untold = implementations.filter(
    ({ kind, verdicts }) => kind === "misconception" && Object.keys(verdicts).length > 0 && !Object.values(verdicts).includes("told"),
  );
  return [
    ...distinct(
      missed.map(({ observation: { name, seed }, result: { title, outcome, message } }) => ({
        ...fileOf(name),
        line: 1,
        message: `The check "${title}" does not catch ${nameOf({ name })} (seed ${seed}): ${outcome}${message && `, ${message}`}`,
        remedy: "Sharpen the check, or take the name out of its `catches`.",
      })),
      ({ file, message }) => `${file} ${message.replace(/ \(seed .*$/, "")}`,
    ),
    ...untold.map(({ name, takenFor }) => ({
      file: `${name}.ts`,
      line: 1,
      message: `Nobody is told the sentence of ${name.replace("misconceptions/", "")}, "${sentences(exercise)[name.replace("misconceptions/", "")]}"${takenFor.length > 0 ? `: it cannot be told from ${takenFor.join(" and ")}` : ""}.`,
      remedy:
        takenFor.length > 0
          ? "Add a check that tells them apart, or make them one."
          : "Its wrong answer has to be further from the expected one than rounding, and the same each time.",
    })),
  ];
}

function determinismProblems(exercise: Exercise, { observations }: ExerciseEvidence): Problem[] {
  return observations
    .filter(({ again }) => again)
    .flatMap(({ name, seed, results }) => {
      const before = observations.find(
        (first) => !first.again && first.name === name && first.seed === seed && first.results.some(({ title }) => title === results[0]?.title),
      );
      return results.filter(({ title, digest, measured }) => !measured && digest !== before?.results.find((r) => r.title === title)?.digest);
    })
    .map(({ title }) => ({
      ...placeOf(exercise, title),
      message: `The reference answers "${title}" in two ways under one seed.`,
      remedy: "All chance comes from `draw`, or from `random(seed)`.",
    }));
}

function marginProblems(
  exercise: Exercise,
  { title, worstAccepted = 0, smallestRejected = Infinity, tolerance }: CheckProof,
  checks: readonly CheckDescription[],
): Problem[] {
  const { expectation } = checks.find((check) => check.title === title) as CheckDescription;
  if (expectation.kind === "exact") return [];
  const margin = expectation.kind === "near" || expectation.kind === "noMore" ? MARGIN.near : MARGIN.band;
  const allowed = tolerance ? "tolerance" : expectation.kind === "noMore" ? "allowance" : "band";
  const remedy = `Between what is right and what is wrong a ${allowed} needs a factor of ${margin} on both sides.`;
  const problem = (message: string): Problem => ({ ...placeOf(exercise, title), message, remedy });
  return [
    ...(worstAccepted > 1 / margin ? [problem(`The ${allowed} of "${title}" has no margin: an accepted answer uses ${percent(worstAccepted)} of it.`)] : []),
    ...(smallestRejected < margin ? [problem(`The ${allowed} of "${title}" has no margin: a rejected answer is at ${percent(smallestRejected)} of it.`)] : []),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;

const fileOf = (name: Observation["name"], entry = ""): { file?: string } =>
  name === "reference" ? (entry ? { file: `reference/${entry}` } : {}) : name === "starter" ? {} : { file: `${name}.ts` };

/** Where the text stands in the files of checks, as a string of its own. */
function placeOf(exercise: Exercise, text: string): { file?: string; line?: number } {
  for (const file of checkFiles(exercise)) {
    const at = (exercise.files[file] as string).split("\n").findIndex((line) => line.includes(`"${text}"`));
    if (at >= 0) return { file, line: at + 1 };
  }
  return { file: checkFiles(exercise)[0] };
}

/** The first of each kind, with how often it came. */
function distinct(problems: readonly Problem[], kindOf: (problem: Problem) => string): Problem[] {
  return [...grouped(problems, kindOf).values()].map(([first, ...others]) => {
    const problem = first as Problem;
    return others.length > 0 ? { ...problem, message: `${problem.message} And ${others.length} more ${others.length === 1 ? "time" : "times"}.` } : problem;
  });
}
