/** What learner code finds in the global scope beside JavaScript itself. */
type Printer = (...values: unknown[]) => void;

/** Printed text is shown with the run. */
declare const console: {
  readonly log: Printer;
  readonly info: Printer;
  readonly warn: Printer;
  readonly error: Printer;
  readonly debug: Printer;
  readonly table: Printer;
};

/** Milliseconds since the program began. */
declare const performance: { now(): number };
