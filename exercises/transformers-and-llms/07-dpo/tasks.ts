/** What the checks train: policies, and pairs of responses. */
import { type Draw, rows, type Sent, tensor } from "practicum/check";
import type { PolicyWeights, Preferences } from "./surface.ts";

const VOCABULARY = 6;
/** First and last of the tokens that a response is drawn from. */
type Tokens = readonly [number, number];
const ALL: Tokens = [0, VOCABULARY - 1];
const LOWER: Tokens = [0, VOCABULARY / 2 - 1];
const UPPER: Tokens = [VOCABULARY / 2, VOCABULARY - 1];
const PROMPTS = 3;
/** Tokens of a response, at most. */
const LONGEST = 6;

interface Task {
  readonly reference: Sent<PolicyWeights>;
  readonly preferences: Sent<Preferences>;
  readonly heldOut: Sent<Preferences>;
  /** Of each pair that is held out, how likely the judge was to choose as it did. */
  readonly probabilities: readonly number[];
}

/** Random responses to few prompts, by a judge who is not always of one mind. */
export function drawTask(draw: Draw, pairs: number, heldOut = 1): Task {
  const reference = drawPolicy(draw, VOCABULARY);
  const worth = rows(draw.normal([VOCABULARY, VOCABULARY])); // [prompt][token]
  const all = Array.from({ length: pairs + heldOut }, () => drawPair(draw, worth));
  const held = all.slice(pairs);
  return {
    reference,
    preferences: asPreferences(all.slice(0, pairs)),
    heldOut: asPreferences(held),
    probabilities: held.map(({ probability }) => probability),
  };
}

function drawPolicy(draw: Draw, vocabulary: number): Sent<PolicyWeights> {
  const width = 16;
  return {
    promptEmbedding: draw.normal([vocabulary, width], 0, 0.5),
    tokenEmbedding: draw.normal([vocabulary, width], 0, 0.5),
    positionEmbedding: draw.normal([1 + LONGEST, width], 0, 0.5),
    outputWeight: draw.normal([width, vocabulary], 0, 1 / Math.sqrt(width)),
    outputBias: draw.normal([vocabulary], 0, 0.3),
  };
}

interface Answer {
  readonly tokens: readonly number[];
  readonly length: number;
}
interface Pair {
  readonly chosen: Answer;
  readonly rejected: Answer;
}

/** Two responses of random tokens; the judge adds up what they are worth to the prompt, and chooses by Bradley and Terry. */
function drawPair(draw: Draw, worth: readonly (readonly number[])[]): Pair & { readonly probability: number } {
  const prompt = draw.integer(0, PROMPTS - 1);
  const [first, second] = [drawAnswer(draw, prompt, ALL), drawAnswer(draw, prompt, ALL)];
  const reward = ({ tokens, length }: Answer) => tokens.slice(1, 1 + length).reduce((sum, token) => sum + (worth[prompt]?.[token] as number), 0);
  const probability = 1 / (1 + Math.exp(reward(second) - reward(first)));
  return draw.number(0, 1) < probability ? { chosen: first, rejected: second, probability } : { chosen: second, rejected: first, probability: 1 - probability };
}

const drawAnswer = (draw: Draw, prompt: number, [first, last]: Tokens): Answer => ({
  tokens: [prompt, ...Array.from({ length: LONGEST }, () => draw.integer(first, last))],
  length: draw.integer(3, LONGEST),
});

/** What a token stands for in `drawRoles`: rows of the policy's `tokenEmbedding`. */
export const ROLES = ["prompt", "chosen response", "after the chosen response", "rejected response", "after the rejected response"] as const;

/** A token for each role. Of one pair the chosen response is the longer one, of the other the rejected. */
export function drawRoles(draw: Draw): Pick<Task, "reference" | "preferences"> {
  const answer = (token: number, length: number): Answer => ({
    tokens: [0, ...Array.from({ length: LONGEST }, (_, t) => (t < length ? token : token + 1))],
    length,
  });
  const [short, long] = [2, LONGEST - 2];
  return {
    reference: drawPolicy(draw, ROLES.length),
    preferences: asPreferences([
      { chosen: answer(1, short), rejected: answer(3, long) },
      { chosen: answer(1, long), rejected: answer(3, short) },
    ]),
  };
}

/**
 * Pairs of which the reference finds one response likelier by far, by twice `bias` in nats for each token of the other: of the first pair the chosen one, of the
 * next the rejected one, and so on.
 */
export function drawForegone(draw: Draw, pairs = 1, bias = 25): Pick<Task, "reference" | "preferences"> {
  const outputBias = tensor(
    Array.from({ length: VOCABULARY }, (_, token) => (token <= LOWER[1] ? bias : -bias)),
    [VOCABULARY],
  );
  const foregone = (_: unknown, i: number): Pair => {
    const prompt = draw.integer(0, PROMPTS - 1);
    const [likely, unlikely] = [drawAnswer(draw, prompt, LOWER), drawAnswer(draw, prompt, UPPER)];
    return i % 2 === 0 ? { chosen: likely, rejected: unlikely } : { chosen: unlikely, rejected: likely };
  };
  return { reference: { ...drawPolicy(draw, VOCABULARY), outputBias }, preferences: asPreferences(Array.from({ length: pairs }, foregone)) };
}

/** A policy so sure of one response of each pair that σ of its margins is 0 or 1 in float32, where its reference is not. */
export function drawMistaken(draw: Draw): Pick<Task, "reference" | "preferences"> & { readonly policy: Sent<PolicyWeights> } {
  const { reference: policy, preferences } = drawForegone(draw, 2, 100);
  return { reference: drawPolicy(draw, VOCABULARY), preferences, policy };
}

/** One pair ten times, of which the judge chose the other response once. */
export function drawDivided(draw: Draw): Pick<Task, "reference" | "preferences"> {
  const prompt = draw.integer(0, PROMPTS - 1);
  const [chosen, rejected] = [drawAnswer(draw, prompt, LOWER), drawAnswer(draw, prompt, UPPER)];
  const pairs = Array.from({ length: 10 }, (_, i) => (i < 9 ? { chosen, rejected } : { chosen: rejected, rejected: chosen }));
  return { reference: drawPolicy(draw, VOCABULARY), preferences: asPreferences(pairs) };
}

/** As many pairs as prompts: the rows of `promptEmbedding` tell which pairs a training has seen. */
export function drawPrompts(draw: Draw): Pick<Task, "reference" | "preferences"> {
  const prompts = 64;
  return {
    reference: drawPolicy(draw, prompts),
    preferences: asPreferences(
      Array.from({ length: prompts }, (_, prompt) => ({
        chosen: drawAnswer(draw, prompt, [0, prompts - 1]),
        rejected: drawAnswer(draw, prompt, [0, prompts - 1]),
      })),
    ),
  };
}

function asPreferences(pairs: readonly Pair[]): Sent<Preferences> {
  const shape = [pairs.length, 1 + LONGEST];
  const tokens = (answers: readonly Answer[]) =>
    tensor(
      answers.flatMap((answer) => answer.tokens),
      shape,
      "int32",
    );
  const mask = (answers: readonly Answer[]) =>
    tensor(
      answers.flatMap(({ length }) => Array.from({ length: 1 + LONGEST }, (_, t) => (t >= 1 && t <= length ? 1 : 0))),
      shape,
    );
  const [chosen, rejected] = [pairs.map((pair) => pair.chosen), pairs.map((pair) => pair.rejected)];
  return { chosen: tokens(chosen), chosenMask: mask(chosen), rejected: tokens(rejected), rejectedMask: mask(rejected) };
}
