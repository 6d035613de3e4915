/** How a property is tried: a bounded number of times, within a bounded time, and again from where it failed. */
import fc from "fast-check";

/** PRACTICUM_FUZZ_SEED and PRACTICUM_FUZZ_PATH, as a failure prints them, try the same again. */
const { PRACTICUM_FUZZ_SEED: seed, PRACTICUM_FUZZ_PATH: path } = process.env;
const REPLAY = { ...(seed !== undefined && { seed: Number(seed) }), ...(path !== undefined && { path }) };
/** Of one property. */
const MOST_MS = 1500;

const options = (runs: number) => ({ numRuns: runs, interruptAfterTimeLimit: MOST_MS, markInterruptAsFailure: false, ...REPLAY }) as const;

export const holds = <T>(values: fc.Arbitrary<T>, property: (value: T) => void, runs = 500): void => fc.assert(fc.property(values, property), options(runs));

export const holdsSoon = <T>(values: fc.Arbitrary<T>, property: (value: T) => Promise<void>, runs = 200): Promise<void> =>
  fc.assert(fc.asyncProperty(values, property), options(runs));

/** Names that lead to what all objects share. */
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "then",
  "valueOf",
  "$tensor",
  "$handle",
  "$number",
  "$bigint",
  "$undefined",
  "methods",
  "dtype",
  "shape",
];

/** Any JSON, with names that mean something to us more often than chance has them. */
export const json: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.oneof(
        fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, 2 ** 53),
        fc.double(),
        fc.integer(),
        fc.string(),
        fc.constantFrom("AAAA", "float32", "bool", "NaN"),
      ),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 5 })), tie("value")), { maxLength: 5 }).map(Object.fromEntries),
    ),
  }))
  .value.map((value) => JSON.parse(JSON.stringify(value) ?? "null"));

/** A value of that kind in which some part is another, at any place. */
export const spoilt = (valid: unknown): fc.Arbitrary<unknown> =>
  fc.tuple(fc.array(fc.nat(), { maxLength: 8 }), json, fc.boolean()).map(([way, part, taken]) => spoiltAt(structuredClone(valid), way, part, taken));

function spoiltAt(value: unknown, way: readonly number[], part: unknown, taken: boolean): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof value !== "object" || value === null || Object.keys(value).length === 0) return part;
  const keys = Object.keys(value);
  const key = keys[step % keys.length] as string;
  const entries = Object.entries(value).flatMap(([name, own]): [string, unknown][] => {
    if (name !== key) return [[name, own]];
    return rest.length === 0 && taken ? [] : [[name, spoiltAt(own, rest, part, taken)]];
  });
  return Array.isArray(value) ? entries.map(([, own]) => own) : Object.fromEntries(entries);
}

/** Nothing that all objects share has come or gone while it ran. */
export function leavesPrototypes<T>(work: () => T): T {
  const before = shared();
  const result = work();
  const after = shared();
  if (before !== after) throw new Error(`what all objects share has changed: ${after}`);
  return result;
}

const shared = (): string => [Object, Array, Function, Map, Promise].map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join()).join(";");
