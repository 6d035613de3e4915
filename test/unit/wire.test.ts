import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { decode, encode } from "../../extension/protocol/wire.ts";

const tensor = { dtype: "float32", shape: [2], data: Float32Array.of(1, Number.NaN) } as const;

describe("a value on the wire", () => {
  const same: [name: string, value: unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["numbers that JSON cannot say", [Number.NaN, Infinity, -Infinity, -0]],
    ["a bigint", 10n ** 30n],
    ["a tensor", { answer: [tensor] }],
    ["a list with a hole told as nothing", [1, undefined, "x"]],
  ];
  for (const [name, value] of same) it(`${name} arrives as it was`, () => assert.deepEqual(decode(JSON.parse(JSON.stringify(encode(value)))), value));

  const made: [name: string, value: unknown, arrives: unknown][] = [
    ["a map as a record", new Map([["a", new Map([["b", 1]])]]), { a: { b: 1 } }],
    ["an array of floats as a tensor", Float32Array.of(1, 2), { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) }],
    ["bytes as numbers", Uint8Array.of(1, 255), [1, 255]],
  ];
  for (const [name, value, arrives] of made) it(name, () => assert.deepEqual(decode(encode(value)), arrives));

  it("a live object is a handle where one is made of it", () => {
    const wire = encode({ model: () => 1 }, (live) => (typeof live === "function" ? { handle: 7, methods: ["()"] } : undefined));
    assert.deepEqual(
      decode(wire, ({ handle }) => `object ${handle}`),
      { model: "object 7" },
    );
  });

  const loop: Record<string, unknown> = {};
  loop.self = loop;
  const refused: [name: string, value: unknown, says: string | RegExp][] = [
    ["a function", { layers: [{ name: "a" }, { name: "b", forward: () => 1 }] }, "value.layers[1].forward is a function, which cannot leave the process"],
    ["a symbol in a map", new Map([["key", [[Symbol("s")]]]]), "value.key[0][0] is a symbol, which cannot leave the process"],
    ["the value itself", () => 1, "value is a function, which cannot leave the process"],
    ["what contains itself", loop, /^value(\.self){65} is nested too deeply, or contains itself$/],
  ];
  for (const [name, value, message] of refused)
    it(`${name} is refused, by where it stands`, () => assert.throws(() => encode(value), { name: "TypeError", message }));
});
