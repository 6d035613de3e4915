/** Seeded numbers: the same for a seed, and distributed as they say. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { RandomStream } from "../../extension/protocol/random.ts";

const DRAWS = 20_000;
/** How often each of `count` outcomes came. */
function frequencies(count: number, draw: () => number): number[] {
  const seen = Array.from({ length: count }, () => 0);
  for (let i = 0; i < DRAWS; i++) {
    const outcome = draw();
    seen[outcome] = (seen[outcome] as number) + 1 / DRAWS;
  }
  return seen;
}
function near(got: readonly number[], want: readonly number[]): void {
  for (const [i, p] of want.entries()) {
    const deviation = Math.sqrt((p * (1 - p)) / DRAWS);
    assert.ok(Math.abs((got[i] as number) - p) <= 4 * deviation, `${got} is not near ${want}`);
  }
}

describe("random stream", () => {
  it("is decided by its seed", () => {
    const drawn = (seed: number) => {
      const stream = new RandomStream(seed);
      return [stream.uniform(), stream.normal(), stream.integer(0, 1e6), ...stream.permutation(9), stream.categorical({ weights: [1, 2, 3] })];
    };
    assert.deepEqual(drawn(5), drawn(5));
    assert.notDeepEqual(drawn(5), drawn(6));
  });

  it("begins anywhere, also for the small seeds that people choose", () => {
    let seed = 0;
    near(
      frequencies(10, () => Math.floor(10 * new RandomStream(seed++).uniform())),
      Array.from({ length: 10 }, () => 0.1),
    );
  });

  const stream = new RandomStream(1);
  const categorical: [name: string, of: Parameters<RandomStream["categorical"]>[0], want: number[]][] = [
    ["probabilities", { weights: [0.1, 0.6, 0.3] }, [0.1, 0.6, 0.3]],
    ["weights that sum to anything", { weights: Float32Array.of(2, 0, 6) }, [0.25, 0, 0.75]],
    ["logits", { logits: [Math.log(1), Math.log(3)] }, [0.25, 0.75]],
    ["logits that would overflow, one of them impossible", { logits: [1000, 1000 + Math.log(4), Number.NEGATIVE_INFINITY] }, [0.2, 0.8, 0]],
    ["logits at a temperature", { logits: [0, 2 * Math.log(3)], temperature: 2 }, [0.25, 0.75]],
  ];
  for (const [name, of, want] of categorical) {
    it(`draws by ${name}`, () =>
      near(
        frequencies(want.length, () => stream.categorical(of)),
        want,
      ));
  }

  it("nothing can be drawn in proportion to nothing", () => {
    for (const weights of [[], [0, 0], [Number.NaN]]) assert.throws(() => stream.categorical({ weights }), /nothing can be drawn/);
  });

  it("every order of three is as likely as another", () => {
    const orders = ["012", "021", "102", "120", "201", "210"];
    near(
      frequencies(6, () => orders.indexOf(stream.permutation(3).join(""))),
      orders.map(() => 1 / 6),
    );
  });

  it("shuffles into a new list", () => {
    const list = ["a", "b", "c", "d"] as const;
    assert.deepEqual([stream.shuffled(list).sort(), list.join("")], [["a", "b", "c", "d"], "abcd"]);
  });

  it("fills a shape, of whole numbers where it is asked for", () => {
    const { dtype, shape, data } = stream.fill([2, 3], () => stream.integer(4, 6), "int32");
    assert.deepEqual([dtype, shape, data.length, data.every((x) => x >= 4 && x <= 6)], ["int32", [2, 3], 6, true]);
  });
});
