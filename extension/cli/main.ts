/** The command `practicum`: the same packs, runtimes and grader as the editor, headless. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { PROVIDERS } from "../protocol/pretrained.ts";
import { BACKENDS } from "../protocol/runtime.ts";
import { writeProblem } from "../supervisor/files/problems.ts";
import { INSTALLABLE } from "../supervisor/installBackend.ts";
import { browse } from "./commands/browse.ts";
import { doctor } from "./commands/doctor.ts";
import { grade } from "./commands/grade.ts";
import { install, remove } from "./commands/install.ts";
import { installBackendCommand } from "./commands/installBackend.ts";
import { list } from "./commands/list.ts";
import { makeExercise, makePack } from "./commands/new.ts";
import { open } from "./commands/open.ts";
import { keygen, publish } from "./commands/publish.ts";
import { regrade } from "./commands/regrade.ts";
import { run } from "./commands/run.ts";
import { gradeSubmissions } from "./commands/submissions.ts";
import { submit } from "./commands/submit.ts";
import { verify } from "./commands/verify.ts";
import type { Context } from "./context.ts";
import { modeOfGrade, requirePublishOptions, requireRunOptions } from "./options.ts";
import { COULD_NOT_GRADE, type CommandResult, type GlobalOptions, perform, tellFailure } from "./perform.ts";
import { Terminal } from "./terminal.ts";

/** 128 + number of SIGPIPE, as shells have it: never 0, which would say that all has passed. */
const NOBODY_READS = 141;
const dist = fileURLToPath(new URL(".", import.meta.url));
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

const program = new Command("practicum")
  .description("Guided machine-learning exercises: open, run and grade them.")
  .version(version)
  .exitOverride()
  .configureOutput({ writeErr: (text) => new Terminal({}).writeAside(text) })
  .addHelpText("after", "\nExit codes: 0 all passed, 1 not all passed, 2 could not grade, 130 cancelled.");

const exercise = ["<exercise>", "its number, folder name or id"] as const;
const attempt = ["[folder]", "of the attempt; by default this one, or the one named as the exercise"] as const;
const seed = ["--seed <n>", "replay the grade or run that had this seed; a replay does not count", wholeNumber] as const;
const hints = ["--hints", "the hint of every check that failed, not of the first one only"] as const;
const pack = ["--pack <folder>", "use the pack in this folder instead of the built-in ones"] as const;
const backend = () => new Option("--backend <name>", "compute on this one, or on the best that starts").choices(["auto", ...BACKENDS]).default("auto");
const executionProvider = () =>
  new Option("--execution-provider <name>", "compute pretrained models on this one, or on the best that starts")
    .choices(["auto", ...PROVIDERS])
    .default("auto");
const registry = ["--registry <url>", "instead of the one that your .npmrc names"] as const;
const corpus = ["--corpus <file>", "train on the text of this file"] as const;

add("list", "List the exercises.")
  .option(...pack)
  .action((options) => act(options, list));
add("open", "Make a folder to work in; files that you have edited stay as they are.")
  .argument(...exercise)
  .argument("[folder]", "where; by default one named as the exercise")
  .option(...pack)
  .option("--merge", "where a newer pack has another starter, merge it into your files")
  .action((wanted, folder, options) => act(options, (context) => open(context, wanted, folder, options)));
add("run", "Run the exercise on your attempt, then grade it.")
  .argument(...exercise)
  .argument(...attempt)
  .option(...pack)
  .option(...seed)
  .option(...corpus)
  .addOption(new Option("--scale <scale>", "how much to compute").choices(["quick", "full"]).default("quick"))
  .addOption(backend())
  .addOption(executionProvider())
  .option("--tensorboard <folder>", "write TensorBoard's event file of the run below this folder")
  .option("--no-grade", "do not grade afterwards")
  .option("--profile <file>", "record every operation, show where the time went, and write a Chrome trace there")
  .option(...hints)
  .action((wanted, folder, options) => act(options, (context) => run(context, wanted, folder, requireRunOptions(options))));
add("grade", "Ask all checks of your attempt.")
  .argument("[exercise]", exercise[1])
  .argument(...attempt)
  .option(...pack)
  .option(...seed)
  .option(...corpus)
  .addOption(backend())
  .option("--fast", "only the checks that the editor asks on every save")
  .option(...hints)
  .option("--again", "grade again what a newer version of a pack has changed the checks of, and say what that changes")
  .option(
    "--submission <files...>",
    "grade what learners have submitted, on new inputs and by all checks: files, folders, archives of them; the exercise, where named, must be theirs",
  )
  .option("--csv <file>", "of submissions: write a summary there, a line for each")
  .option("--keys <folder>", "of your keys, for what is sealed in the exercises of submissions")
  .action((wanted, folder, options) =>
    act(options, (context) => {
      const mode = modeOfGrade(wanted, folder, options);
      if (mode === "submissions") return gradeSubmissions(context, options.submission, wanted, options);
      return mode === "again" ? regrade(context, wanted, options) : grade(context, wanted, folder, options);
    }),
  );
