// Sockets that a service manager opened and hands over, as systemd does.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { program } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";

async function listening() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

// LISTEN_PID must be the program's own: the shell becomes it.
function startWith(sockets, names, dataDir) {
  const variables = `LISTEN_PID=$$ LISTEN_FDS=${sockets.length} LISTEN_FDNAMES=${names}`;
  return spawn("sh", ["-c", `${variables} exec "$@"`, "sh", program, "serve"].concat([
    ...["--data-dir", dataDir, "--public-listen", "127.0.0.1:1"],
    ...["--internal-listen", "127.0.0.1:1"],
  ]), { stdio: ["ignore", "pipe", "pipe", ...sockets] });
}

for (const [how, names, order] of [
  ["by name", "internal:public", [1, 0]],
  ["in order", "unknown:unknown", [0, 1]],
]) {
  test(`passed sockets are served, ${how}`, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "consentd-passed-"));
    const sockets = [await listening(), await listening()];
    const [outside, inside] = order.map((at) => sockets[at].address().port);
    const descriptors = sockets.map((socket) => socket._handle.fd);
    const child = startWith(descriptors, names, dataDir);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => (output += chunk));
    }
    const ended = once(child, "exit");
    for (const socket of sockets) socket.close();
    try {
      const health = await call(`http://127.0.0.1:${inside}/healthz`);
      assert.equal(health.status, 200, output);
      const notice = await call(`http://127.0.0.1:${outside}/v1/notice?site=dialphone.com`);
      assert.equal(notice.status, 200, output);
    } finally {
      child.kill("SIGTERM");
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    }
  });
}

test("what is passed and does not listen is refused", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "consentd-passed-"));
  const child = startWith(["pipe"], "public", dataDir);
  let output = "";
  child.stderr.on("data", (chunk) => (output += chunk));
  const [status] = await once(child, "exit");
  assert.equal(status, 1);
  assert.match(output, /descriptor 3 .*ListenStream=/);
  await rm(dataDir, { recursive: true, force: true });
});

test("without any argument it runs on its defaults, in the directory it stands in", async () => {
  const directory = await mkdtemp(join(tmpdir(), "consentd-bare-"));
  const sockets = [await listening(), await listening()];
  const [outside, inside] = sockets.map((socket) => socket.address().port);
  const descriptors = sockets.map((socket) => socket._handle.fd);
  const words = ["-c", 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"', "sh", program];
  const child = spawn("sh", words, {
    ...{ cwd: directory, stdio: ["ignore", "ignore", "ignore", ...descriptors] },
  });
  const ended = once(child, "exit");
  for (const socket of sockets) socket.close();
  try {
    assert.equal((await call(`http://127.0.0.1:${inside}/readyz`)).status, 200);
    const own = `http://127.0.0.1:${outside}`;
    for (const origin of ["https://dialphone.com", "https://www.dialphone.com", own]) {
      const { status, headers, json } = await call(`${own}/v1/notice?site=dialphone.com`, {
        headers: { Origin: origin },
      });
      assert.equal(status, 200);
      assert.equal(headers["access-control-allow-origin"], origin);
      assert.deepEqual(json.purposes.map(({ id }) => id), ["essential", "analytics", "marketing"]);
      assert.equal(json.region.country, null, "no geo database: region unknown");
    }
    const kept = await readdir(join(directory, "data"));
    assert.ok(kept.includes("zones") && kept.includes("keys"), kept.join());
  } finally {
    child.kill("SIGTERM");
    assert.equal((await ended)[0], 0);
    await rm(directory, { recursive: true, force: true });
  }
});
