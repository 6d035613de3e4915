/** What a person sees: colours and a progress bar on a terminal, plain lines elsewhere. */
import { createInterface } from "node:readline/promises";
import { Format, type GenericFormatter, MultiBar, type SingleBar } from "cli-progress";
import pc from "picocolors";
import { printable } from "../exercise/plainText.ts";

export type Colors = ReturnType<typeof pc.createColors>;

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
    const shown = printable(text);
    if (this.#bars) this.#bars.log(shown.endsWith("\n") ? shown : `${shown}\n`);
    else process.stdout.write(shown);
  }

  /** Shows how far something has come, with a few words beside; on a terminal only. */
  progress(done: number, total: number, words: string): void {
    if (!this.#interactive) return;
    this.#bars ??= new MultiBar({ format, barsize: 24, hideCursor: true, clearOnComplete: true, gracefulExit: false });
    this.#bar ??= this.#bars.create(total, done, { words });
    this.#bar.setTotal(total);
    this.#bar.update(done, { words });
  }

  /** Asks a question; undefined when nobody is there to answer it. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean | undefined> {
    if (!this.#interactive || !process.stdin.isTTY) return undefined;
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
    } finally {
      lines.close();
    }
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
