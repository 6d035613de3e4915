/** A profile as a runtime tells it, looked at before it is believed: learner code runs there. */
import { type CallNode, CLOCKS, type Frame, type Place, type Profile } from "./profile.ts";

/** Linux's PATH_MAX: files, and names of spans. */
const LONGEST = 4096;
/** More than any profile of ours has. */
const LIMITS = { nodes: 5000, frames: 5000, memory: 4000, places: 20_000, files: 1000 };

/** The profile, made anew from the parts that belong to it; nothing when it is none. */
export function profileFrom(value: unknown): Profile | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { clock, ops, ms, recordingMs, gigaflops, located, files, places, nodes, head, tail, memory, peak } = value as Record<string, unknown>;
  const known = CLOCKS.find((one) => one === clock);
  if (!known || typeof ops !== "boolean" || ![ms, recordingMs, located].every(isAmount) || !(gigaflops === undefined || isAmount(gigaflops))) return undefined;
  if (!isList(files, LIMITS.files, (file): file is string => typeof file === "string" && file.length <= LONGEST)) return undefined;
  if (!isList(places, LIMITS.places, (place): place is Place => isTuple(place, 3) && isIndex(place[0], files.length))) return undefined;
  if (!isList(nodes, LIMITS.nodes, (node, i): node is CallNode => isNode(node, i, places.length)) || nodes.length === 0) return undefined;
  const isFrame = (frame: unknown): frame is Frame =>
    Array.isArray(frame) && frame.length === 4 && isTuple(frame.slice(0, 3), 3) && isIndex(frame[0], nodes.length) && isIndex(frame[3], places.length, -1);
  const isPoint = (point: unknown): point is readonly [number, number] => isTuple(point, 2);
  if (!isList(head, LIMITS.frames, isFrame) || !isList(tail, LIMITS.frames, isFrame) || !isList(memory, LIMITS.memory, isPoint)) return undefined;
  if (peak !== undefined && !isPeak(peak, nodes.length)) return undefined;
  return {
    ...{ clock: known, ops, ms: ms as number, recordingMs: recordingMs as number, located: located as number },
    ...(gigaflops !== undefined && { gigaflops: gigaflops as number }),
    ...{ files, places, nodes: nodes.map(nodeFrom), head, tail, memory },
    ...(peak !== undefined && { peak: { ms: peak.ms, bytes: peak.bytes, node: peak.node } }),
  };
}

const isAmount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isIndex = (value: unknown, length: number, least = 0): boolean => Number.isInteger(value) && (value as number) >= least && (value as number) < length;
const isTuple = (value: unknown, length: number): value is number[] => Array.isArray(value) && value.length === length && value.every(isAmount);
const isList = <T>(value: unknown, most: number, isOne: (one: unknown, index: number) => one is T): value is T[] =>
  Array.isArray(value) && value.length <= most && value.every(isOne);

/** A parent stands before its children. */
function isNode(value: unknown, index: number, places: number): value is CallNode {
  if (typeof value !== "object" || value === null) return false;
  const { name, kind, parent, calls, total, self, bytes, flops, from } = value as Record<string, unknown>;
  const isFrom = (one: unknown): one is CallNode["from"][number] => isTuple(one, 3) && isIndex(one[0], places);
  return (
    typeof name === "string" &&
    name.length <= LONGEST &&
    (kind === "span" || kind === "op") &&
    (index === 0 ? parent === undefined : isIndex(parent, index)) &&
    [calls, total, self, bytes, flops].every(isAmount) &&
    isList(from, LIMITS.places, isFrom)
  );
}

const nodeFrom = ({ name, kind, parent, calls, total, self, bytes, flops, from }: CallNode): CallNode => ({
  ...{ name, kind, calls, total, self, bytes, flops, from },
  ...(parent !== undefined && { parent }),
});

function isPeak(value: unknown, nodes: number): value is NonNullable<Profile["peak"]> {
  if (typeof value !== "object" || value === null) return false;
  const { ms, bytes, node } = value as Record<string, unknown>;
  return isAmount(ms) && isAmount(bytes) && isIndex(node, nodes);
}
