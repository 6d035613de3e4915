/** A failure that a person can do something about: a sentence and a remedy. Everything else that is thrown is a bug. */
export class UserError extends Error {
  readonly remedy: string;
  constructor(sentence: string, remedy: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "UserError";
    this.remedy = remedy;
  }
}

/** Text of anything thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The first line of it, without the place in its source that ONNX Runtime puts before. */
export const firstLineOf = (thrown: unknown): string => (messageOf(thrown).trim().split("\n")[0] as string).replace(/^\/onnxruntime_src\/.* was false\. /, "");
