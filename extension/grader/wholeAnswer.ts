/** Fetches an answer that came in parts. Learner code runs where it comes from: no part, and nothing of the whole, is more than it may be. */
import { BOUNDS } from "../protocol/bounds.ts";
import { requireExtent } from "../protocol/jsonExtent.ts";
import type { Answered, AnswerPart, CallResult, HeldAnswer } from "../protocol/runtime.ts";
import { AttemptFault } from "./remote.ts";

/** @throws {AttemptFault} what is no answer */
export async function wholeAnswer(result: CallResult, fetch: (part: AnswerPart) => Promise<string>): Promise<CallResult> {
  const { held, ...more } = result;
  return held ? { ...more, ...(await gathered(held, fetch)) } : result;
}

async function gathered({ answer, parts }: HeldAnswer, fetch: (part: AnswerPart) => Promise<string>): Promise<Answered> {
  if (!(parts > 0 && parts <= BOUNDS.messageBytes / BOUNDS.answerPartChars)) throw refusal(`${parts} parts`);
  const texts: string[] = [];
  for (let part = 0; part < parts; part++) {
    const text = await fetch({ answer, part });
    if (typeof text !== "string" || text.length > BOUNDS.answerPartChars) throw refusal("a part that is none");
    texts.push(text);
  }
  return parsed(texts.join(""));
}

function parsed(text: string): Answered {
  try {
    requireExtent(new TextEncoder().encode(text));
    const { value, trace } = JSON.parse(text) as Answered;
    return { value, trace };
  } catch (error) {
    throw refusal(error instanceof SyntaxError ? "something that is no answer" : (error as Error).message);
  }
}

const refusal = (what: string): AttemptFault => new AttemptFault({ kind: "threw", message: `The answer can't be read: it is ${what}.` });
