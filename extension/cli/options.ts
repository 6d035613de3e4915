/** Every option is used or refused: one that others leave without meaning would be ignored in silence. */
import { UserError } from "../errors.ts";
import type { PublishOptions } from "./commands/publish.ts";
import type { RunOptions } from "./commands/run.ts";

type Given = Readonly<Record<string, unknown>>;
/** Name of an option -> why it has no place there. */
type Refused = Readonly<Record<string, string>>;

const BESIDE_SUBMISSION: Refused = {
  folder: "A submission brings its own attempt.",
  again: "It is for your own attempts.",
  seed: "A submission is graded on inputs that nobody has seen.",
  fast: "All checks of a submission are asked.",
  hints: "They are for learners.",
};
const BESIDE_AGAIN: Refused = {
  folder: "Your attempts are found by themselves.",
  seed: "What is graded again is compared on the inputs of the older grade, and then graded on new ones.",
  fast: "The checks of the older grade are asked.",
  hints: "It shows what has changed, and no hints.",
};
const OF_SUBMISSIONS: Refused = { csv: "It is for submissions: --submission names them.", keys: "It is for submissions: --submission names them." };

/** What `practicum grade` is to do. @throws {UserError} for what does not go together */
export function modeOfGrade(exercise: string | undefined, folder: string | undefined, options: Given): "attempt" | "again" | "submissions" {
  const given = { ...options, folder };
  if (options.submission !== undefined) return refuse(given, "--submission", BESIDE_SUBMISSION) ?? "submissions";
  if (options.again !== undefined) return refuse(given, "--again", { ...BESIDE_AGAIN, ...OF_SUBMISSIONS }) ?? "again";
  refuse(given, "grade <exercise>", OF_SUBMISSIONS);
  if (exercise === undefined) throw new UserError("There is nothing named to grade.", "Name an exercise, a --submission, or --again.");
  return "attempt";
}

/** @throws {UserError} for what does not go together */
export function requireRunOptions(options: RunOptions): RunOptions {
  if (!options.grade) refuse({ ...options }, "--no-grade", { hints: "Without a grade there are none." });
  return options;
}

/** @throws {UserError} for what does not go together */
export function requirePublishOptions(options: PublishOptions): PublishOptions {
  if (options.unsigned) refuse({ ...options }, "--unsigned", { keys: "Without a signature none is needed." });
  return options;
}

function refuse(given: Given, beside: string, refused: Refused): undefined {
  for (const [name, why] of Object.entries(refused)) {
    if (given[name] === undefined) continue;
    const option = name === "folder" ? `The folder ${given[name]}` : `--${name}`;
    throw new UserError(`${option} does not go with ${beside}. ${why}`, "Leave one of them out.");
  }
}
