/**
 * Every bound on what an attempt or a pack may use, in one table. Whoever meets one is told so in a sentence with its number, and `test/hostile/bounds.test.ts`
 * has a row for it. Not in it: the few bounds of the formats (archives, progress, kept runs), which stand where those are read.
 */

const MIB = 2 ** 20;

export const BOUNDS = {
  /** Resident memory of one process of a grade with all that it has started, in MiB; `limits.memoryMiB` of an exercise is another number. */
  gradeMemoryMiB: 2048,
  /** Processes of one grade at a time; what pack code asks for beyond them is refused. */
  gradeProcesses: 8,
  /** Resident memory of a run where the exercise says nothing, and the most that any exercise gets: this share of the machine's. */
  memoryShare: 0.75,

  /**
   * Charged seconds of a check, unless it says otherwise (`timeout`): what the program computes, and what it sleeps between question and answer. Waiting for a
   * processor is charged to nobody.
   */
  checkSeconds: { save: 5, run: 120 },
  /** The most that any check gets, whatever it or its process says. */
  mostCheckSeconds: 600,
  /** Seconds by the clock on the wall until a program of ours can be asked, also on a busy machine. */
  startSeconds: 120,
  /** Charged seconds until an implementation has loaded. */
  loadSeconds: 5,
  /**
   * Charged seconds of pack code in the grader by itself, while no question of its is open: a file that loads, a check that draws, expects or judges. A check
   * that gives implementations more time has more.
   */
  packSeconds: 5,
  /** The same of all that pack code does by itself in one grade. */
  packsSeconds: 600,
  /** Processor seconds that a process may take while nothing is asked of it. */
  restSeconds: 10,
  /** Charged seconds of a run, unless the exercise says otherwise (`limits.runSeconds`). */
  runSeconds: 30 * 60,
  /** Processor seconds of all threads of a run, for each second of its limit; a run has at most four threads. */
  runProcessors: 4,
  /** By the clock on the wall everything may take this many times its limit: then the machine was busy. */
  wallFactor: 10,

  /** A whole answer: tensors, text, and 16 for each other value. */
  answerBytes: 64 * MIB,
  answerHandles: 10_000,
  /** One message of a child. Base64 of an answer and what was traced beside it fit. */
  messageBytes: 128 * MIB,
  /** Characters of an answer, as JSON, that travel in one message; a longer one is fetched in parts. */
  answerPartChars: 1024 * 1024,
  /** Values in one message (what JSON makes of a byte may take fifty), and how deep they are nested. */
  messageValues: 6_000_000,
  messageDepth: 200,
  /** Both of a runtime, which tells at most 200 tensors of 64 KiB, or 100,000 points of three values, at a time. */
  partBytes: 24 * MIB,
  partValues: 600_000,
  /** Messages, and bytes of them, that wait to be handled before no more is read. */
  messagesWaiting: 64,
  waitingBytes: 4 * MIB,
  /** Requests of a child (a question to an implementation, a part of a checkpoint) that we answer at once; further ones wait. */
  requestsOpen: 64,

  /** Characters of an error's message, and of its stack. */
  faultChars: 2000,
  stackChars: 16_000,
  /** Characters of any text of a check's result: its message, its title, a path within an answer. */
  textChars: 8000,
  /** Characters of a name: of an export, a method, a series, a span, a plot, a traced tensor. */
  nameChars: 200,
  /** Exports of a module, methods of an object. */
  names: 1000,

  /** Checkpoints of an attempt: bytes of one, of all, and their number. */
  checkpointBytes: 1024 * MIB,
  checkpointsBytes: 2048 * MIB,
  checkpoints: 64,

  /** Characters of what a program prints that are kept from its beginning, and as many from its end. */
  outputChars: 32 * 1024,
  /** What an ended program has printed is read for at most this long. */
  outputMs: 1000,
} as const;

/** Of one message. */
export interface MessageBounds {
  readonly bytes: number;
  readonly values: number;
}

/** The seconds that a grader asks for: pack code runs in its process, and a clock of any length would be none. */
export const grantedSeconds = (seconds: unknown): number =>
  typeof seconds === "number" && seconds > 0 ? Math.min(seconds, BOUNDS.mostCheckSeconds) : BOUNDS.packSeconds;

/** `text`, or its beginning with what is missing of it: at most `chars` characters, so that to shorten it again changes nothing. */
export function shortened(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const kept = Math.max(0, chars - NOTE);
  return `${text.slice(0, kept)}… (${(text.length - kept).toLocaleString("en")} more characters)`;
}

/** What the note takes at most: no string has more than a thousand million characters. */
const NOTE = 35;
