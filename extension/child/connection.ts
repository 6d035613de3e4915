/** The child's end of the protocol. Descriptors 0, 1 and 2 stay the program's own. */
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import {
  AbstractMessageWriter,
  createMessageConnection,
  type Message,
  type MessageConnection,
  type MessageWriter,
  SocketMessageReader,
} from "vscode-jsonrpc/node";
import { FD_IN, FD_OUT } from "../protocol/runtime.ts";
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
    this.#rest = Buffer.concat([this.#rest, frameOf(message)]);
    while (!this.#flush()) pause();
    return Promise.resolve();
  }

  /** @returns whether the message was taken */
  offer(message: Message): boolean {
    if (!this.#flush()) return false;
    this.#rest = frameOf(message);
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

function frameOf(message: Message): Buffer {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}
