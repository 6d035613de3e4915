/** A profile of two blocks, small enough to be checked by hand. */
import type { Profile } from "../../extension/protocol/profile.ts";

const node = { calls: 2, bytes: 0, flops: 0, from: [] };

export const forward: Profile = {
  ...{ clock: "computed", ops: true, ms: 103, recordingMs: 3, gigaflops: 40, located: 13 },
  files: ["run.ts", "layers.ts"],
  places: [
    [0, 7, 3],
    [1, 25, 5],
    [1, 54, 9],
  ],
  nodes: [
    { ...node, name: "run", kind: "span", calls: 1, total: 100, self: 10 },
    { ...node, name: "block", kind: "span", parent: 0, total: 85, self: 5, from: [[0, 2, 85]] },
    { ...node, name: "attention", kind: "span", parent: 1, total: 60, self: 10, from: [[0, 2, 60]] },
    { ...node, name: "matMul", kind: "op", parent: 2, calls: 4, total: 30, self: 30, bytes: 4000, flops: 300_000_000, from: [[1, 4, 30]] },
    { ...node, name: "softmax", kind: "op", parent: 2, total: 20, self: 20, bytes: 2000, from: [[1, 2, 20]] },
    { ...node, name: "feedForward", kind: "span", parent: 1, total: 20, self: 5 },
    { ...node, name: "matMul", kind: "op", parent: 5, total: 15, self: 15, bytes: 2000, flops: 400_000_000, from: [[2, 2, 15]] },
    { ...node, name: "randomNormal", kind: "op", parent: 0, calls: 1, total: 5, self: 5 },
  ],
  head: [
    [1, 0, 42.5, 0],
    [2, 0.5, 30, 0],
    [3, 1, 20, 1],
    [4, 21, 9, 1],
    [5, 31, 10, -1],
    [6, 32, 7.5, 2],
    [7, 95, 5, -1],
  ],
  tail: [],
  memory: [
    [21, 1024],
    [30, 4096],
  ],
  peak: { ms: 30, bytes: 4096, node: 3 },
};
