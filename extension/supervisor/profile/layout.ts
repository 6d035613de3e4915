/** Where each call of a time line stands: below what encloses it; what runs beside others, in a lane of its own. Pure. */
import type { Frame, Profile } from "../../protocol/profile.ts";

export interface Placed {
  readonly frame: Frame;
  readonly lane: number;
  /** Counts the rows of all lanes. */
  readonly row: number;
}

interface Lane {
  /** What is under way, outermost first. */
  readonly open: Frame[];
  depth: number;
}

/** Of sums of numbers that are whole microseconds. */
const ROUNDING = 1e-6;

export function rowsOf({ head, tail, nodes }: Pick<Profile, "head" | "tail" | "nodes">): Placed[] {
  const frames = [...head, ...tail].sort((a, b) => a[1] - b[1] || b[2] - a[2] || a[0] - b[0]);
  const lanes: Lane[] = [];
  const placed = frames.map((frame) => {
    for (const { open } of lanes) while (open.length > 0 && endOf(open.at(-1) as Frame) <= frame[1] + ROUNDING) open.pop();
    const parent = nodes[frame[0]]?.parent;
    const fits = ({ open }: Lane) => open.length === 0 || endOf(frame) <= endOf(open.at(-1) as Frame) + ROUNDING;
    const lane = lanes.find((one) => one.open.at(-1)?.[0] === parent && fits(one)) ?? lanes.find(fits) ?? added(lanes);
    const depth = lane.open.push(frame) - 1;
    lane.depth = Math.max(lane.depth, depth + 1);
    return { frame, lane: lanes.indexOf(lane), depth };
  });
  const first = lanes.map((_, i) => lanes.slice(0, i).reduce((rows, { depth }) => rows + depth, 0));
  return placed.map(({ frame, lane, depth }) => ({ frame, lane, row: (first[lane] as number) + depth }));
}

/** Where calls were left out, when some were. */
export function gapOf({ head, tail, nodes }: Pick<Profile, "head" | "tail" | "nodes">): { from: number; to: number; calls: number } | undefined {
  const calls = nodes.reduce((n, node) => n + node.calls, -1) - head.length - tail.length; // all but the run itself
  if (calls <= 0 || tail.length === 0) return undefined;
  const to = Math.min(...tail.map(([, start, duration]) => start + duration));
  const from = Math.max(...head.map(endOf).filter((end) => end <= to), 0);
  return { from, to, calls };
}

const endOf = ([, start, duration]: Frame): number => start + duration;

function added(lanes: Lane[]): Lane {
  const lane: Lane = { open: [], depth: 0 };
  lanes.push(lane);
  return lane;
}