add("submit", "Grade all checks of your attempt, and write both to one file for your instructor.")
  .argument(...exercise)
  .argument(...attempt)
  .option(...pack)
  .option("--out <file>", "where; by default one named as the exercise")
  .action((wanted, folder, options) => act(options, (context) => submit(context, wanted, folder, options)));
const making = program.command("new").description("Begin a pack, or another exercise of one.");
add("pack", "Begin a pack, with one worked exercise.", making)
  .argument("<folder>", "a new one")
  .option("--title <title>", "as learners see it; by default the folder's name")
  .action((folder, options) => act(options, (context) => makePack(context, folder, options)));
add("exercise", "Add a worked exercise to a pack.", making)
  .argument("<title>", "as learners see it")
  .option("--in <folder>", "of the pack", ".")
  .action((title, options) => act(options, (context) => makeExercise(context, title, options)));
add("browse", "Search the registry for packs.")
  .argument("[text]", "words to look for; by default all packs")
  .option(...registry)
  .action((text, options) => act(options, (context) => browse(context, text, options)));
add("install", "Install a pack, or another version of it. Attempts and progress stay.")
  .argument("<spec>", "name or name@range, an archive, a folder, a git or http(s) address")
  .option(...registry)
  .option("--offline", "only from npm's cache")
  .option("-y, --yes", "trust the pack without being asked")
  .option("--accept-key", "also when another key has signed it than before")
  .option("--downgrade", "also when it is older than a version that you have had")
  .action((spec, options) => act(options, (context) => install(context, spec, options)));
add("remove", "Take an installed pack away. Attempts and progress stay.")
  .argument("<id>", "of the pack")
  .action((id, options) => act(options, (context) => remove(context, id)));
add("publish", "Publish the pack of a folder, as an npm package.")
  .argument("<folder>", "that holds pack.json")
  .option(...registry)
  .option("--dry-run", "only list what would be published")
  .option("--keys <folder>", "of your keys")
  .option("--unsigned", "without a signature")
  .option("--provenance", "with npm's record of the sources and the CI run that made it; on GitHub Actions and GitLab")
  .option("--force <reason>", "although its checks are not proven; whoever installs it is told")
  .action((folder, options) => act(options, (context) => publish(context, folder, requirePublishOptions(options))));
add("keygen", "Make the keys that sign your packs and open what is sealed in them.")
  .argument("[folder]", "where they are kept")
  .action((folder, options) => act(options, (context) => keygen(context, folder)));
program
  .command("verify")
  .description("Prove a pack: what is right passes, what is wrong is caught by name.")
  .argument("<pack>", "its folder")
  .option("--exercise <exercise>", "only this one: its number, folder name or id")
  .option("--fast", "only the checks that the editor asks on every save")
  .option("--seeds <n>", "ask each check with so many seeds, instead of 5 and the slow ones of 1: finds out a check that chance decides", countingNumber)
  .option("--no-cache", "prove anew what has not changed since")
  .option("--json <file>", "write the proof there, for programs")
  .option("--markdown <file>", "write the kill matrix there, for the pack's page")
  .option("--verbose", "say on standard error what happens underneath")
  .action((folder, { verbose, ...options }) => act({ verbose }, (context) => verify(context, folder, options)));
add("install-backend", "Install TensorFlow's library, for runs on an NVIDIA GPU or a faster processor. It is large, and does not come with Practicum.")
  .addArgument(new Argument("[name]", "which one").choices(INSTALLABLE).default("tfjs-node-gpu"))
  .action((name, options) => act(options, (context) => installBackendCommand(context, name)));
add("doctor", "Say what exercises would run on.").action((options) => act(options, (context) => doctor(context, version)));

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(NOBODY_READS); // as in `practicum grade 1 | head -1`
  tellFailure(writeProblem(error, "What is printed"), new Terminal({}));
  process.exit(COULD_NOT_GRADE); // not 1: that would be said of the attempt
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : COULD_NOT_GRADE;
}

function add(name: string, description: string, to = program): Command {
  return to
    .command(name)
    .description(description)
    .option("--json", "print one JSON object, for programs")
    .option("--verbose", "say on standard error what happens underneath");
}

async function act(options: GlobalOptions, command: (context: Context) => Promise<CommandResult>): Promise<void> {
  process.exitCode = await perform(dist, options, command);
}

function wholeNumber(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n > 0xffff_ffff) throw new InvalidArgumentError("It must be a whole number of at most 32 bits.");
  return n;
}

function countingNumber(text: string): number {
  const n = wholeNumber(text);
  if (n === 0) throw new InvalidArgumentError("It must be at least 1.");
  return n;
}
