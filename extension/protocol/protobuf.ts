/**
 * Protocol Buffers as they are written (https://protobuf.dev/programming-guides/encoding), read where they lie and without a schema. Files of strangers are
 * read by this before any library sees them: nothing is copied, nesting costs no more than its bytes, and what is not whole is an error.
 */

/** The bytes are no message. The text goes after "it": "it ends within a field". */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

/** Of a field's value. Groups are none: nobody has written them for years, and readers differ in how they skip them. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** @param type as in `WIRE` @param start of its value, which ends before `end`; the length of a text or message is not part of it */
export type OnField = (field: number, type: number, start: number, end: number) => void;

/** Bytes of a 32-bit and a 64-bit whole number at most. */
const [SHORT, LONG] = [5, 10];

export class MessageReader {
  readonly bytes: Uint8Array;
  #left: number;

  /** @param most fields that are read in all */
  constructor(bytes: Uint8Array, most: number) {
    this.bytes = bytes;
    this.#left = most;
  }

  /** Each field of the message that lies between two places, in order. @throws {MalformedMessage} */
  each(start: number, end: number, onField: OnField): void {
    for (let at = start; at < end; ) {
      if (this.#left-- === 0) throw new MalformedMessage("it has too many fields");
      const tag = this.#number(at, end, SHORT);
      const [field, type] = [Math.floor(tag.value / 8), tag.value % 8];
      if (field === 0 || tag.value >= 2 ** 32) throw new MalformedMessage("it has a field without a number");
      const [from, to] = this.#extent(type, tag.end, end);
      if (to > end) throw new MalformedMessage("it ends within a field");
      onField(field, type, from, to);
      at = to;
    }
  }

  /** The whole number that a varint is; not exact above 2^53. */
  integer(start: number, end: number): number {
    return this.#number(start, end, LONG).value;
  }

  text(start: number, end: number): string {
    return new TextDecoder().decode(this.bytes.subarray(start, end));
  }

  #extent(type: number, at: number, end: number): readonly [from: number, to: number] {
    if (type === WIRE.varint) return [at, this.#number(at, end, LONG).end];
    if (type === WIRE.fixed64) return [at, at + 8];
    if (type === WIRE.fixed32) return [at, at + 4];
    if (type !== WIRE.bytes) throw new MalformedMessage(`it has a field of the unknown kind ${type}`);
    const length = this.#number(at, end, SHORT);
    return [length.end, length.end + length.value];
  }

  #number(start: number, end: number, most: number): { readonly value: number; readonly end: number } {
    let value = 0;
    for (let i = 0; i < most && start + i < end; i++) {
      const byte = this.bytes[start + i] as number;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, end: start + i + 1 };
    }
    throw new MalformedMessage(start + most > end ? "it ends within a number" : "it has a number without an end");
  }
}

/** A field that holds bytes: a text, or a message. */
export function bytesField(field: number, content: Uint8Array): Uint8Array {
  return joined([varint(field * 8 + WIRE.bytes), varint(content.length), content]);
}

/** A field that holds a whole number, at least 0. */
export const varintField = (field: number, value: number): Uint8Array => joined([varint(field * 8 + WIRE.varint), varint(value)]);

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.from([...bytes, rest]);
}
