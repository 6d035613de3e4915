/** The child's end of the protocol. Descriptors 0, 1 and 2 stay the program's own. */
import { Socket } from "node:net";
import { AbstractMessageWriter, createMessageConnection, type Message, type MessageConnection, type MessageWriter, SocketMessageReader } from "vscode-jsonrpc/node";
import { FD_IN, FD_OUT } from "../protocol/runtime.ts";

/** Connects; the process ends when whoever started it goes away. */
export function connect(): MessageConnection {
  const input = new Socket({ fd: FD_IN, readable: true, writable: false });
  const output = new Socket({ fd: FD_OUT, readable: false, writable: true });
  const leave = () => process.exit(0);
  input.once("close", leave);
  output.once("error", leave);
  const connection = createMessageConnection(new SocketMessageReader(input), new ImmediateWriter(output));
  connection.listen();
  return connection;
}

/**
 * Writes at once, where the library's own writer waits for the event loop: a learner's training loop that never awaits
 * still shows its curve while it runs.
 */
class ImmediateWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #socket: Socket;
  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }
  write(message: Message): Promise<void> {
    const body = Buffer.from(JSON.stringify(message), "utf8");
    this.#socket.cork();
    this.#socket.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#socket.write(body);
    this.#socket.uncork();
    return Promise.resolve();
  }
  end(): void {
    this.#socket.end();
  }
}
