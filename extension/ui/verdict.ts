/** One exercise's verdict, and how it is said in a few characters. Pure: no `vscode`. */
import { allPoints, type ExerciseProgress, isWhole } from "../exercise/progress.ts";
import { containmentText } from "../protocol/containment.ts";
import type { CheckResult, Grade, Outcome } from "../protocol/grade.ts";
import type { RunSnapshot } from "../protocol/panel.ts";

export type Verdict =
  /** nothing was asked yet, or it was cancelled */
  | { readonly phase: "none" }
  | { readonly phase: "grading"; readonly tier: "save" | "run" }
  | { readonly phase: "graded"; readonly grade: Grade }
  /** the files have changed since the grade; where it is one that progress remembers, only its points are known */
  | { readonly phase: "old"; readonly grade?: Grade; readonly reason: string }
  /** there are no files to ask about; `text` says so in a few words */
  | { readonly phase: "missing"; readonly text: string; readonly reason: string }
  /** nothing may be asked: in Restricted Mode */
  | { readonly phase: "untrusted"; readonly reason: string }
  /** nothing could be asked */
  | { readonly phase: "refused"; readonly reason: string };

export interface Badge {
  /** A product icon, without "$(" and ")". */
  readonly icon: string;
  /** A theme colour's id. */
  readonly color?: string;
  /** e.g. "7/14", in points */
  readonly text: string;
  /** For the tree, where the title comes first; absent where there is nothing to say. */
  readonly brief?: string;
  /** The same as a sentence. */
  readonly sentence: string;
  /** It is no verdict on what is there now. */
  readonly grey?: true;
}

const LOOKS: Record<Outcome, { icon: string; color: string; word: string }> = {
  passed: { icon: "pass-filled", color: "testing.iconPassed", word: "" },
  failed: { icon: "error", color: "testing.iconFailed", word: "" },
  errored: { icon: "bug", color: "testing.iconErrored", word: "errored" },
  timedOut: { icon: "watch", color: "testing.iconErrored", word: "timed out" },
  notGraded: { icon: "circle-slash", color: "testing.iconSkipped", word: "not graded" },
};
/** What was asked has passed, and slow checks wait for Run Exercise: no tick yet. */
const WAITING = { icon: "play-circle", color: "charts.blue" };
/** What was asked has passed, on inputs that were known beforehand: no tick at all. */
const REPLAYED = { icon: "history", color: "charts.blue" };

/** What is no verdict on what is there now. */
const GREY = { color: "descriptionForeground", grey: true } as const;

/** @param progress what is known from before this session @param version of the pack that is there: a grade of another one says so */
export function badgeOf(verdict: Verdict, progress: ExerciseProgress, version: string): Badge {
  switch (verdict.phase) {
    case "none":
      return rememberedBadge(progress, version);
    case "grading":
      return { icon: "loading~spin", text: "grading", sentence: verdict.tier === "save" ? "Asking the fast checks." : "Asking all checks." };
    case "refused":
      return { icon: LOOKS.notGraded.icon, color: LOOKS.notGraded.color, text: LOOKS.notGraded.word, sentence: verdict.reason };
    case "untrusted":
      return { icon: "shield", text: "not graded: workspace not trusted", sentence: verdict.reason };
    case "graded":
      return gradeBadge(verdict.grade);
    case "old":
      return oldBadge(verdict.grade ? gradeBadge(verdict.grade) : rememberedBadge(progress, version), verdict.reason);
    case "missing":
      return { icon: "question", ...GREY, text: verdict.text, brief: verdict.text, sentence: verdict.reason };
  }
}

/** Whether a surface that shows the one shows the other. */
export const sameVerdict = (one: Verdict, other: Verdict): boolean =>
  one.phase === other.phase && gradeOf(one) === gradeOf(other) && ("reason" in one && one.reason) === ("reason" in other && other.reason);

/** The grade that it is made of, old or not. */
export const gradeOf = (verdict: Verdict): Grade | undefined => ("grade" in verdict ? verdict.grade : undefined);

/** What the grade was computed on and in, a line each: the status bar's tooltip. */
export function circumstances({ backend, ms }: Pick<Grade, "backend" | "ms">): string[] {
  const skipped = backend.skipped.map(({ name, reason }) => `${name} not used: ${reason}`);
  const held = backend.containment ? [`The program was ${containmentText(backend.containment)}`] : [];
  return [`Backend: ${backend.name}, ${backend.device}, ${Math.round(ms)} ms`, ...skipped, ...held];
}

/** e.g. "visible 6/6, hidden 2/4": never "all" for a part */
export function passedCounts({ checks }: Pick<Grade, "checks">): string {
  const count = (hidden: boolean) => {
    const some = checks.filter((check) => check.hidden === hidden);
    return some.length === 0 ? [] : [`${hidden ? "hidden" : "visible"} ${some.filter((check) => check.outcome === "passed").length}/${some.length}`];
  };
  return [...count(false), ...count(true)].join(", ");
}

