/** Text that was JSON: it breaks off, or something else stands in its midst. Pure. */

/** Characters that are looked at in all: what is made to take long takes no longer. */
const MOST_LOOKED_AT = 2 ** 24;
/** Characters of one object. */
const MOST_OF_OBJECT = 2 ** 16;

/** The objects that are wanted, by their keys, wherever they stand in the text; one that breaks off as far as it goes. */
export function objectsByKey(text: string, wanted: (value: object) => boolean): Readonly<Record<string, object>> {
  const found = new Map<string, object>();
  const keys = /"((?:[^"\\]|\\.)*)"\s*:\s*(?=\{)/gs;
  let looked = 0;
  for (let key = keys.exec(text); key && looked < MOST_LOOKED_AT; key = keys.exec(text)) {
    const { value, length, cost } = startOf(text.slice(keys.lastIndex, keys.lastIndex + MOST_OF_OBJECT));
    looked += cost;
    if (!value || !wanted(value)) continue;
    found.set(key[1] as string, value);
    keys.lastIndex += length;
  }
  return Object.fromEntries(found);
}

/** The object that begins the text, closed after the last part of it that is whole. `cost`: characters that were looked at. */
function startOf(text: string): { readonly value?: object; readonly length: number; readonly cost: number } {
  const { parts, seen } = wholeParts(text);
  let cost = seen;
  for (const { end, close } of parts.reverse()) {
    cost += end;
    if (cost > 4 * MOST_OF_OBJECT) break;
    try {
      return { value: JSON.parse(text.slice(0, end) + close) as object, length: end, cost };
    } catch {} // something else stands in it: what is before that may be whole
  }
  return { length: 0, cost };
}

/** Where an object or a list within the first object ends, and what then closes those around it. */
function wholeParts(text: string): { readonly parts: { readonly end: number; readonly close: string }[]; readonly seen: number } {
  const open: string[] = [];
  const parts: { end: number; close: string }[] = [];
  for (const { 0: sign, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (sign === "{" || sign === "[") open.push(sign === "{" ? "}" : "]");
    if (sign !== "}" && sign !== "]") continue;
    if (sign !== open.pop()) return { parts, seen: index };
    parts.push({ end: index + 1, close: open.toReversed().join("") });
    if (open.length === 0) return { parts, seen: index };
  }
  return { parts, seen: text.length };
}
