/** The child's end of the protocol. Descriptors 0, 1 and 2 stay the program's own. */
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { AbstractMessageWriter, createMessageConnection, Message, type MessageConnection, type MessageWriter, SocketMessageReader } from "vscode-jsonrpc/node";
import { BOUNDS } from "../protocol/bounds.ts";
import { FD_IN, FD_OUT, IMPLEMENTATION_FAULT } from "../protocol/runtime.ts";
import { pause } from "./pause.ts";

/** Connects; the process ends when whoever started it goes away. */
export function connect(writer: MessageWriter = new ChannelWriter()): MessageConnection {
  const input = new Socket({ fd: FD_IN, readable: true, writable: false });
  input.once("close", () => process.exit(0));
  const connection = createMessageConnection(new SocketMessageReader(input), writer);
  connection.listen();
  return connection;
}

/**
 * Writes at once, where the library's own writer waits for the event loop: a training loop that never awaits still shows its curve while it runs.
 * An answer is written until it is written; an offer is not taken while the channel is full, so that a slow listener holds nothing up.
 */
export class ChannelWriter extends AbstractMessageWriter implements MessageWriter {
  /** Owns the descriptor, and makes a full channel something that is told instead of waited for. */
  readonly #channel = new Socket({ fd: FD_OUT, readable: false, writable: true }).unref();
  /** Of messages that were taken, what has not found room yet. */
  #rest: Buffer = Buffer.alloc(0);

  write(message: Message): Promise<void> {
    this.#rest = Buffer.concat([this.#rest, answering(message)]);
    while (!this.#flush()) pause();
    return Promise.resolve();
  }

  /** @returns whether the message was taken */
  offer(message: Message): boolean {
    if (!this.#flush()) return false;
    try {
      this.#rest = frameOf(message);
    } catch (error) {
      if (error instanceof TooLarge) return true; // taken, and left out
      throw error;
    }
    this.#flushSoon();
    return true;
  }

  end(): void {
    this.#channel.destroy();
  }

  #flushSoon(): void {
    if (!this.#flush()) setTimeout(() => this.#flushSoon(), 1);
  }

  /** Writes what there is room for. @returns whether that is all */
  #flush(): boolean {
    try {
      while (this.#rest.length > 0) this.#rest = this.#rest.subarray(writeSync(FD_OUT, this.#rest));
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(0); // nobody listens any more
      if (code !== "EAGAIN") throw error;
      return false;
    }
  }
}

/** A message that nobody would read. */
class TooLarge extends Error {}

/** An answer that is too large is answered by saying so; another message is refused. @throws {TooLarge} */
function answering(message: Message): Buffer {
  try {
    return frameOf(message);
  } catch (error) {
    if (!(error instanceof TooLarge) || !Message.isResponse(message)) throw error;
    const { jsonrpc, id } = message;
    const fault = { kind: "threw", message: error.message };
    return frameOf({ jsonrpc, id, error: { code: IMPLEMENTATION_FAULT, message: error.message, data: fault } } as Message);
  }
}

function frameOf(message: Message): Buffer {
  const body = Buffer.from(textOf(message), "utf8");
  if (body.length > BOUNDS.messageBytes) throw new TooLarge(TOO_LARGE);
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

function textOf(message: Message): string {
  try {
    return JSON.stringify(message);
  } catch (error) {
    throw error instanceof RangeError ? new TooLarge(TOO_LARGE) : error; // no string is that long
  }
}

const TOO_LARGE = `The answer is too large: with what was traced it has more than ${BOUNDS.messageBytes / 2 ** 20} MiB.`;
