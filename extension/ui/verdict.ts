/** One exercise's verdict, and how it is said in a few characters. Pure: no `vscode`. */
import type { ExerciseProgress } from "../exercise/progress.ts";
import type { CheckResult, Grade, Outcome } from "../protocol/grade.ts";

export type Verdict =
  /** nothing was asked yet, or it was cancelled */
  | { readonly phase: "none" }
  | { readonly phase: "grading"; readonly tier: "save" | "run" }
  | { readonly phase: "graded"; readonly grade: Grade }
  /** nothing could be asked */
  | { readonly phase: "refused"; readonly reason: string };

export interface Badge {
  /** A product icon, without "$(" and ")". */
  readonly icon: string;
  /** A theme colour's id. */
  readonly color?: string;
  /** e.g. "4/6" */
  readonly text: string;
  /** The same as a sentence. */
  readonly sentence: string;
}

const LOOKS: Record<Outcome, { icon: string; color: string; word: string }> = {
  passed: { icon: "pass-filled", color: "testing.iconPassed", word: "" },
  failed: { icon: "error", color: "testing.iconFailed", word: "" },
  errored: { icon: "bug", color: "testing.iconErrored", word: "errored" },
  timedOut: { icon: "watch", color: "testing.iconErrored", word: "timed out" },
  notGraded: { icon: "circle-slash", color: "testing.iconSkipped", word: "not graded" },
};

const REMEMBERED: Record<ExerciseProgress["state"], Badge> = {
  notStarted: { icon: "circle-outline", text: "not graded yet", sentence: "Not started." },
  started: { icon: "record", text: "not graded yet", sentence: "Started." },
  failing: { icon: "record", text: "not graded yet", sentence: "Not all checks passed when it was last graded." },
  passed: { icon: LOOKS.passed.icon, color: LOOKS.passed.color, text: "passed before", sentence: "All checks passed when it was last graded." },
};

/** @param progress what is known from before this session */
export function badgeOf(verdict: Verdict, progress: ExerciseProgress): Badge {
  switch (verdict.phase) {
    case "none":
      return REMEMBERED[progress.state];
    case "grading":
      return { icon: "loading~spin", text: "grading", sentence: verdict.tier === "save" ? "Asking the fast checks." : "Asking all checks." };
    case "refused":
      return { icon: LOOKS.notGraded.icon, color: LOOKS.notGraded.color, text: LOOKS.notGraded.word, sentence: verdict.reason };
    case "graded":
      return gradeBadge(verdict.grade);
  }
}

/** The first thing to tell: what is wrong with the attempt as a whole, else with its first check that did not pass. */
export function firstProblem(grade: Grade): string | undefined {
  return grade.problem?.message ?? grade.checks.find((check) => check.outcome !== "passed")?.message;
}

/** What a learner reads about a check that did not pass: the misconception's sentence where one was recognised. */
export const feedback = (check: CheckResult): string =>
  check.hint && !check.message.includes(check.hint) ? `${check.message}\n\nHint: ${check.hint}` : check.message;

function gradeBadge(grade: Grade): Badge {
  const { icon, color, word } = LOOKS[grade.outcome];
  const passed = grade.checks.filter((check) => check.outcome === "passed").length;
  const counted = grade.checks.length > 0 ? `${passed}/${grade.checks.length}` : "";
  const text = [counted, word].filter(Boolean).join(" ");
  const left = grade.unasked ? ` ${grade.unasked} slow ${grade.unasked === 1 ? "check is" : "checks are"} asked by Run exercise.` : "";
  const sentence = `${counted ? `${passed} of ${grade.checks.length} checks passed` : "No check was asked"}${word && `: ${word}`}.${left}`;
  return { icon, color, text, sentence };
}
