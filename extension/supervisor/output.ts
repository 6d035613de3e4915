/** What a program prints: its beginning is told at once, of a long one the end when it is known to be the end, with what is missing between. */
import { BOUNDS } from "../protocol/bounds.ts";

export class Output {
  readonly #tell: (text: string) => void;
  #told = 0;
  /** The newest, in pieces. */
  #end: string[] = [];
  #kept = 0;
  #missing = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  add(text: string): void {
    const room = Math.max(0, BOUNDS.outputChars - this.#told);
    if (room > 0) {
      this.#told += Math.min(room, text.length);
      this.#tell(text.slice(0, room));
    }
    if (text.length > room) this.#keep(text.slice(room));
  }

  /** Nothing more is printed. */
  finish(): void {
    if (this.#kept === 0) return;
    const end = this.#end.join("");
    const missing = this.#missing + Math.max(0, end.length - BOUNDS.outputChars);
    const note = missing > 0 ? `\n(${missing.toLocaleString("en")} characters that were printed here are not shown)\n` : "";
    this.#tell(note + end.slice(-BOUNDS.outputChars));
    this.#end = [];
    this.#kept = 0;
  }

  #keep(text: string): void {
    this.#end.push(text);
    this.#kept += text.length;
    while (this.#kept - (this.#end[0] as string).length >= BOUNDS.outputChars) {
      const oldest = (this.#end.shift() as string).length;
      this.#kept -= oldest;
      this.#missing += oldest;
    }
  }
}
