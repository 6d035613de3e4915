/** A profile in sentences. Pure. */
import type { ComponentTime, OpTime, Profile } from "../../protocol/profile.ts";

/** Components with less of the FLOPs are not worth a sentence. */
const SHARE = 0.02;
const SENTENCES = 4;

/** How near each component comes to what the machine can do. */
export function findings({ gigaflops }: Profile, components: readonly ComponentTime[], table: readonly OpTime[]): string[] {
  if (!gigaflops) return [];
  const all = components.reduce((sum, { flops }) => sum + flops, 0);
  const spans = components.filter(({ isSpan, flops, ms }) => isSpan && ms > 0 && flops > SHARE * all);
  const multiplying = table.filter(({ flops, self }) => flops > 0 && self > 0);
  const sum = multiplying.reduce(({ flops, ms }, row) => ({ flops: flops + row.flops, ms: ms + row.self }), { flops: 0, ms: 0 });
  return [
    ...spans.slice(0, SENTENCES).map((span) => `${span.name} reaches ${reached(span, gigaflops)}.`),
    ...(components.some(({ isSpan }) => isSpan) ? [] : [`No part of the program has a name yet: \`trace.span("attention", () => …)\` gives it one.`]),
    ...(sum.flops > 0 ? [`Products of matrices alone reach ${reached(sum, gigaflops)}.`] : []),
  ];
}

function reached({ flops, ms }: { readonly flops: number; readonly ms: number }, ceiling: number): string {
  const rate = flops / ms / 1e6;
  const part = rate < 0.98 * ceiling ? `${percent(rate / ceiling)} of ` : "";
  return `${part}this machine's matmul rate: ${digits(rate)} of ${digits(ceiling)} GFLOP/s`;
}

/** How the numbers came about. */
export function notes({ clock, ops, ms, recordingMs, located, nodes }: Profile): string[] {
  const calls = nodes.reduce((n, node) => n + node.calls, -1);
  const lines = located < calls ? [`The lines of ${counted(located)} of ${counted(calls)} calls were looked up.`] : [];
  const clocks = {
    computed: "Times of operations end when their numbers are there.",
    device: "Times of operations are device time, by the GPU's own clock; those of spans and of the time line are the program's.",
    queued: "Times of operations are enqueue time: they end when the GPU has been told what to do. Its own clock cannot be read here.",
  };
  return [
    ...(ops ? [clocks[clock]] : ["Only spans were recorded: Profile Exercise records every operation."]),
    `Recording cost about ${percent(recordingMs / Math.max(ms, 1e-9))} of this run; it is in none of the sums.`,
    ...lines,
  ];
}

const percent = (share: number): string => `${share < 0.0995 ? (100 * share).toPrecision(2).replace(/\.0$/, "") : Math.round(100 * share)} %`;
const digits = (value: number): string => (value >= 100 ? String(Math.round(value)) : value.toPrecision(2));
const counted = (n: number): string => n.toLocaleString("en-US");
