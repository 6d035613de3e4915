/** The ONNX graph beside this file: the GPT of exercise 05, as ONNX Runtime's own operators compute it. `npm run oracles` writes it anew. */
import { graphs as ofMinimalGpt } from "../../05-minimal-gpt/oracle/graphs.ts";

/** File name -> content, the same bytes each time. */
export const graphs = (): Record<string, Uint8Array> => ({ "gpt.onnx": ofMinimalGpt()["gpt.onnx"] as Uint8Array });
