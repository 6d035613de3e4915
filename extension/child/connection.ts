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

/** Connects; the process ends when whoever started it goes away. */
export function connect(): MessageConnection {
  const input = new Socket({ fd: FD_IN, readable: true, writable: false });
  input.once("close", () => process.exit(0));
  const connection = createMessageConnection(new SocketMessageReader(input), new BlockingWriter());
  connection.listen();
  return connection;
}

/**
 * Writes at once and waits until it is written, where the library's own writer waits for the event loop: a training loop that never
 * awaits still shows its curve while it runs, and a flood of points is slowed down rather than kept in memory.
 */
class BlockingWriter extends AbstractMessageWriter implements MessageWriter {
  write(message: Message): Promise<void> {
    const body = Buffer.from(JSON.stringify(message), "utf8");
    const frame = Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
    try {
      for (let written = 0; written < frame.length; ) written += writeSync(FD_OUT, frame, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
      process.exit(0); // nobody listens any more
    }
    return Promise.resolve();
  }
  end(): void {}
}
