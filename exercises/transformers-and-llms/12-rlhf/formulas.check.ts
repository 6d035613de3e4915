import { check, type Draw, near, rows, type TensorData, tensor } from "practicum/check";
import { map, mean, ROUNDING } from "./arithmetic.ts";
import type { Surface } from "./surface.ts";

check<Surface>("the preference loss is the mean of -ln σ(chosen - rejected)", {
  points: 1,
  when: "save",
  catches: ["preference-sign-flipped", "preference-without-log", "preference-summed"],
  hint: "What is the loss when the chosen response has the much larger score?",
  ask: (impl, draw) => {
    const { chosen, rejected } = drawScores(draw);
    return impl.preferenceLoss(chosen, rejected);
  },
  expect: near.value((draw) => {
    const { chosen, rejected } = drawScores(draw);
    return tensor([mean(Array.from(chosen.data, (score, i) => Math.log1p(Math.exp((rejected.data[i] as number) - score))))], []);
  }, ROUNDING),
});

function drawScores(draw: Draw): { chosen: TensorData; rejected: TensorData } {
  const shape = [draw.integer(5, 9)];
  return { chosen: draw.normal(shape, 1, 2), rejected: draw.normal(shape, 0, 2) };
}

check<Surface>("the preference loss stays finite however wrong the scores are", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["preference-sign-flipped", "preference-without-log"],
  hint: "e^200 is infinite in float32. ln(1 + e^z) can be computed without it: `tf.softplus`.",
  ask: (impl, draw) => {
    const { chosen, rejected } = drawScores(draw);
    return impl.preferenceLoss(
      map((x) => x - 200, chosen),
      rejected,
    );
  },
  expect: near.value((draw) => {
    const { chosen, rejected } = drawScores(draw);
    return tensor([mean(Array.from(chosen.data, (score, i) => (rejected.data[i] as number) - score + 200))], []); // ln(1 + e^z) is z there
  }, ROUNDING),
});

/** What PPO computes with: [batch, time] each. */
interface Rollout {
  readonly scores: TensorData;
  /** ln p, now and when the tokens were sampled; and by the reference. */
  readonly now: TensorData;
  readonly sampled: TensorData;
  readonly reference: TensorData;
  readonly rewards: TensorData;
  readonly values: TensorData;
  readonly advantages: TensorData;
  readonly beta: number;
  readonly epsilon: number;
  readonly gamma: number;
  readonly lambda: number;
}

/** Ratios on both sides of the band, with advantages of both signs. */
function drawRollout(draw: Draw): Rollout {
  const shape = [draw.integer(5, 7), draw.integer(3, 4)];
  const sampled = draw.uniform(shape, -3, -0.5);
  const around = (deviation: number) =>
    tensor(
      Array.from(sampled.data, (x) => x + draw.number(-deviation, deviation)),
      shape,
    );
  return {
    scores: draw.normal([shape[0] as number]),
    now: around(0.7),
    sampled,
    reference: around(1),
    rewards: draw.normal(shape),
    values: draw.normal(shape),
    advantages: draw.normal(shape),
    beta: draw.number(0.1, 0.5),
    epsilon: draw.number(0.1, 0.3),
    gamma: draw.number(0.6, 0.9),
    lambda: draw.number(0.5, 0.9),
  };
}

check<Surface>("KL is estimated by ln p of the policy less ln p of the reference", {
  points: 1,
  when: "save",
  catches: ["kl-upside-down", "kl-without-sign"],
  hint: "The tokens are the policy's own samples: the mean of this difference over them is KL(policy ‖ reference).",
  ask: (impl, draw) => {
    const { sampled, reference } = drawRollout(draw);
    return impl.klEstimate(sampled, reference);
  },
  expect: near.value((draw) => {
    const { sampled, reference } = drawRollout(draw);
    return map((p, q) => p - q, sampled, reference);
  }, ROUNDING),
});

check<Surface>("every token pays for its KL, the last one earns the score", {
  points: 2,
  when: "save",
  catches: ["score-at-every-token", "score-at-the-first-token", "penalty-added", "beta-forgotten"],
  hint: "-β times the log-ratio at every token, and the score once.",
  ask: (impl, draw) => {
    const { scores, sampled, reference, beta } = drawRollout(draw);
    return impl.tokenRewards(scores, sampled, reference, beta);
  },
  expect: near.value((draw) => {
    const { scores, sampled, reference, beta } = drawRollout(draw);
    const time = sampled.shape[1] as number;
    const penalties = map((p, q) => -beta * (p - q), sampled, reference);
    return tensor(
      Array.from(penalties.data, (penalty, i) => penalty + (i % time === time - 1 ? (scores.data[Math.floor(i / time)] as number) : 0)),
      sampled.shape,
    );
  }, ROUNDING),
});

