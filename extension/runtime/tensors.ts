/** `@tensorflow/tfjs` as learners get it: the core with every gradient and chained operation. Backends are added by the ladder. */
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import "./backpropagation.ts";
import "./engine.ts";
import "./gradients.ts";

export * from "@tensorflow/tfjs-core";
export { cumprod, cumsum } from "./cumulative.ts";
export { einsum } from "./einsum.ts";
export { losses } from "./losses.ts";
export { where } from "./where.ts";
