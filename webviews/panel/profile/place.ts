/** A line of the learner's, as a button that leads there. */
import type { SourceLocation } from "../../../extension/protocol/runtime.ts";
import { textButton } from "../controls.ts";
import type { Post } from "../plots/plotCard.ts";

export const placeText = ({ file, line }: SourceLocation): string => `${file}:${line}`;

export const goTo = (post: Post, { file, line, column }: SourceLocation): void => post({ kind: "goTo", file, line, column });

/** @param text of the button; the place by default */
export const placeLink = (post: Post, place: SourceLocation, text = placeText(place)): HTMLElement =>
  textButton(text, { title: `Go to ${placeText(place)}`, click: () => goTo(post, place) });
