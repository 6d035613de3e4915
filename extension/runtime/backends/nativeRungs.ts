/** Adds the rungs that are native addons: tensor work on a GPU, or on the processor by TensorFlow's own library. */
import { addRungs } from "./ladder.ts";
import { tfjsNode, tfjsNodeGpu } from "./tfjsNode.ts";
import { webgpu } from "./webgpu.ts";

addRungs(tfjsNodeGpu, webgpu, tfjsNode);
