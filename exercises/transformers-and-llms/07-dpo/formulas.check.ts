import { check, type Draw, near, type Remote, type TensorData, tensor } from "practicum/check";
import { logProbabilitiesOf, lossOf, type Pairs, ROUNDING, rewardsOf } from "./arithmetic.ts";
import type { Surface } from "./surface.ts";

check<Surface>("the log-probability of a response is a sum over its tokens", {
  points: 2,
  when: "save",
  catches: ["tokens-not-shifted", "prompt-counted", "mean-over-length", "scores-not-normalised"],
  hint: "The logits at place t are about token t + 1. Which tokens count, the mask says.",
  ask: (impl, draw) => {
    const { logits, tokens, mask } = drawSequences(draw);
    return impl.sequenceLogProbability(logits, tokens, mask);
  },
  expect: near.value((draw) => {
    const { logits, tokens, mask } = drawSequences(draw);
    return tensor(logProbabilitiesOf(logits, tokens, mask), [tokens.shape[0] as number]);
  }, ROUNDING),
});

/** Prompts of 1 to 3 tokens, then responses of different lengths, then padding. */
function drawSequences(draw: Draw): { logits: TensorData; tokens: TensorData; mask: TensorData } {
  const [batch, time, vocabulary] = [draw.integer(4, 6), draw.integer(8, 10), draw.integer(5, 7)];
  const prompt = draw.integer(1, 3);
  const lengths = Array.from({ length: batch }, () => draw.integer(2, time - prompt - 1));
  const mask = lengths.flatMap((length) => Array.from({ length: time }, (_, t) => (t >= prompt && t < prompt + length ? 1 : 0)));
  return {
    logits: draw.normal([batch, time, vocabulary], 0.5, 2),
    tokens: draw.integers([batch, time], 0, vocabulary - 1),
    mask: tensor(mask, [batch, time]),
  };
}

check<Surface>("the implicit reward is β times the log-ratio to the reference", {
  points: 1,
  when: "save",
  catches: ["no-reference", "beta-forgotten", "beta-divides", "beta-of-policy-only", "ratio-upside-down"],
  hint: "ln(p / q) is ln p - ln q.",
  ask: (impl, draw) => {
    const { policyChosen, referenceChosen, beta } = drawPairs(draw);
    return impl.implicitReward(policyChosen, referenceChosen, beta);
  },
  expect: near.value((draw) => {
    const { policyChosen, referenceChosen, beta } = drawPairs(draw);
    return tensor(rewardsOf(policyChosen, referenceChosen, beta), [policyChosen.data.length]);
  }, ROUNDING),
});

/** @param far how far the policy has moved from the reference, in nats */
function drawPairs(draw: Draw, far = 4): Pairs {
  const shape = [draw.integer(5, 9)];
  const [referenceChosen, referenceRejected] = [draw.uniform(shape, -30, -5), draw.uniform(shape, -30, -5)];
  const moved = ({ data }: TensorData) =>
    tensor(
      Array.from(data, (x) => x + draw.number(-far, far)),
      shape,
    );
  return { referenceChosen, referenceRejected, policyChosen: moved(referenceChosen), policyRejected: moved(referenceRejected), beta: draw.number(0.1, 0.5) };
}

const lossBy = (impl: Remote<Surface>, { policyChosen, policyRejected, referenceChosen, referenceRejected, beta }: Pairs): Promise<TensorData> =>
  impl.dpoLoss(policyChosen, policyRejected, referenceChosen, referenceRejected, beta);

check<Surface>("the loss is the mean of -ln σ(chosen reward - rejected reward)", {
  points: 3,
  when: "save",
  catches: ["no-reference", "beta-forgotten", "beta-divides", "sign-flipped", "sigmoid-without-log", "loss-in-bits", "loss-summed", "loss-of-the-mean"],
  hint: "Which of the two is to have the larger reward, and what is the loss when it has?",
  ask: (impl, draw) => lossBy(impl, drawPairs(draw)),
  expect: near.value((draw) => tensor([lossOf(drawPairs(draw))], []), ROUNDING),
});

check<Surface>("a policy that has not moved from its reference loses ln 2", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["no-reference", "beta-of-policy-only", "sigmoid-without-log", "loss-in-bits", "loss-summed"],
  hint: "Where policy and reference agree, all rewards are 0 and the judge's choice is a toss of a coin to the model.",
  ask: (impl, draw) => lossBy(impl, drawPairs(draw, 0)),
  expect: near.value(tensor([Math.LN2], []), ROUNDING),
});

check<Surface>("the loss stays finite however wrong the policy is", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["log-of-sigmoid", "sigmoid-without-log"],
  hint: "σ(-200) is 0 in float32, and its logarithm is not finite. -ln σ(m) = ln(1 + e^-m) can be computed without it.",
  ask: (impl, draw) => lossBy(impl, drawPairs(draw, 10_000)),
  expect: near.value((draw) => tensor([lossOf(drawPairs(draw, 10_000))], []), ROUNDING),
});
