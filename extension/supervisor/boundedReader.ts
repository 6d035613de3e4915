/**
 * Messages from a child, under bounds: nothing of a message is kept beyond what one may have, none is made into objects before it is known how many, and while
 * messages wait to be handled no more is read, so that a flood waits in the child.
 */
import type { Readable, Writable } from "node:stream";
import { AbstractMessageReader, type DataCallback, Disposable, Message, StreamMessageWriter } from "vscode-jsonrpc/node";
import { BOUNDS, type MessageBounds } from "../protocol/bounds.ts";
import { requireExtent } from "../protocol/jsonExtent.ts";

/** A message begins so; other headers are not ours. */
const HEADER = /^Content-Length: (\d{1,12})\r\n\r\n/;
const LONGEST_HEADER = 64;

export class BoundedReader extends AbstractMessageReader {
  readonly #stream: Readable;
  readonly #bounds: MessageBounds;
  readonly #refuse: (why: string) => void;
  /** What has come and is not taken yet. */
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes of the message that is being received. */
  #wanted: number | undefined;
  readonly #waiting: { readonly message: Message; readonly bytes: number }[] = [];
  #waitingBytes = 0;
  #handling = false;
  #refused = false;
  /** Requests that are not answered yet. */
  #open = 0;
  #goOn: (() => void) | undefined;
  readonly #idle: (() => void)[] = [];

  /** @param bounds of one message @param refuse hears once of a message that is none, or beyond a bound; nothing is read after it */
  constructor(stream: Readable, bounds: MessageBounds, refuse: (why: string) => void) {
    super();
    this.#stream = stream;
    this.#bounds = bounds;
    this.#refuse = refuse;
  }

  listen(callback: DataCallback): Disposable {
    this.#stream.on("data", (chunk: Buffer) => this.#take(chunk, callback));
    this.#stream.on("error", (error) => this.fireError(error));
    this.#stream.on("close", () => this.fireClose());
    return Disposable.create(() => this.#stream.removeAllListeners("data"));
  }

  /** Of the requests that were handled, one is answered. */
  answered(): void {
    this.#open--;
    if (this.#goOn) setImmediate(this.#goOn);
    this.#goOn = undefined;
  }

  /** Resolves when all that has come is handled. */
  async handled(): Promise<void> {
    if (this.#handling) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #take(chunk: Buffer, callback: DataCallback): void {
    if (this.#refused) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        this.#waiting.push(next);
        this.#waitingBytes += next.bytes;
      }
    } catch (error) {
      this.#refused = true;
      this.#chunks = [];
      this.#refuse((error as Error).message);
      return;
    }
    if (this.#waiting.length > BOUNDS.messagesWaiting || this.#waitingBytes > BOUNDS.waitingBytes) this.#stream.pause();
    if (!this.#handling && this.#waiting.length > 0) this.#handle(callback);
  }

  /** One for each turn of the event loop, which is the pace at which the connection handles them. */
  #handle(callback: DataCallback): void {
    if (this.#open >= BOUNDS.requestsOpen) {
      this.#goOn = () => this.#handle(callback);
      return;
    }
    const next = this.#waiting.shift();
    this.#handling = next !== undefined;
    if (next) {
      this.#waitingBytes -= next.bytes;
      if (Message.isRequest(next.message)) this.#open++;
      callback(next.message);
      setImmediate(() => this.#handle(callback));
    } else {
      if (this.#stream.isPaused()) this.#stream.resume();
      for (const resolve of this.#idle.splice(0)) setImmediate(resolve);
    }
  }

  #next(): { readonly message: Message; readonly bytes: number } | undefined {
    this.#wanted ??= this.#header();
    if (this.#wanted === undefined || this.#length < this.#wanted) return undefined;
    const body = this.#read(this.#wanted);
    this.#wanted = undefined;
    requireExtent(body, this.#bounds.values);
    return { message: parsed(body), bytes: body.length };
  }

  /** @returns the length of the message that follows, once its header is whole */
  #header(): number | undefined {
    const start = this.#peek(LONGEST_HEADER).toString("latin1");
    const [header, digits] = HEADER.exec(start) ?? [];
    if (header === undefined) {
      if (start.length >= LONGEST_HEADER || (start.length > 0 && !"Content-Length: ".startsWith(start.slice(0, 16))))
        throw new Error("something that is no message");
      return undefined;
    }
    this.#read(header.length);
    const length = Number(digits);
    const { bytes } = this.#bounds;
    if (length > bytes) throw new Error(`a message of ${mib(length)} MiB; at most ${mib(bytes)} MiB can be read`);
    return length;
  }

  #peek(count: number): Buffer {
    return (this.#chunks[0]?.length ?? 0) >= count ? (this.#chunks[0] as Buffer).subarray(0, count) : Buffer.concat(this.#chunks).subarray(0, count);
  }

  #read(count: number): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#length);
    const rest = all.subarray(count);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return all.subarray(0, count);
  }
}

/** Tells the reader of the same child of each answer. */
export class AnsweringWriter extends StreamMessageWriter {
  readonly #reader: BoundedReader;
  constructor(stream: Writable, reader: BoundedReader) {
    super(stream);
    this.#reader = reader;
  }
  override write(message: Message): Promise<void> {
    if (Message.isResponse(message)) this.#reader.answered();
    return super.write(message);
  }
}

const mib = (bytes: number): string => Math.ceil(bytes / 2 ** 20).toLocaleString("en");

function parsed(body: Buffer): Message {
  try {
    const message: unknown = JSON.parse(body.toString("utf8"));
    if (typeof message === "object" && message !== null) return message as Message;
  } catch {
    // told below
  }
  throw new Error("something that is no message");
}
