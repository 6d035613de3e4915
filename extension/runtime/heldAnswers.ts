/** Answers that are too large for one message: they wait as text until they are fetched, a part at a time. */
import { BOUNDS } from "../protocol/bounds.ts";
import type { Answered, AnswerPart, HeldAnswer } from "../protocol/runtime.ts";

const held = new Map<number, string>();
let last = 0;

/** @returns the answer where it is small, else what to fetch it by @throws {Error} when it is larger than anybody reads */
export function whole(answer: Answered): Answered & { readonly held?: HeldAnswer } {
  const text = JSON.stringify(answer);
  if (text.length <= BOUNDS.answerPartChars) return answer;
  if (text.length > BOUNDS.messageBytes)
    throw new Error(`The answer is too large: with what was traced it has more than ${BOUNDS.messageBytes / 2 ** 20} MiB.`);
  held.set(++last, text);
  return { value: null, trace: null, held: { answer: last, parts: Math.ceil(text.length / BOUNDS.answerPartChars) } };
}

export function partOf({ answer, part }: AnswerPart): string {
  const text = held.get(answer);
  if (text === undefined) throw new Error(`no answer ${answer} is held`);
  const [from, to] = [part * BOUNDS.answerPartChars, (part + 1) * BOUNDS.answerPartChars];
  if (to >= text.length) held.delete(answer);
  return text.slice(from, to);
}
