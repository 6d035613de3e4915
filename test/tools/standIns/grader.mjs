/** Plays a grader whose messages are none: each answer is the next of the JSON texts that its first check's file holds. */
import { writeSync } from "node:fs";
import { Socket } from "node:net";

const send = (message) => {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  writeSync(4, Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
};

let script;
function heard({ id, method, params }) {
  if (method === "prepare") {
    script = JSON.parse(Object.values(params.checks.files).find((text) => text.startsWith("{")));
    send({ id, result: { checks: [] } });
  }
  if (method === "grade") {
    for (const result of script.told) send({ method: "checkFinished", params: result });
    send({ id, result: script.answer });
  }
}

let pending = Buffer.alloc(0);
new Socket({ fd: 3, readable: true, writable: false })
  .once("close", () => process.exit(0))
  .on("data", (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const [head, length] = /^Content-Length: (\d+)\r\n(?:.*\r\n)*?\r\n/.exec(pending.toString("latin1")) ?? [];
      if (head === undefined || pending.length < head.length + Number(length)) return;
      const body = pending.subarray(head.length, head.length + Number(length));
      pending = pending.subarray(head.length + Number(length));
      heard(JSON.parse(body.toString()));
    }
  });
send({ method: "ready", params: { protocol: 1, backend: { name: "cpu", device: "grader", skipped: [] } } });
