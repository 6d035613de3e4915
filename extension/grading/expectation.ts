import type { Expectation } from "../protocol/grade.ts";

/** Whether the expected answer, or a part of it, is the reference's. */
export const asksReference = (expectation: Expectation): boolean =>
  expectation.kind === "each" ? Object.values(expectation.parts).some(asksReference) : "source" in expectation && expectation.source === "reference";
