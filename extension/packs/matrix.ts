/** The kill matrix: what became of each implementation under each check. Pure. */
import type { Exercise } from "../exercise/model.ts";
import { namesOf } from "../exercise/tree.ts";
import type { ExerciseEvidence, Observation, Observed } from "./evidence.ts";
import { grouped } from "./group.ts";
import type { ImplementationProof, Verdict } from "./proof.ts";

/** Of a misconception. */
export const nameOf = ({ name }: Pick<Observation, "name">): string | undefined =>
  name.startsWith("misconceptions/") ? name.slice("misconceptions/".length) : undefined;

/** Judged wrong; one that throws is caught where that is known as its mistake. */
export const isCaught = (observation: Observation, { outcome, diagnosis }: Observed): boolean =>
  outcome === "failed" || (outcome === "errored" && diagnosis === nameOf(observation));

export function verdictsOf(exercise: Exercise, { observations }: ExerciseEvidence): ImplementationProof[] {
  const { variants, misconceptions } = namesOf(exercise);
  const names = [["starter"], ["reference"], variants.map((name) => `variants/${name}`), misconceptions.map((name) => `misconceptions/${name}`)].flat();
  return names.map((name) =>
    implementationProof(
      name,
      observations.filter((observation) => observation.name === name),
    ),
  );
}

function implementationProof(name: string, observations: readonly Observation[]): ImplementationProof {
  const all = observations.flatMap((observation) => observation.results.map((result) => ({ title: result.title, result, observation })));
  const verdicts = [...grouped(all, ({ title }) => title)].map(([title, seen]) => [
    title,
    worst(seen.map(({ observation, result }) => verdictOf(observation, result))),
  ]);
  const others = all.flatMap(({ observation, result: { diagnosis } }) => (diagnosis && diagnosis !== nameOf(observation) ? [diagnosis] : []));
  const [folder] = name.split("/");
  return {
    name,
    kind: folder === "variants" ? "variant" : folder === "misconceptions" ? "misconception" : (name as "starter" | "reference"),
    verdicts: Object.fromEntries(verdicts),
    takenFor: [...new Set(others)],
    ms: all.reduce((sum, { result }) => sum + result.ms, 0),
  };
}

function verdictOf(observation: Observation, result: Observed): Verdict {
  if (nameOf(observation) !== undefined) return isCaught(observation, result) ? (result.diagnosis === nameOf(observation) ? "told" : "caught") : "missed";
  if (result.outcome === "passed") return "passed";
  return result.message === "Not written yet." ? "notWritten" : "notProven";
}

/** Over all seeds: told by some is told, missed by one is missed. */
const worst = (verdicts: readonly Verdict[]): Verdict =>
  (["missed", "notProven", "told"] as const).find((verdict) => verdicts.includes(verdict)) ?? (verdicts[0] as Verdict);
