import assert from "node:assert/strict";
import type { Grade } from "../../extension/protocol/grade.ts";
import { Standing } from "../../extension/ui/standing.ts";
import type { Verdict } from "../../extension/ui/verdict.ts";

const gradeOf = (attempt: string) => ({ digests: { attempt } }) as Grade;
const MISSING = { text: "a.ts is missing", reason: "a.ts is missing." };

/** What happens, in one word and the bytes that it is about. */
type Event =
  | `saves ${string}`
  | `sees ${string}`
  | `reads ${string}`
  | `graded ${string}`
  | "gone"
  | "asks"
  | "unread"
  | "cancelled"
  | "refused"
  | "untrusted"
  | "accepts";

/** Plays the events. @returns what is shown after them, and the bytes that are to be graded */
function after(events: readonly Event[], remembered?: string): string {
  const standing = new Standing(() => remembered);
  let reading = 0;
  const acts: Record<string, (bytes: string) => void> = {
    sees: (digest) => standing.sees({ digest }, ++reading),
    gone: () => standing.sees(MISSING, ++reading),
    asks: () => standing.tell({ phase: "grading", tier: "save" }),
    reads: (digest) => standing.reads(digest),
    graded: (digest) => standing.tell({ phase: "graded", grade: gradeOf(digest) }),
    unread: () => standing.unread(),
    cancelled: () => standing.tell({ phase: "none" }),
    refused: () => standing.tell({ phase: "refused", reason: "no node" }),
    untrusted: () => standing.tell({ phase: "untrusted", reason: "not trusted" }),
    accepts: () => standing.accepts(),
    saves: (digest) => {
      for (const each of ["asks", "sees", "reads", "graded"]) acts[each]?.(digest);
    },
  };
  for (const event of events) {
    const [act = "", bytes = ""] = event.split(" ");
    acts[act]?.(bytes);
  }
  return `${wordsFor(standing.verdict)}${standing.due ? `, due ${standing.due}` : ""}`;
}

function wordsFor(verdict: Verdict): string {
  const grade = "grade" in verdict ? verdict.grade : undefined;
  return grade ? `${verdict.phase} ${grade.digests.attempt}` : verdict.phase;
}

describe("a verdict stands as long as the bytes that it is about", () => {
  const cases: readonly [what: string, events: readonly Event[], shown: string][] = [
    ["saved and graded", ["saves A"], "graded A"],
    ["seen again as it was graded", ["saves A", "sees A"], "graded A"],
    ["changed by another program", ["saves A", "sees B"], "old A, due B"],
    ["changed, and the change graded", ["saves A", "sees B", "asks", "sees B", "reads B", "graded B"], "graded B"],
    ["changed and put back: no new grade", ["saves A", "sees B", "sees A"], "graded A"],
    ["graded anew after each of two changes", ["saves A", "saves B", "sees A"], "old B, due A"],
    ["deleted", ["saves A", "gone"], "missing"],
    ["deleted and put back: no new grade", ["saves A", "gone", "sees A"], "graded A"],
    ["deleted, and another in its place", ["saves A", "gone", "sees B"], "old A, due B"],
    ["asked for while it is deleted, and put back", ["saves A", "gone", "asks", "unread", "sees A"], "graded A"],
    ["asked for twice while it is deleted, and put back", ["saves A", "gone", "asks", "asks", "unread", "sees A"], "graded A"],
    ["asked for, and not read yet: that grade will be of the newest", ["saves A", "asks", "sees B"], "grading"],
    ["changed while it is graded", ["saves A", "asks", "sees A", "reads A", "sees B"], "grading, due B"],
    ["changed while it was graded: old at once", ["saves A", "asks", "sees A", "reads A", "sees B", "graded A"], "old A, due B"],
    ["changed and put back while it was graded", ["asks", "sees A", "reads A", "sees B", "sees A", "graded A"], "graded A"],
    ["graded of what a run had read", ["saves A", "sees B", "asks", "reads A", "graded A"], "old A, due B"],
    ["cancelled: not graded again by itself", ["saves A", "asks", "sees B", "reads B", "cancelled"], "none"],
    ["refused: not asked again by itself", ["saves A", "asks", "sees B", "reads B", "refused"], "refused"],
    ["refused, then changed", ["asks", "sees A", "reads A", "refused", "sees B"], "refused, due B"],
    ["never graded, and seen", ["sees A"], "none"],
    ["never graded, and changed", ["sees A", "sees B"], "none, due B"],
    ["deleted before it was ever graded", ["sees A", "gone"], "missing"],
    ["put back to its start by us", ["saves A", "sees B", "accepts", "cancelled"], "none"],
    ["in a workspace that is not trusted", ["sees A", "untrusted", "sees B"], "untrusted, due B"],
  ];
  for (const [what, events, shown] of cases) it(`${what}: ${shown}`, () => assert.equal(after(events), shown));

  const earlier: readonly [what: string, events: readonly Event[], shown: string][] = [
    ["as it was", ["sees A"], "none"],
    ["changed since", ["sees B"], "old, due B"],
    ["deleted since", ["gone"], "missing"],
    ["not looked at yet", [], "none"],
    ["changed, then put back", ["sees B", "sees A"], "none"],
    ["changed, and asked for again", ["sees B", "asks", "sees B", "reads B"], "grading"],
  ];
  for (const [what, events, shown] of earlier) it(`${what}, where A was graded on an earlier day: ${shown}`, () => assert.equal(after(events, "A"), shown));

  it("a reading that was begun earlier and ends later tells nothing", () => {
    const standing = new Standing(() => undefined);
    standing.tell({ phase: "grading", tier: "save" });
    standing.sees({ digest: "B" }, 2);
    standing.reads("B");
    standing.tell({ phase: "graded", grade: gradeOf("B") });
    standing.sees({ digest: "A" }, 1);
    assert.deepEqual([standing.verdict.phase, standing.due], ["graded", undefined]);
  });
});
