// An edge in front of the service, on an address of its own of the loopback network: what it says
// about the visitor, and whether the service can be reached. Browsers keep cookies and storage by
// the address, so each edge has a fresh visitor. The service, which knows its own address only,
// sees that as the origin.

import { once } from "node:events";
import { createServer, request } from "node:http";

let addresses = 1;

/** `headers` replace those of the browser. `down` cuts every request for a path that it matches. */
export async function startEdge(service, headers = {}) {
  const edge = { down: undefined, requests: [] };
  const server = createServer((incoming, outgoing) => {
    edge.requests.push(incoming.url);
    if (edge.down?.test(incoming.url)) return incoming.destroy();
    const sent = { ...incoming.headers };
    for (const [name, value] of Object.entries(headers)) sent[name.toLowerCase()] = value;
    if (sent.origin === edge.url) sent.origin = service.url;
    const options = { method: incoming.method, headers: sent, agent: false };
    const passed = request(new URL(incoming.url, service.url), options, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  const host = `127.0.0.${++addresses}`;
  server.listen(0, host);
  await once(server, "listening");
  edge.url = `http://${host}:${server.address().port}`;
  edge.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return edge;
}
