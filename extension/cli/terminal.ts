/**
 * What a person sees: colours and a progress bar on a terminal, plain lines elsewhere. The only place that writes to standard output and standard error, so that
 * no text of a pack, an attempt or a file name moves the cursor, colours or hides what is ours, or stands for a line of ours.
 */
import { createInterface } from "node:readline/promises";
import { Format, type GenericFormatter, MultiBar, type SingleBar } from "cli-progress";
import pc from "picocolors";
import { plain, printable, readable, shownJson } from "../protocol/plainText.ts";

export type Colors = ReturnType<typeof pc.createColors>;

/** A bar's words are one line, and leave room for the bar. */
const MOST_WORDS = 100;
const RESET = "\u001b[0m";

export class Terminal {
  readonly colors: Colors;
  readonly #silent: boolean;
  readonly #interactive: boolean;
  #bars: MultiBar | undefined;
  #bar: SingleBar | undefined;

  /** @param options.silent nothing but the result is wanted */
  constructor({ silent = false }: { readonly silent?: boolean }) {
    this.#silent = silent;
    this.#interactive = !silent && process.stdout.isTTY === true;
    this.colors = pc.createColors(this.#interactive && !process.env.NO_COLOR);
  }

  /** Prints a line, above the progress bar if there is one. */
  print(line = ""): void {
    this.write(`${line}\n`);
  }

  /** Prints what a program printed, or a stranger wrote: neither moves the cursor. */
  write(text: string): void {
    if (this.#silent) return;
    const shown = this.#shown(text);
    if (this.#bars) this.#bars.log(shown.endsWith("\n") ? shown : `${shown}\n`);
    else process.stdout.write(shown);
  }

  /** Says something beside the result, as one entry: its further lines are set back. */
  warn(text: string): void {
    this.writeAside(`${readable(text).trimEnd().replaceAll("\n", "\n  ")}\n`);
  }

  /** What goes to standard error: what a program printed, or why there is no result. */
  writeAside(text: string): void {
    const shown = this.#shown(text);
    if (this.#bars) this.#bars.log(shown.endsWith("\n") ? shown : `${shown}\n`);
    else process.stderr.write(shown);
  }

  /** The one object that `--json` asks for. */
  writeJson(value: object): void {
    process.stdout.write(`${shownJson(JSON.stringify(value, null, 2))}\n`);
  }

  /** Shows how far something has come, with a few words beside; on a terminal only. */
  progress(done: number, total: number, words: string): void {
    if (!this.#interactive) return;
    this.#bars ??= new MultiBar({ format, barsize: 24, hideCursor: true, clearOnComplete: true, gracefulExit: false });
    const shown = plain(words).slice(0, MOST_WORDS);
    this.#bar ??= this.#bars.create(total, done, { words: shown });
    this.#bar.setTotal(total);
    this.#bar.update(done, { words: shown });
  }

  /** Asks a question; undefined when nobody is there to answer it. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean | undefined> {
    if (!this.#interactive || !process.stdin.isTTY) return undefined;
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return /^y(es)?$/i.test((await lines.question(`${plain(question)} [y/N] `, { signal })).trim());
    } finally {
      lines.close();
    }
  }

  /** Colours end with the text; where there are none, a stranger has none either. */
  #shown(text: string): string {
    if (!this.colors.isColorSupported) return readable(text);
    const shown = printable(text);
    return shown.includes(RESET[0] as string) ? shown.replace(/\n?$/, (end) => `${RESET}${end}`) : shown;
  }

  /** Takes the progress bar away. */
  endProgress(): void {
    this.#bars?.update(); // prints the lines that still wait
    this.#bars?.stop();
    this.#bars = undefined;
    this.#bar = undefined;
  }
}

/** Without a known end there is no bar, only the words. */
const format: GenericFormatter = (options, { progress, total }, { words }) =>
  total > 0 ? ` ${Format.BarFormat(progress, options)} ${Math.floor(progress * 100)}%  ${words}` : `  ${words}`;
