/** What a submission says of itself, held against what is known here. Nothing of it decides a mark; what does not fit is told. Pure. */
import compare from "semver/functions/compare.js";
import valid from "semver/functions/valid.js";
import type { Exercise } from "../exercise/model.ts";
import { type Grade, overall } from "../protocol/grade.ts";
import { type Difference, differences } from "./differences.ts";
import type { Claim, Submission } from "./submission.ts";

/** A clock may be a little fast. */
const CLOCK_MS = 24 * 60 * 60_000;
const SHOWN = 60;

/**
 * Sentences about the record alone.
 * @param checks digest of the exercise's checks here
 */
export function remarksOn({ claim, digest }: Submission, { pack }: Pick<Exercise, "pack">, checks: string, now: Date): string[] {
  return [
    claim.digests.attempt === digest ? "" : "Its files are not those that were graded when it was submitted.",
    claim.pack === undefined || claim.pack === pack.id ? "" : `It was graded by the pack "${shown(claim.pack)}"; here is "${pack.id}".`,
    versionRemark(claim, pack.version, claim.digests.checks === undefined || claim.digests.checks === checks),
    claim.replay ? "It was submitted with a replay: its inputs were known beforehand." : "",
    claim.tier === "save" ? "It was submitted with the fast checks alone." : "",
    plausible(claim) ? "" : "Its record contradicts itself: outcome, score and checks do not go together.",
    dateRemark(claim.startedAt, now),
  ].filter(Boolean);
}

/** Of an older or newer pack than here; one number may stand for two contents. */
function versionRemark({ packVersion }: Claim, here: string, sameChecks: boolean): string {
  if (packVersion === here) return sameChecks ? "" : `It was graded by other checks than those here, though both packs say that they are version ${here}.`;
  const [theirs, ours] = [valid(packVersion), valid(here)];
  const age = theirs === null || ours === null ? "another" : compare(theirs, ours) > 0 ? "a newer" : "an older";
  const checks = sameChecks
    ? "its checks of this exercise are the same"
    : age === "a newer"
      ? "install that version to grade it as it was"
      : "its checks were others";
  return `It was graded by ${age} version of the pack, ${shown(packVersion)}; here is ${here}: ${checks}.`;
}

/** Whether practicum could have written these numbers together. */
function plausible({ outcome, score, points, checks }: Claim): boolean {
  const sum = (some: Claim["checks"]) => some.reduce((total, check) => total + (check.points ?? 0), 0);
  const counted = checks.every((check) => check.points !== undefined);
  const adds = !counted || (close(sum(checks), points) && close(sum(checks.filter((check) => check.outcome === "passed")), score));
  const distinct = new Set(checks.map(({ title }) => title)).size === checks.length;
  return (
    score >= 0 &&
    score <= points &&
    adds &&
    distinct &&
    checks.every((check) => (check.points ?? 0) >= 0) &&
    outcome === overall(checks.map((check) => check.outcome))
  );
}

/** Points need not be whole. */
const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));

function dateRemark(startedAt: string | undefined, now: Date): string {
  if (startedAt === undefined) return "";
  const at = Date.parse(startedAt);
  if (Number.isNaN(at)) return "Its date is none.";
  return at > now.getTime() + CLOCK_MS ? `It says that it was graded on ${new Date(at).toISOString().slice(0, 10)}, which is yet to come.` : "";
}

/** Checks of this pack that went another way than submitted, and how many others the record names. */
export function changesFrom(claim: Claim, grade: Grade): { readonly changed: readonly Difference[]; readonly strange: string } {
  const ours = new Set(grade.checks.map(({ title }) => title));
  const all = differences(claim, grade);
  const strangers = all.filter(({ title }) => !ours.has(title));
  const [first, ...others] = strangers.map(({ title }) => `"${shown(title)}"`);
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return {
    changed: all.filter(({ title }) => ours.has(title)),
    strange: first === undefined ? "" : `It names checks that were not asked here: ${first}${more}.`,
  };
}

/** What a submission has in common with the others of its class. */
export interface Handed {
  readonly file: string;
  readonly exercise: string;
  /** Of the files, and that which the record names. */
  readonly digest: string;
  readonly claimed: string;
}

/** For each of them, in order: whose files it has, or whose record. */
export function sharedWith(all: readonly Handed[]): readonly (readonly string[])[] {
  const byFiles = new Map<string, Handed[]>();
  for (const one of all) byFiles.set(keyOf(one), [...(byFiles.get(keyOf(one)) ?? []), one]);
  return all.map((one) => {
    const twins = (byFiles.get(keyOf(one)) ?? []).filter((other) => other !== one);
    const owners = one.claimed === one.digest ? [] : (byFiles.get(`${one.exercise} ${one.claimed}`) ?? []);
    return [
      ...(twins.length > 0 ? [`It has the same files as ${namesOf(twins)}.`] : []),
      ...(owners.length > 0 ? [`Its record is that of the files in ${namesOf(owners)}.`] : []),
    ];
  });
}

const keyOf = ({ exercise, digest }: Handed): string => `${exercise} ${digest}`;

const namesOf = (all: readonly Handed[]): string => {
  const names = all.slice(0, 3).map(({ file }) => file);
  return [...names, ...(all.length > names.length ? [`${all.length - names.length} more`] : [])].join(", ");
};

/** A learner has written it: short, and within quotation marks of ours. */
const shown = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text).replaceAll('"', "'");
