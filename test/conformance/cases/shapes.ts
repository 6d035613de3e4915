/** Numbers that move: heads, caches, embeddings, masks. */
import { type Case, shape, whole } from "../case.ts";
import { at, build, reshape, transposed } from "../doubles.ts";

export const shapes: readonly Case[] = [
  { name: "reshape", inputs: [shape(2, 6)], ask: (tf, [x]) => tf.reshape(x, [3, 4]), expect: ([x]) => reshape(x, [3, 4]) },
  { name: "transpose", inputs: [shape(3, 4)], ask: (tf, [x]) => tf.transpose(x), expect: ([x]) => transposed(x) },
  {
    name: "transpose into heads",
    inputs: [shape(2, 3, 4, 5)],
    ask: (tf, [x]) => tf.transpose(x, [0, 2, 1, 3]),
    expect: ([x]) => build([2, 4, 3, 5], (b, h, t, d) => at(x, b as number, t as number, h as number, d as number)),
  },
  { name: "transpose of large axes", inputs: [shape(70, 41)], ask: (tf, [x]) => tf.transpose(x), expect: ([x]) => transposed(x), gradient: false },
  {
    name: "transpose of three axes",
    inputs: [shape(2, 3, 4)],
    ask: (tf, [x]) => tf.transpose(x, [2, 0, 1]),
    expect: ([x]) => build([4, 2, 3], (k, i, j) => at(x, i as number, j as number, k as number)),
  },
  { name: "expandDims and squeeze", inputs: [shape(3, 1, 4)], ask: (tf, [x]) => tf.squeeze(tf.expandDims(x, 0)), expect: ([x]) => reshape(x, [3, 4]) },
  {
    name: "slice",
    inputs: [shape(4, 5, 6)],
    ask: (tf, [x]) => tf.slice(x, [1, 0, 2], [2, 5, 3]),
    expect: ([x]) => build([2, 5, 3], (i, j, k) => at(x, (i as number) + 1, j as number, (k as number) + 2)),
  },
  {
    name: "stridedSlice",
    inputs: [shape(8, 6)],
    ask: (tf, [x]) => tf.stridedSlice(x, [0, 1], [8, 6], [3, 2]),
    expect: ([x]) => build([3, 3], (i, j) => at(x, 3 * (i as number), 2 * (j as number) + 1)),
    gradient: false,
  },
  {
    name: "split",
    inputs: [shape(3, 12)],
    ask: (tf, [x]) => tf.split(x, 3, 1)[1],
    expect: ([x]) => build([3, 4], (i, j) => at(x, i as number, (j as number) + 4)),
  },
  { name: "split into one", inputs: [shape(3, 4)], ask: (tf, [x]) => tf.split(x, 1, 1)[0], expect: ([x]) => x },
  {
    name: "concat along the last axis",
    inputs: [shape(2, 3), shape(2, 4)],
    ask: (tf, [x, y]) => tf.concat([x, y], -1),
    expect: ([x, y]) => build([2, 7], (i, j) => ((j as number) < 3 ? at(x, i as number, j as number) : at(y, i as number, (j as number) - 3))),
  },
  {
    name: "concat along time, as a cache grows",
    inputs: [shape(2, 2, 5, 4), shape(2, 2, 1, 4)],
    ask: (tf, [x, y]) => tf.concat([x, y], 2),
    expect: ([x, y]) =>
      build([2, 2, 6, 4], (b, h, t, d) =>
        (t as number) < 5 ? at(x, b as number, h as number, t as number, d as number) : at(y, b as number, h as number, 0, d as number),
      ),
  },
  {
    name: "concat of one-dimensional ones",
    inputs: [shape(3), shape(4)],
    ask: (tf, [x, y]) => tf.concat([x, y]),
    expect: ([x, y]) => build([7], (i) => ((i as number) < 3 ? at(x, i as number) : at(y, (i as number) - 3))),
  },
  {
    name: "stack",
    inputs: [shape(3, 4), shape(3, 4)],
    ask: (tf, [x, y]) => tf.stack([x, y], -1),
    expect: ([x, y]) => build([3, 4, 2], (i, j, k) => at(k === 0 ? x : y, i as number, j as number)),
  },
  { name: "unstack", inputs: [shape(3, 4)], ask: (tf, [x]) => tf.unstack(x, 1)[2], expect: ([x]) => build([3], (i) => at(x, i as number, 2)) },
  { name: "unstack of one", inputs: [shape(1, 4)], ask: (tf, [x]) => tf.unstack(x)[0], expect: ([x]) => reshape(x, [4]) },
  {
    name: "tile",
    inputs: [shape(2, 3)],
    ask: (tf, [x]) => tf.tile(x, [2, 3]),
    expect: ([x]) => build([4, 9], (i, j) => at(x, (i as number) % 2, (j as number) % 3)),
  },
  {
    name: "repeat of key and value heads",
    inputs: [shape(2, 2, 3, 4)],
    ask: (tf, [x]) => tf.reshape(tf.tile(tf.expandDims(x, 2), [1, 1, 3, 1, 1]), [2, 6, 3, 4]),
    expect: ([x]) => build([2, 6, 3, 4], (b, h, t, d) => at(x, b as number, Math.floor((h as number) / 3), t as number, d as number)),
  },
  { name: "broadcastTo", inputs: [shape(1, 3)], ask: (tf, [x]) => tf.broadcastTo(x, [4, 3]), expect: ([x]) => build([4, 3], (_, j) => at(x, 0, j as number)) },
  {
    name: "pad",
    inputs: [shape(2, 3)],
    ask: (tf, [x]) =>
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        0.5,
      ),
    expect: ([x]) => build([3, 5], (i, j) => ((i as number) > 0 && (j as number) < 3 ? at(x, (i as number) - 1, j as number) : 0.5)),
  },
  {
    name: "reverse",
    inputs: [shape(3, 4)],
    ask: (tf, [x]) => tf.reverse(x, 1),
    expect: ([x]) => build([3, 4], (i, j) => at(x, i as number, 3 - (j as number))),
  },
  {
    name: "halves rotated, as by RoPE",
    inputs: [shape(2, 3, 8)],
    ask: (tf, [x]) => tf.concat([x.slice([0, 0, 4], [2, 3, 4]).neg(), x.slice([0, 0, 0], [2, 3, 4])], -1),
    expect: ([x]) =>
      build([2, 3, 8], (b, t, d) =>
        (d as number) < 4 ? -at(x, b as number, t as number, (d as number) + 4) : at(x, b as number, t as number, (d as number) - 4),
      ),
  },
  {
    name: "gather of rows",
    inputs: [shape(7, 4)],
    whole: [whole(7, 2, 5)],
    ask: (tf, [x], [ids]) => tf.gather(x, ids),
    expect: ([x], [ids]) => build([2, 5, 4], (b, t, d) => at(x, at(ids, b as number, t as number), d as number)),
  },
  {
    name: "gather along the last axis",
    inputs: [shape(3, 7)],
    whole: [whole(7, 4)],
    ask: (tf, [x], [ids]) => tf.gather(x, ids, 1),
    expect: ([x], [ids]) => build([3, 4], (i, j) => at(x, i as number, at(ids, j as number))),
  },
  {
    name: "gather in a batch",
    inputs: [shape(3, 7)],
    whole: [whole(7, 3, 2)],
    ask: (tf, [x], [ids]) => tf.gather(x, ids, 1, 1),
    expect: ([x], [ids]) => build([3, 2], (i, j) => at(x, i as number, at(ids, i as number, j as number))),
  },
  {
    name: "gatherND",
    inputs: [shape(3, 4)],
    whole: [whole(3, 5, 2)],
    ask: (tf, [x], [ids]) => tf.gatherND(x, ids),
    expect: ([x], [ids]) => build([5], (i) => at(x, at(ids, i as number, 0), at(ids, i as number, 1))),
    gradient: false,
  },
  {
    name: "oneHot",
    inputs: [],
    whole: [whole(5, 2, 3)],
    ask: (tf, _, [ids]) => tf.oneHot(ids, 5).toFloat(),
    expect: (_, [ids]) => build([2, 3, 5], (b, t, k) => Number(at(ids, b as number, t as number) === k)),
    gradient: false,
  },
  {
    name: "lower triangle",
    inputs: [shape(4, 4)],
    ask: (tf, [x]) => tf.linalg.bandPart(x, -1, 0),
    expect: ([x]) => build([4, 4], (i, j) => ((j as number) <= (i as number) ? at(x, i as number, j as number) : 0)),
  },
  {
    name: "upper triangle",
    inputs: [shape(4, 4)],
    ask: (tf, [x]) => tf.linalg.bandPart(x, 0, -1),
    expect: ([x]) => build([4, 4], (i, j) => ((j as number) >= (i as number) ? at(x, i as number, j as number) : 0)),
  },
  {
    name: "mask by ranges",
    inputs: [],
    ask: (tf) => tf.lessEqual(tf.range(0, 5).reshape([1, 5]), tf.range(0, 4).reshape([4, 1])).toFloat(),
    expect: () => build([4, 5], (i, j) => Number((j as number) <= (i as number))),
    gradient: false,
  },
  {
    name: "eye, fill, zerosLike, onesLike",
    inputs: [shape(3, 3)],
    ask: (tf, [x]) =>
      tf
        .eye(3)
        .add(tf.fill([3, 3], 2))
        .add(tf.onesLike(x))
        .add(tf.zerosLike(x)),
    expect: () => build([3, 3], (i, j) => 3 + Number(i === j)),
    gradient: false,
  },
  { name: "linspace", inputs: [], ask: (tf) => tf.linspace(0, 1, 5), expect: () => build([5], (i) => (i as number) / 4), gradient: false },
  {
    name: "cast to whole numbers and back, times what it was",
    inputs: [shape(3, 4)],
    ask: (tf, [x]) => x.mul(tf.cast(x.mul(10), "int32").toFloat()),
    expect: ([x]) => ({ ...x, data: x.data.map((v) => v * Math.trunc(10 * v)) }),
  },
  {
    name: "segment sum",
    inputs: [shape(6, 3)],
    whole: [whole(4, 6)],
    ask: (tf, [x], [ids]) => tf.unsortedSegmentSum(x, ids, 4),
    expect: ([x], [ids]) => build([4, 3], (s, d) => [0, 1, 2, 3, 4, 5].reduce((total, i) => total + (at(ids, i) === s ? at(x, i, d as number) : 0), 0)),
  },
];