check<Surface>("an advantage is the sum of (γλ)^k δ, a return the advantage plus the value", {
  points: 3,
  when: "save",
  catches: ["next-value-forgotten", "value-not-subtracted", "lambda-forgotten", "gamma-forgotten", "returns-are-advantages"],
  hint: "δ = r + γ V(next) - V, where V after the last token is 0. Begin at the last token.",
  ask: (impl, draw) => {
    const { rewards, values, gamma, lambda } = drawRollout(draw);
    return impl.advantages(rewards, values, gamma, lambda);
  },
  expect: near.value((draw) => {
    const { rewards, values, gamma, lambda } = drawRollout(draw);
    const advantages = estimates(rewards, values, gamma, lambda);
    return { advantages, returns: map((a, v) => a + v, advantages, values) };
  }, ROUNDING),
});

/** By the sum itself, not by recursion, in float64. */
function estimates(rewards: TensorData, values: TensorData, gamma: number, lambda: number): TensorData {
  const [r, v] = [rows(rewards), rows(values)];
  const sums = r.flatMap((row, b) => {
    const surprise = row.map((reward, t) => reward + gamma * (v[b]?.[t + 1] ?? 0) - (v[b]?.[t] as number));
    return row.map((_, t) => surprise.slice(t).reduce((sum, x, k) => sum + (gamma * lambda) ** k * x, 0));
  });
  return tensor(sums, rewards.shape);
}

check<Surface>("with λ = 1 a return is the discounted sum of what is still to come", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["next-value-forgotten", "value-not-subtracted", "gamma-forgotten", "returns-are-advantages"],
  hint: "All values but the first cancel out of the sum of δ.",
  ask: async (impl, draw) => {
    const { rewards, values, gamma } = drawRollout(draw);
    return (await impl.advantages(rewards, values, gamma, 1)).returns;
  },
  expect: near.value((draw) => {
    const { rewards, gamma } = drawRollout(draw);
    const sums = rows(rewards).flatMap((row) => row.map((_, t) => row.slice(t).reduce((sum, reward, k) => sum + gamma ** k * reward, 0)));
    return tensor(sums, rewards.shape);
  }, ROUNDING),
});

check<Surface>("the policy loss takes the smaller of the plain and the clipped product", {
  points: 3,
  when: "save",
  catches: ["policy-sign", "ratio-not-exponentiated", "ratio-upside-down", "only-the-clipped-ratio", "larger-of-the-two", "not-clipped"],
  hint: "ratio = p now / p when sampled. Minus the mean of min(ratio · A, clipped ratio · A).",
  ask: (impl, draw) => {
    const { now, sampled, advantages, epsilon } = drawRollout(draw);
    return impl.policyLoss(now, sampled, advantages, epsilon);
  },
  expect: near.value((draw) => {
    const { now, sampled, advantages, epsilon } = drawRollout(draw);
    const products = map(
      (n, s, a) => {
        const ratio = Math.exp(n - s);
        return Math.min(ratio * a, Math.min(1 + epsilon, Math.max(1 - epsilon, ratio)) * a);
      },
      now,
      sampled,
      advantages,
    );
    return tensor([-mean(Array.from(products.data))], []);
  }, ROUNDING),
});

check<Surface>("a policy that has not moved since it sampled loses minus the mean advantage", {
  points: 1,
  when: "save",
  hidden: true,
  catches: ["policy-sign", "ratio-not-exponentiated"],
  hint: "Its ratios are all 1.",
  ask: (impl, draw) => {
    const { sampled, advantages, epsilon } = drawRollout(draw);
    return impl.policyLoss(sampled, sampled, advantages, epsilon);
  },
  expect: near.value((draw) => tensor([-mean(Array.from(drawRollout(draw).advantages.data))], []), ROUNDING),
});

check<Surface>("the value loss is half the mean squared error", {
  points: 1,
  when: "save",
  catches: ["value-loss-not-halved", "value-loss-absolute"],
  hint: "Over all tokens of all responses.",
  ask: (impl, draw) => {
    const { values, rewards } = drawRollout(draw);
    return impl.valueLoss(values, rewards);
  },
  expect: near.value((draw) => {
    const { values, rewards } = drawRollout(draw);
    return tensor([mean(Array.from(map((v, g) => (v - g) ** 2 / 2, values, rewards).data))], []);
  }, ROUNDING),
});
