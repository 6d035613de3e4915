/** A profile as it is shown: time by component, a table of operations, rows for the chart, and what stands out. Pure. */
import type { CallNode, ComponentTime, OpTime, Place, Profile, ProfileReport, ReportNode } from "../../protocol/profile.ts";
import type { SourceLocation } from "../../protocol/runtime.ts";
import { findings, notes } from "./findings.ts";
import { gapOf, rowsOf } from "./layout.ts";

/** In no span of the program's. */
export const NO_SPAN = "not in a span";
export const NO_OP = "between operations";

export function reportOf(profile: Profile): ProfileReport {
  const { clock, ops, ms, gigaflops, memory, peak } = profile;
  const nodes = profile.nodes.map((node) => nodeOf(node, profile));
  const components = componentsOf(profile, nodes);
  const table = tableOf(profile);
  const gap = gapOf(profile);
  return {
    ...{ clock, ops, ms, components, table, nodes, memory },
    ...(gigaflops !== undefined && { gigaflops }),
    ...{ findings: findings(profile, components, table), notes: notes(profile) },
    frames: rowsOf(profile).map(({ frame: [node, start, duration], row }) => [node, start, duration, row] as const),
    ...(gap && { gap }),
    ...(peak && { peak: peakOf(peak, nodes) }),
  };
}

/** Self time by the name of the innermost span: it adds up to the time of the run. */
function componentsOf({ clock, nodes, ops }: Profile, shown: readonly ReportNode[]): ComponentTime[] {
  const found = new Map<string, ComponentTime>();
  for (const [i, node] of nodes.entries()) {
    const owner = spanAround(nodes, i);
    const name = owner > 0 ? (nodes[owner] as CallNode).name : node.kind === "op" || !ops ? NO_SPAN : NO_OP;
    const { calls, ms, flops, place } = found.get(name) ?? { calls: 0, ms: 0, flops: 0 };
    const at = place ?? (owner > 0 ? shown[owner]?.place : undefined);
    found.set(name, {
      ...{ name, isSpan: owner > 0 },
      calls: calls + (i === owner ? node.calls : 0),
      ms: ms + (clock === "device" && node.kind === "span" ? 0 : node.self), // a GPU works while the program goes on
      flops: flops + node.flops,
      ...(at && { place: at }),
    });
  }
  return [...found.values()].filter(({ ms }) => ms > 0).sort((a, b) => Number(b.isSpan) - Number(a.isSpan) || b.ms - a.ms);
}

/** Index of the innermost span that the node is in, or is. */
function spanAround(nodes: readonly CallNode[], index: number): number {
  const { kind, parent } = nodes[index] as CallNode;
  return kind === "span" || parent === undefined ? index : spanAround(nodes, parent);
}

/** Total counts an operation within one of its own name once. */
function tableOf({ nodes, files, places }: Profile): OpTime[] {
  const of = new Map<string, CallNode[]>();
  for (const node of nodes) if (node.kind === "op") of.set(node.name, [...(of.get(node.name) ?? []), node]);
  const sum = (all: readonly CallNode[], part: "calls" | "total" | "self" | "bytes" | "flops") => all.reduce((n, node) => n + node[part], 0);
  const rows = [...of].map(([name, all]): OpTime => {
    const from = mergedFrom(all, places);
    const [first] = from;
    return {
      ...{ name, calls: sum(all, "calls"), self: sum(all, "self"), bytes: sum(all, "bytes"), flops: sum(all, "flops"), lines: from.length },
      total: sum(
        all.filter(({ parent }) => !isWithin(nodes, parent, name)),
        "total",
      ),
      ...(first && { place: locationOf(first, files) }),
    };
  });
  return rows.sort((a, b) => b.self - a.self);
}

function isWithin(nodes: readonly CallNode[], index: number | undefined, name: string): boolean {
  const node = index === undefined ? undefined : nodes[index];
  return node !== undefined && ((node.kind === "op" && node.name === name) || isWithin(nodes, node.parent, name));
}

/** Lines, that which took longest first: each node's time in the proportion of those of its calls that were located. */
function mergedFrom(nodes: readonly CallNode[], places: readonly Place[]): Place[] {
  const lines = new Map<string, { readonly place: Place; ms: number }>();
  for (const { from, self } of nodes) {
    const located = from.reduce((sum, [, , ms]) => sum + ms, 0);
    for (const [index, , ms] of from) {
      const place = places[index] as Place;
      const line = lines.get(`${place[0]}:${place[1]}`) ?? { place, ms: 0 };
      line.ms += located > 0 ? (self * ms) / located : 0;
      lines.set(`${place[0]}:${place[1]}`, line);
    }
  }
  return [...lines.values()].sort((a, b) => b.ms - a.ms).map(({ place }) => place);
}

function nodeOf(node: CallNode, { places, files }: Profile): ReportNode {
  const { from: _, ...rest } = node;
  const [first] = mergedFrom([node], places);
  return first ? { ...rest, place: locationOf(first, files) } : rest;
}

export const locationOf = ([file, line, column]: Place, files: readonly string[]): SourceLocation => ({ file: files[file] as string, line, column });

function peakOf({ ms, bytes, node }: NonNullable<Profile["peak"]>, nodes: readonly ReportNode[]): NonNullable<ProfileReport["peak"]> {
  const names: string[] = [];
  for (let at: ReportNode | undefined = nodes[node]; at?.parent !== undefined; at = nodes[at.parent]) names.unshift(at.name);
  const { place } = nodes[node] as ReportNode;
  return { ms, bytes, where: names.join(" › "), ...(place && { place }) };
}
