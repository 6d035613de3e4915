/** The safetensors format, against a file written by hand from its description. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { tensor } from "../../extension/protocol/tensor.ts";
import { fromSafetensors, toSafetensors } from "../../extension/runtime/services/safetensors.ts";

/** Length of the header in 8 bytes, the header, the data: all little-endian. */
function byHand(header: string, data: readonly number[]): Uint8Array {
  return Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(header), ...data);
}
const HEADER = '{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]},"__metadata__":{"step":"7"}}';
const DATA = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 0, 1]; // 1 and -2 by IEEE 754

describe("safetensors", () => {
  it("reads a file written by hand", () => {
    const { tensors, metadata } = fromSafetensors(byHand(HEADER, DATA));
    assert.deepEqual(metadata, { step: "7" });
    assert.deepEqual(tensors, { w: tensor([1, -2], [1, 2]), mask: tensor([1, 0, 1], [3], "bool") });
  });

  it("writes what the description asks for", () => {
    const file = toSafetensors({ tensors: { w: tensor([1, -2], [1, 2]), mask: tensor([1, 0, 1], [3], "bool") }, metadata: { step: "7" } });
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    assert.equal(length % 8, 0, "tensors begin at a multiple of 8");
    assert.deepEqual(JSON.parse(Buffer.from(file.subarray(8, 8 + length)).toString()), JSON.parse(HEADER));
    assert.deepEqual([...file.subarray(8 + length)], DATA);
  });

  it("keeps every dtype, shape and value", () => {
    const tensors = {
      scalar: tensor([Number.NaN], []),
      none: tensor([], [0, 4]),
      ids: tensor([-1, 2 ** 31 - 1], [2], "int32"),
      "blocks.0.weight": tensor([1e-30], [1, 1, 1]),
    };
    assert.deepEqual(fromSafetensors(toSafetensors({ tensors, metadata: {} })), { tensors, metadata: {} });
  });

  const broken: [name: string, file: Uint8Array, says: RegExp][] = [
    ["a dtype that is not to be had", byHand('{"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', [0, 0]), /"w" is of dtype BF16/],
    ["a file that was cut off", byHand(HEADER, DATA.slice(0, -1)), /"mask" ends at 11, beyond the end/],
    ["a shape that does not fit", byHand('{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', [0, 0, 0, 0, 0, 0, 0, 0]), /"w" has 2 elements/],
    ["no safetensors at all", new TextEncoder().encode("PK\u0003\u0004 a zip archive"), /a header of \d+ bytes in a file of 18/],
  ];
  for (const [name, file, says] of broken) {
    it(`tells ${name}`, () => assert.throws(() => fromSafetensors(file), says));
  }
});
