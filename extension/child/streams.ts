/** Standard streams without handles: what a program prints is written at once, and what stands behind a socket or a file is not to be had by them. */
import { writeSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { pause } from "./pause.ts";

/** In the place of Node's own, which are made when they are first looked at: so before anything was printed. */
export function replaceStreams(): void {
  const streams = { stdin: Readable.from([]), stdout: printing(1), stderr: printing(2) };
  for (const [name, value] of Object.entries(streams)) Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
}

const printing = (descriptor: number): Writable =>
  new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _, done) {
      done(written(descriptor, chunk));
    },
  });

/** Waits where the reader is slow: what was printed before a program ends is there. @returns why it could not be written */
function written(descriptor: number, chunk: Buffer): Error | undefined {
  for (let rest = chunk; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return undefined; // nobody reads any more, which is nobody's fault
      if (code !== "EAGAIN") return error as Error;
      pause();
    }
  }
  return undefined;
}
