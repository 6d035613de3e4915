/** One check: outcome, and for one that did not pass what went wrong and where. */
import type { CheckResult, Mismatch, Outcome } from "../../../extension/protocol/grade.ts";
import type { SourceLocation } from "../../../extension/protocol/runtime.ts";
import type { Divergence } from "../../../extension/protocol/tensorMismatch.ts";
import { textButton } from "../controls.ts";
import { h, prose } from "../dom.ts";
import { counted, duration, outcomeWords, short } from "../format.ts";
import { icon, outcomeIcons } from "../icons.ts";
import type { Post } from "../plots/plotCard.ts";

/** What of the page is kept from one grade to the next. */
export interface Kept {
  /** Whether the disclosure of this name was open. */
  readonly open: (name: string) => boolean;
  /** The tensors of a check, to be looked at as they were. */
  readonly tensors: (check: CheckResult) => HTMLElement;
}

export function checkCard(check: CheckResult, post: Post, kept: Kept): HTMLLIElement {
  const passed = check.outcome === "passed";
  const points = passed || check.points === 0 ? counted(check.points, "point") : `0 of ${counted(check.points, "point")}`;
  const line = h(
    "div",
    { class: "line" },
    outcomeLabel(check.outcome),
    h("h3", {}, prose(check.title)),
    h("span", { class: "cost" }, `${points} · ${duration(check.ms)}`),
  );
  return h("li", { class: "check", "data-outcome": check.outcome, "data-check": check.id }, line, remarkOf(check), !passed && explanation(check, post, kept));
}

const remarkOf = ({ remark }: CheckResult): HTMLElement | false => remark !== undefined && h("p", { class: "evidence" }, prose(remark));

/** Told by its picture and by a word, never by colour alone. */
export const outcomeLabel = (outcome: Outcome): HTMLElement =>
  h("span", { class: "outcome" }, icon(outcomeIcons[outcome]), h("span", { class: "word" }, outcomeWords[outcome]));

/** A link to a line of the learner's file. */
export function sourceLink({ file, line, column }: SourceLocation, post: Post): HTMLButtonElement {
  const name = file.split(/[\\/]/).at(-1);
  return textButton(`${name}:${line}:${column}`, { title: file, click: () => post({ kind: "goTo", file, line, column }) });
}

function explanation(check: CheckResult, post: Post, { open, tensors }: Kept): HTMLElement {
  const { id, diagnosis, message, mismatch, hint, location, divergence } = check;
  const repeats = diagnosis?.sentence === message;
  return h(
    "div",
    { class: "explanation" },
    diagnosis && h("p", { class: "diagnosis" }, prose(diagnosis.sentence)),
    diagnosis &&
      h(
        "p",
        { class: "evidence" },
        `Your answer is what this mistake gives, ${diagnosis.distance > 0 ? `to within ${short(diagnosis.distance)}` : "exactly"}.`,
      ),
    !repeats && message !== "" && h("p", { class: diagnosis ? "evidence" : "told" }, prose(message)),
    location && h("p", {}, "At ", sourceLink(location, post)),
    divergence && parting(divergence, post),
    check.tensors ? disclosure(`tensors ${id}`, "Where it differs", tensors(check), open) : mismatch && details(mismatch),
    hint !== undefined && disclosure(`hint ${id}`, "Hint", h("p", {}, prose(hint)), open),
  );
}

/** What was opened stays open through the next grade, by its name. */
const disclosure = (name: string, title: string, content: HTMLElement, open: Kept["open"]): HTMLElement =>
  h("details", { "data-keep": name, open: open(name) }, h("summary", {}, title), content);

/** The first of the learner's own intermediates that is not the reference's. */
const parting = (divergence: Divergence, post: Post): HTMLElement =>
  h("p", { class: "divergence" }, prose(divergence.sentence), divergence.location && " At ", divergence.location && sourceLink(divergence.location, post));

/** What the comparison found, each with its name. */
function details(mismatch: Mismatch): HTMLElement {
  const { kind, path, got, want, worstIndex, differing, total, nan = 0, infinite = 0, maxError } = mismatch;
  const rows: (readonly [name: string, value: string | undefined])[] = [
    ["in", path || undefined],
    [kind === "values" ? "got" : `${kind === "property" ? "" : `${kind} `}got`.trim(), got],
    [kind === "values" || kind === "property" ? "expected" : `${kind} expected`, want || undefined],
    ["differ", total !== undefined && total > 1 ? `${differing ?? total} of ${counted(total, "value")}` : undefined],
    ["worst at", worstIndex && worstIndex.length > 0 ? `[${worstIndex.join(", ")}]` : undefined],
    ["largest error", maxError === undefined ? undefined : short(maxError)],
    ["NaN", nan > 0 ? String(nan) : undefined],
    ["infinite", infinite > 0 ? String(infinite) : undefined],
  ];
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return h("details", {}, h("summary", {}, "Comparison"), h("dl", {}, ...shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))));
}
