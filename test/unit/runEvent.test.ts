import assert from "node:assert/strict";
import { runEventOf } from "../../extension/protocol/runEvent.ts";
import { encode } from "../../extension/protocol/wire.ts";

const spec = { title: "Loss", series: ["loss"], x: { label: "step", log: true }, band: { label: "accepted", low: 1 }, powerLaw: ["loss"], levels: ["floor"] };

describe("what a runtime declares of a plot", () => {
  it("arrives as it was sent", () => assert.deepEqual(runEventOf(encode({ kind: "plot", plot: spec })), { kind: "plot", plot: spec }));

  const malformed: [name: string, plot: object][] = [
    ["no title", { ...spec, title: undefined }],
    ["a series that is no name", { ...spec, series: [1] }],
    ["an axis that is no axis", { ...spec, x: "log" }],
    ["a band without a label", { ...spec, band: { low: 1 } }],
    ["a band of words", { ...spec, band: { label: "accepted", low: "1" } }],
    ["a law through no name", { ...spec, powerLaw: [1] }],
    ["a law through a name that is no list", { ...spec, powerLaw: "loss" }],
    ["a level without a name", { ...spec, levels: [{ name: "floor", at: 1.2 }] }],
    ["levels that are no list", { ...spec, levels: "floor" }],
  ];
  for (const [name, plot] of malformed) it(`${name} is no event`, () => assert.equal(runEventOf(encode({ kind: "plot", plot })), undefined));
});
