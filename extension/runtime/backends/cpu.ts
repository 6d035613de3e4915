/** Plain JavaScript: always there, slow. */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "../tensors.ts";
import type { Rung } from "./ladder.ts";

export const cpu: Rung = {
  name: "cpu",
  start: async () => {
    await tf.setBackend("cpu");
    (tf.findBackend("cpu") as unknown as { firstUse: boolean }).firstUse = false; // no advice about faster backends on the learner's stderr
    return { device: "JavaScript" };
  },
};
