/** How much JSON would become before it does: its values and its depth, counted on the bytes. Text is skipped as a whole, so base64 costs next to nothing. */
import { BOUNDS } from "./bounds.ts";

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, OPEN_RECORD, CLOSE_LIST, CLOSE_RECORD] = Array.from('"\\,[{]}', (sign) => sign.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** @param json UTF-8 @param most values @throws {Error} where it would become more than a message may have */
export function requireExtent(json: Uint8Array, most: number = BOUNDS.messageValues): void {
  const { values, depth } = jsonExtent(json);
  if (values > most) throw new Error(`a message of ${words(values)} values; at most ${words(most)} can be read`);
  if (depth > BOUNDS.messageDepth) throw new Error(`a message of ${words(depth)} levels; at most ${BOUNDS.messageDepth} can be read`);
}

const words = (count: number): string => count.toLocaleString("en");

/** @param json of text that is not valid the count is of what it seems to be */
export function jsonExtent(json: Uint8Array): { readonly values: number; readonly depth: number } {
  let [values, level, depth] = [1, 0, 0];
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case QUOTE:
        at = endOfText(json, at + 1);
        break;
      case COMMA:
        values++;
        break;
      case OPEN_LIST:
      case OPEN_RECORD:
        values++;
        depth = Math.max(depth, ++level);
        break;
      case CLOSE_LIST:
      case CLOSE_RECORD:
        level--;
    }
  }
  return { values, depth };
}

/** The quote that ends the text: one before which stands an even number of backslashes. */
function endOfText(json: Uint8Array, from: number): number {
  for (let at = json.indexOf(QUOTE, from); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let before = at;
    while (before > from && json[before - 1] === BACKSLASH) before--;
    if ((at - before) % 2 === 0) return at;
  }
  return json.length;
}
