/** Which colour stands for which component: the same in the bar, the table and the flame chart. */
import type { ProfileReport } from "../../../extension/protocol/profile.ts";
import type { Theme } from "../theme.ts";

/** Component -> its number; what is in no span, and the smallest where there are more than colours, have none. */
export type Palette = ReadonlyMap<string, number>;

const COLOURS = 5;

export const paletteOf = ({ components }: Pick<ProfileReport, "components">): Palette =>
  new Map(
    components
      .filter(({ isSpan }) => isSpan)
      .slice(0, COLOURS)
      .map(({ name }, i) => [name, i]),
  );

export const colourOf = (theme: Theme, palette: Palette, component: string): string => lineOf(theme, palette.get(component) ?? -1);

/** The n-th colour, where there is one. */
export const lineOf = (theme: Theme, n: number): string => (n < COLOURS ? theme.lines[n] : undefined) ?? theme.muted;

/** Of each node the span that its time counts to. */
export function componentNames({ nodes }: Pick<ProfileReport, "nodes">): readonly (string | undefined)[] {
  const names: (string | undefined)[] = [];
  for (const { kind, name, parent } of nodes) names.push(parent === undefined ? undefined : kind === "span" ? name : names[parent]);
  return names;
}
