/** The table of operations. */
import type { OpTime } from "../../../extension/protocol/profile.ts";
import { h } from "../dom.ts";
import type { Post } from "../plots/plotCard.ts";
import { FLOPS } from "./components.ts";
import { placeLink, placeText } from "./place.ts";
import { SortedTable } from "./sortedTable.ts";
import { amount, bytes, gigaflops, share, time, whole } from "./units.ts";

const SELF = 3;

/** @param ceiling 10^9 operations a second of this machine's product of matrices, where it was measured */
export const opTable = (post: Post, ceiling: () => number | undefined): SortedTable<OpTime> =>
  new SortedTable<OpTime>(
    "Operations",
    [
      { title: "operation", cell: ({ name, place }) => (place ? placeLink(post, place, name) : name), key: ({ name }) => name },
      { title: "calls", cell: ({ calls }) => whole(calls), key: ({ calls }) => calls },
      { title: "total", about: "With the operations that it is made of", cell: ({ total }) => time(total), key: ({ total }) => total },
      { title: "self", about: "Without them", cell: ({ self }) => time(self), key: ({ self }) => self },
      { title: "each", about: "Self time of one call", cell: ({ self, calls }) => time(self / calls), key: ({ self, calls }) => self / calls },
      { title: "bytes", about: "Of its outputs", cell: (row) => bytes(row.bytes), key: (row) => row.bytes },
      { title: "FLOPs", about: FLOPS, cell: ({ flops }) => (flops > 0 ? amount(flops) : ""), key: ({ flops }) => flops },
      {
        title: "GFLOP/s",
        about: "Reached, and how much of this machine's matmul rate that is",
        cell: ({ flops, self }) => (flops > 0 ? `${gigaflops(flops, self)}${ofCeiling(flops / self / 1e6, ceiling())}` : ""),
        key: ({ flops, self }) => (self > 0 ? flops / self : 0),
      },
      { title: "line", about: "Where it took longest", cell: lines, key: ({ place }) => (place ? placeText(place) : "") },
    ],
    SELF,
  );

const ofCeiling = (rate: number, ceiling: number | undefined): string => (ceiling ? ` (${share(rate, ceiling)})` : "");

/** Read here; the operation's name leads there. */
const lines = ({ place, lines }: OpTime): HTMLElement =>
  h("span", { class: "where" }, place ? `${placeText(place)}${lines > 1 ? ` and ${lines - 1} more` : ""}` : "");