/** e.g. "2 slow checks wait for Run Exercise."; nothing when none does */
export function waitingSentence({ unasked = [] }: Pick<Grade, "unasked">): string {
  if (unasked.length === 0) return "";
  return unasked.length === 1 ? "1 slow check waits for Run Exercise." : `${unasked.length} slow checks wait for Run Exercise.`;
}

/** What a grade on chosen inputs is worth; nothing where they were drawn anew. */
export const replaySentence = ({ replay, seed }: Pick<Grade, "replay" | "seed">): string =>
  replay ? `This is a replay of the inputs of seed ${seed}: it does not count.` : "";

/** The first thing to tell: what is wrong with the attempt as a whole, else with its first check that did not pass. */
export function firstProblem(grade: Grade): string | undefined {
  return grade.problem?.message ?? grade.checks.find((check) => check.outcome !== "passed")?.message;
}

export const iconOfOutcome = (outcome: Outcome): string => LOOKS[outcome].icon;

/** e.g. "running 42 %"; nothing when there is no run under way */
export function runText({ state, progress }: Pick<RunSnapshot, "state" | "progress">): string | undefined {
  if (state !== "starting" && state !== "running") return undefined;
  const share = progress && progress.total > 0 ? ` ${Math.floor((100 * Math.min(progress.done, progress.total)) / progress.total)} %` : "";
  return `$(loading~spin) ${state}${share}`;
}

const KEY_LENGTH = 60;

/** What a line has room for: the first sentence, shortened where a clause or at least a word ends. */
export function keySentence(message: string): string {
  const [line = ""] = message.split("\n", 1);
  const [sentence = ""] = line.split(/(?<=[^.]{3}[.!?])\s+(?=\p{Lu}|`)/u);
  if (sentence.length <= KEY_LENGTH) return sentence;
  const start = sentence.slice(0, KEY_LENGTH);
  const end = [/[;:,](?=\s[^;:,]*$)/, /\s\S*$/].map((at) => start.search(at)).find((at) => at > KEY_LENGTH / 3) ?? KEY_LENGTH;
  return `${start.slice(0, end)} …`;
}

/** What a learner reads about a check that did not pass: the misconception's sentence where one was recognised. */
export const feedback = (check: CheckResult): string =>
  check.hint && !check.message.includes(check.hint) ? `${check.message}\n\nHint: ${check.hint}` : check.message;

function rememberedBadge({ state, last, passedAt }: ExerciseProgress, version: string): Badge {
  const before = passedAt ? ` All checks passed on ${passedAt.slice(0, 10)}.` : "";
  if (!last) return { icon: state === "notStarted" ? "circle-outline" : "record", text: "not graded yet", sentence: `Not graded yet.${before}` };
  const older = last.version === version ? "" : ` by version ${last.version}`;
  const sentence = `${last.score} of ${last.points} points when it was last graded${older}, on ${last.at.slice(0, 10)}.${before}`;
  const look = state === "passed" ? LOOKS.passed : last.outcome === "passed" ? WAITING : { icon: "record" };
  const brief = `${last.score}/${last.points}`;
  return { ...iconOf(look), text: `${brief}${older}`, brief: `${brief}${older}`, sentence };
}

function gradeBadge(grade: Grade): Badge {
  const { word } = LOOKS[grade.outcome];
  const asked = grade.checks.length > 0;
  const points = asked ? `${grade.score}/${allPoints(grade)}` : "";
  const waits = grade.outcome === "passed" && !isWhole(grade);
  const replay = grade.replay ? "replay" : "";
  const text = waits ? `${[points, replay].filter(Boolean).join(" ")}, fast checks passed` : [points, word, replay].filter(Boolean).join(" ");
  const passed = asked ? `${grade.score} of ${allPoints(grade)} points. Checks passed: ${passedCounts(grade)}` : "No check was asked";
  const look = replay && grade.outcome === "passed" ? REPLAYED : waits ? WAITING : LOOKS[grade.outcome];
  return {
    ...iconOf(look),
    text,
    ...(points && { brief: waits ? points : text }),
    sentence: [`${passed}${word && `; ${word}`}.`, waitingSentence(grade), replaySentence(grade)].filter(Boolean).join(" "),
  };
}

/** What was said, less what it said about the files of today. */
function oldBadge({ brief, sentence }: Badge, reason: string): Badge {
  const text = brief ? `${brief}, changed since` : "changed since";
  return { icon: "history", ...GREY, text, brief: text, sentence: `${sentence} ${reason}` };
}

const iconOf = ({ icon, color }: { readonly icon: string; readonly color?: string }) => ({ icon, ...(color && { color }) });
