/** The kernels beside those of the wasm backend, on its memory. They keep nothing of their own there: no data, no stack. */
export { matmul, matmulScratch } from "./matmul";
export * from "./elementwise";
export { maximum, sum } from "./reduce";
export { copyRows, gather, permute, segmentSum, spread } from "./move";
export { crossEntropy, crossEntropyGradient } from "./crossEntropy";
export { layerNorm, layerNormGradient } from "./layerNorm";
export { adam, softmax, softmaxGradient } from "./training";
