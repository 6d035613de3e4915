/** Text of strangers: what does not show could make a line look like another one, in a terminal or in a question of trust. */

/** Control characters, line ends among them, and marks that turn the direction of writing; what joins letters in some scripts stays. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;
const COLOUR = new RegExp(`(${String.fromCharCode(27)}\\[[\\d;]*m|[\\n\\t])|${UNSEEN.source}`, "gu");

export const isPlain = (text: string): boolean => text.search(UNSEEN) < 0;

/** In one line, and without what does not show. */
export const plain = (text: string): string => text.replace(/\s+/g, " ").replaceAll(UNSEEN, "").trim();

/** For a terminal: lines and colours stay, the cursor stays where it is. */
export const printable = (text: string): string => text.replace(/\r\n?/g, "\n").replace(COLOUR, "$1");
