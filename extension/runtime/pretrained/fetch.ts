/** The program that fetches a model. It has the network and an empty folder, and of pack and attempt it knows nothing but the model's id. */
import { connect } from "../../child/connection.ts";
import { asResponse, faultOf } from "../../child/faults.ts";
import { DownloadNotification, FetchRequest } from "../../protocol/pretrained.ts";
import { PROTOCOL_VERSION, ReadyNotification } from "../../protocol/runtime.ts";
import { download } from "./download.ts";

const connection = connect();

connection.onRequest(FetchRequest, async (params) => {
  try {
    await download(params, (part) => void connection.sendNotification(DownloadNotification, part));
    return null;
  } catch (error) {
    return asResponse(faultOf(error, []));
  }
});

void connection.sendNotification(ReadyNotification, { protocol: PROTOCOL_VERSION, backend: { name: "cpu", device: "none", skipped: [] } });
