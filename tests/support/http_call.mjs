// One HTTP request as a test wants it sent, byte for byte, and its answer.

import { request } from "node:http";
import { connect } from "node:net";

// node's fetch refuses header bytes that a test wants to send; this sends text as its UTF-8 bytes.
const asBytes = (text) => Buffer.from(text, "utf8").toString("latin1");

function answerOf(incoming, chunks) {
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString("utf8");
  const isPacked = incoming.headers["content-encoding"] !== undefined;
  const isJson = !isPacked && /[/+]json/.test(incoming.headers["content-type"] ?? "");
  return {
    status: incoming.statusCode,
    statusText: incoming.statusMessage,
    headers: incoming.headers,
    bytes,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

// A body that is an object is sent as JSON; text and bytes are sent as they are.
export function call(url, { method = "GET", headers = {}, body, agent } = {}) {
  const all = { ...headers };
  const isObject = body !== undefined && typeof body !== "string" && !Buffer.isBuffer(body);
  if (isObject) all["Content-Type"] ??= "application/json";
  const encoded = Object.entries(all).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(asBytes) : asBytes(value),
  ]);
  return new Promise((resolve, reject) => {
    const options = { method, headers: Object.fromEntries(encoded), agent };
    const sent = request(url, options, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("end", () => resolve(answerOf(incoming, chunks)));
      incoming.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(isObject ? JSON.stringify(body) : body);
  });
}

// Writes bytes to a socket of their own and gives everything that comes back until it is closed.
export function callRaw(url, text, { wait = 5000 } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const chunks = [];
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks).toString("latin1"));
    };
    const timer = setTimeout(done, wait);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", done);
    socket.on("error", (error) => {
      if (chunks.length > 0 || error.code === "ECONNRESET" || error.code === "EPIPE") done();
      else reject(error);
    });
  });
}
