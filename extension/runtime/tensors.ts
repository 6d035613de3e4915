/** `@tensorflow/tfjs` as learners get it: the core with every gradient and chained operation. Backends are added by the ladder. */
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";

export * from "@tensorflow/tfjs-core";
export { einsum } from "./einsum.ts";
