/** Every call, summed by its path: which spans and operations it stood in. Exact, and bounded however many calls there are. */
import type { CallNode } from "../../protocol/profile.ts";

/** A program that makes a name of every step would make a node of it too. */
const MAX_NODES = 3000;
/** What has no node of its own is summed here, by name. */
const REST = "other spans";

export class Call {
  readonly index: number;
  readonly name: string;
  readonly kind: CallNode["kind"];
  readonly parent: Call | undefined;
  readonly inside = new Map<string, Call>();
  /** Place -> calls and milliseconds of those whose line was looked up. */
  readonly from = new Map<number, [calls: number, ms: number]>();
  calls = 0;
  total = 0;
  /** Time of the calls within. */
  inner = 0;
  bytes = 0;
  flops = 0;

  constructor(index: number, kind: CallNode["kind"], name: string, parent: Call | undefined) {
    this.index = index;
    this.kind = kind;
    this.name = name;
    this.parent = parent;
  }

  add(ms: number, around: Call, place: number): void {
    this.calls++;
    this.total += ms;
    around.inner += ms;
    if (place < 0) return;
    const known = this.from.get(place);
    if (known) {
      known[0]++;
      known[1] += ms;
    } else this.from.set(place, [1, ms]);
  }
}

/** A span may be named as an operation is. */
const spanKey = (name: string): string => `span ${name}`;

export class CallTree {
  readonly root = new Call(0, "span", "run", undefined);
  readonly #calls = [this.root];
  #rest: Call | undefined;

  /** The node of calls of that name within `around`. */
  inside(around: Call, kind: CallNode["kind"], name: string): Call {
    const key = kind === "op" ? name : spanKey(name);
    const known = around.inside.get(key);
    if (known) return known;
    if (this.#calls.length < MAX_NODES) return this.#made(around, key, kind, name);
    this.#rest ??= this.#made(this.root, spanKey(REST), "span", REST);
    return kind === "span" ? this.#rest : (this.#rest.inside.get(key) ?? this.#made(this.#rest, key, kind, name)); // there are some hundred operations
  }

  /** @param ms of the run so far */
  nodes(ms: number): CallNode[] {
    this.root.total = ms;
    this.root.calls = 1;
    return this.#calls.map(({ name, kind, parent, calls, total, inner, bytes, flops, from }) => ({
      ...{ name, kind, calls, bytes, flops },
      total: rounded(total),
      self: rounded(Math.max(0, total - inner)), // spans that ran beside each other take more than the time around them
      ...(parent && { parent: parent.index }),
      from: [...from].map(([place, [times, within]]) => [place, times, rounded(within)] as const),
    }));
  }

  #made(around: Call, key: string, kind: CallNode["kind"], name: string): Call {
    const call = new Call(this.#calls.length, kind, name, around);
    this.#calls.push(call);
    around.inside.set(key, call);
    return call;
  }
}

/** To a microsecond: what a clock tells, and short to send. */
export const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
