/** The program that computes pretrained models. No learner code runs here. */
import { connect } from "../../child/connection.ts";
import { asResponse, faultOf } from "../../child/faults.ts";
import { ComputedOnNotification, DownloadNotification, EncodeRequest, type PretrainedOptions, PretrainedRequest } from "../../protocol/pretrained.ts";
import { PROTOCOL_VERSION, ReadyNotification } from "../../protocol/runtime.ts";
import { encode } from "../../protocol/wire.ts";
import { Bert } from "./bert.ts";
import { filesOf } from "./files.ts";

const connection = connect();
const models = new Map<string, Promise<Bert>>();
let options: PretrainedOptions = { shipped: { texts: {}, binaries: {} }, providers: ["cpu"], cache: "" };

connection.onRequest(PretrainedRequest, (given) => {
  options = given;
  return null;
});

connection.onRequest(EncodeRequest, async ({ model, texts }) => {
  const loading = models.get(model) ?? load(model);
  models.set(model, loading);
  loading.catch(() => models.delete(model)); // the next try may find a network
  try {
    return encode(await (await loading).encode(texts));
  } catch (error) {
    return asResponse(faultOf(error, []));
  }
});

void connection.sendNotification(ReadyNotification, { protocol: PROTOCOL_VERSION, backend: { name: "cpu", device: "ONNX Runtime", skipped: [] } });

async function load(model: string): Promise<Bert> {
  const files = await filesOf(model, options, (loaded, total, file) => void connection.sendNotification(DownloadNotification, { loaded, total, file }));
  const bert = await Bert.load(files, options.providers);
  void connection.sendNotification(ComputedOnNotification, { model, on: bert.on });
  return bert;
}
