/** Checkpoints by way of the supervisor, which has the files: in parts, as weights can be larger than a message. */
import type { MessageConnection } from "vscode-jsonrpc";
import { CHECKPOINT_PART, LoadCheckpointRequest, RemoveCheckpointRequest, SaveCheckpointRequest } from "../protocol/runtime.ts";
import type { Checkpoints } from "./services/session.ts";

export const checkpointsBy = (connection: MessageConnection): Checkpoints => ({
  async save(name, file) {
    for (let from = 0; from < file.length; from += CHECKPOINT_PART) {
      const part = Buffer.from(file.buffer, file.byteOffset + from, Math.min(CHECKPOINT_PART, file.length - from));
      await connection.sendRequest(SaveCheckpointRequest, { name, data: part.toString("base64"), last: from + CHECKPOINT_PART >= file.length });
    }
  },
  async load(name) {
    const parts: Buffer[] = [];
    for (let offset = 0; ; offset += CHECKPOINT_PART) {
      const part = await connection.sendRequest(LoadCheckpointRequest, { name, offset });
      if (!part) return undefined;
      parts.push(Buffer.from(part.data, "base64"));
      if (part.last) return Buffer.concat(parts);
    }
  },
  async remove(name) {
    await connection.sendRequest(RemoveCheckpointRequest, { name });
  },
});
