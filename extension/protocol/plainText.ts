/**
 * Text of strangers: of packs, attempts, submissions, registries and file names. What does not show could make a line look like another one, in a terminal or
 * in a question of trust; what an editor reads as an icon, a link or a heading could say what we have not said. Each surface has one function here.
 */

/** Control characters, line ends among them, and marks that turn the direction of writing; what joins letters in some scripts stays. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;
const COLOUR = new RegExp(`(${String.fromCharCode(27)}\\[[\\d;]*m|[\\n\\t])|${UNSEEN.source}`, "gu");

export const isPlain = (text: string): boolean => text.search(UNSEEN) < 0;

/** In one line, and without what does not show. */
export const plain = (text: string): string => text.replace(/\s+/g, " ").replaceAll(UNSEEN, "").trim();

/** For a terminal: lines and colours stay, the cursor stays where it is. */
export const printable = (text: string): string => text.replace(/\r\n?/g, "\n").replace(COLOUR, "$1");

/** For a page or a message of several lines: no colours, no marks, no cursor. */
export const readable = (text: string): string =>
  text.replace(/\r\n?|[\u2028\u2029]/g, "\n").replaceAll(UNSEEN, (mark) => (mark === "\n" || mark === "\t" ? mark : ""));

/** As JSON that a terminal may show: what does not show is written as its number, so that it means the same. */
export const shownJson = (json: string): string =>
  json.replaceAll(UNSEEN, (mark) =>
    mark === "\n" ? mark : Array.from({ length: mark.length }, (_, i) => `\\u${mark.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );

/** Joins no words, and does not show. */
const WORD_JOINER = "\u2060";

/** For labels and notifications of an editor, which make icons of `$(name)` and links of `[text](address)`: both stay what they look like. */
export const inert = (text: string): string => readable(text).replaceAll(/(\$)(?=\()|(\])(?=\()/g, `$&${WORD_JOINER}`);

/** Within a line of Markdown: text, and code between backticks; no link, picture, formula, tag, heading or cell. */
export const markdownText = (text: string): string =>
  plain(text)
    .split(/(`[^`]+`)/)
    .map((part, i) => (i % 2 === 1 ? part.replaceAll("|", "\\|") : part.replaceAll(/[\\`*_{}[\]<>()#|~$&!]/g, "\\$&")))
    .join("");
