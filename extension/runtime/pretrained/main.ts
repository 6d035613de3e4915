/** The program that computes one pretrained model. No learner code runs here, and it has no use for a network. */
import { connect } from "../../child/connection.ts";
import { asResponse, faultOf } from "../../child/faults.ts";
import { ComputedOnNotification, EncodeRequest, type PretrainedOptions, PretrainedRequest } from "../../protocol/pretrained.ts";
import { PROTOCOL_VERSION, ReadyNotification } from "../../protocol/runtime.ts";
import { encode } from "../../protocol/wire.ts";
import { Bert } from "./bert.ts";
import { filesOf } from "./files.ts";

const connection = connect();
let options: PretrainedOptions | undefined;
let loading: Promise<Bert> | undefined;

connection.onRequest(PretrainedRequest, (given) => {
  options = given;
  return null;
});

connection.onRequest(EncodeRequest, async ({ texts }) => {
  try {
    loading ??= load();
    return encode(await (await loading).encode(texts));
  } catch (error) {
    return asResponse(faultOf(error, []));
  }
});

void connection.sendNotification(ReadyNotification, { protocol: PROTOCOL_VERSION, backend: { name: "cpu", device: "ONNX Runtime", skipped: [] } });

async function load(): Promise<Bert> {
  if (!options) throw new Error("the model comes before the texts");
  const { model, source, providers } = options;
  const bert = await Bert.load(await filesOf(model, source), providers);
  void connection.sendNotification(ComputedOnNotification, { model, on: bert.on });
  return bert;
}
