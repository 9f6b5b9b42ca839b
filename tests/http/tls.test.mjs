// TLS on the listeners: versions, certificates, reload, and clients that take their time.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { issueKey, program } from "../support/consentd.mjs";
import { freePort } from "../support/free_port.mjs";
import { site } from "../support/visitor.mjs";

let directory;
const file = (name) => join(directory, name);
const openssl = (...words) =>
  execFileSync("openssl", words.join(" ").split(" "), { stdio: "ignore", cwd: directory });

const selfSigned = (name, common) =>
  openssl(
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2",
    `-subj /CN=${common} -addext subjectAltName=DNS:localhost,IP:127.0.0.1`,
    `-keyout ${name}.key -out ${name}.pem`,
  );

function issueClientCertificate() {
  selfSigned("authority", "authority");
  openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=pipeline",
    "-keyout client.key -out client.csr");
  openssl("x509 -req -in client.csr -CA authority.pem -CAkey authority.key -CAcreateserial",
    "-days 2 -out client.pem");
}

async function start(options = []) {
  const dataDir = await mkdtemp(join(directory, "data-"));
  const key = await issueKey(dataDir, ["check"]);
  const ports = { outside: await freePort(), inside: await freePort() };
  const child = spawn(program, [
    ...["serve", "--data-dir", dataDir, "--public-listen", `127.0.0.1:${ports.outside}`],
    ...["--internal-listen", `127.0.0.1:${ports.inside}`],
    ...["--public-tls-cert", file("current.pem"), "--public-tls-key", file("current.key")],
    ...options,
  ]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => (output += chunk));
  }
  const ended = once(child, "exit");
  for (let tries = 0; !output.includes('"started"'); tries += 1) {
    if (tries > 400 || child.exitCode !== null) throw new Error(output);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const stop = async () => {
    child.kill("SIGTERM");
    return (await ended)[0];
  };
  return { ...ports, key, child, stop, output: () => output };
}

let service;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-tls-"));
  for (const name of ["first", "second"]) selfSigned(name, name);
  issueClientCertificate();
  await install("first");
  service = await start();
});
after(async () => {
  await service?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function install(name) {
  await copyFile(file(`${name}.pem`), file("current.pem"));
  await copyFile(file(`${name}.key`), file("current.key"));
}

function ask(port, path, options = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path, agent: false, rejectUnauthorized: false, ...options },
      async (answer) => {
        const peer = answer.socket.getPeerCertificate().subject.CN;
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: answer.statusCode, headers: answer.headers, text, peer });
      },
    );
    sent.on("error", reject);
    sent.end(options.body);
  });
}
const notice = `/v1/notice?site=${site}`;

test("TLS 1.3 is spoken, 1.2 is not, and answers insist on HTTPS", async () => {
  const answer = await ask(service.outside, notice);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["strict-transport-security"], "max-age=31536000");
  assert.equal(JSON.parse(answer.text).site, site);
  await assert.rejects(ask(service.outside, notice, { maxVersion: "TLSv1.2" }));
  const old = spawnSync(
    "openssl",
    ["s_client", "-connect", `127.0.0.1:${service.outside}`, "-tls1_2", "-brief"],
    { input: "", encoding: "utf8", timeout: 10_000 },
  );
  assert.match(old.stderr, /alert protocol version/);
});

test("1.2 is spoken when it is switched on", async () => {
  const own = await start(["--tls-min", "1.2"]);
  const answer = await ask(own.outside, notice, { maxVersion: "TLSv1.2" });
  assert.equal(answer.status, 200);
  assert.equal(await own.stop(), 0);
});

test("many requests share a connection, and large answers and bodies arrive whole", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 2, rejectUnauthorized: false });
  try {
    for (let i = 0; i < 50; i += 1) {
      assert.equal((await ask(service.outside, notice, { agent })).status, 200);
    }
    const document = await ask(service.outside, "/v1/openapi.json", { agent });
    assert.ok(document.text.length > 40_000);
    assert.match(JSON.parse(document.text).openapi, /^3\.1/);
    const body = JSON.stringify({ site, padding: "x".repeat(60_000) });
    const headers = { "Content-Type": "application/json", "Content-Length": body.length };
    const refused = await ask(service.outside, "/v1/consents", {
      ...{ method: "POST", agent, headers, body },
    });
    assert.equal(refused.status, 422);
  } finally {
    agent.destroy();
  }
});

test("what is no TLS, and a handshake that does not end, hold up nobody", async () => {
  const sockets = Array.from({ length: 50 }, (_, i) => {
    const socket = connectTcp(service.outside, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(i % 2 === 0 ? "GET / HTTP/1.1\r\n\r\n" : Buffer.from([22, 3, 1, 2, 0, 1]));
    return socket;
  });
  try {
    const started = performance.now();
    assert.equal((await ask(service.outside, notice)).status, 200);
    assert.ok(performance.now() - started < 2_000);
    const [first] = sockets;
    if (!first.destroyed) await once(first.resume(), "close");
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("a client that offers other protocols only is refused", async () => {
  const socket = connect({
    ...{ port: service.outside, host: "127.0.0.1", rejectUnauthorized: false },
    ALPNProtocols: ["h2"],
  });
  const [error] = await once(socket, "error");
  assert.match(error.message, /no application protocol/i);
});

test("SIGHUP puts a new certificate in force; a broken one leaves the old", async () => {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const reload = async (event) => {
    const count = () => service.output().split(`"${event}"`).length;
    const before = count();
    service.child.kill("SIGHUP");
    while (count() === before) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  try {
    assert.equal((await ask(service.outside, notice, { agent })).peer, "first");
    await install("second");
    await reload("reloaded");
    assert.equal((await ask(service.outside, notice, { agent })).status, 200, "the old goes on");
    assert.equal((await ask(service.outside, notice)).peer, "second");
    await writeFile(file("current.pem"), "no certificate");
    await reload("reload_refused");
    assert.match(service.output(), /current\.pem: cannot read the TLS certificate: no start line/);
    assert.equal((await ask(service.outside, notice)).peer, "second");
    await copyFile(file("first.pem"), file("current.pem"));
    await reload("reload_refused");
    assert.equal((await ask(service.outside, notice)).peer, "second", "key of another");
  } finally {
    agent.destroy();
    await install("first");
  }
});

test("the internal listener lets in only who has a certificate", async () => {
  const options = ["--internal-tls-cert", file("first.pem"), "--internal-tls-key"];
  options.push(file("first.key"), "--internal-client-ca", file("authority.pem"));
  const own = await start(options);
  try {
    const [cert, key] = [await readFile(file("client.pem")), await readFile(file("client.key"))];
    assert.equal((await ask(own.inside, "/healthz", { cert, key })).status, 200);
    await assert.rejects(ask(own.inside, "/healthz"), /certificate required|ECONNRESET|closed/i);
    const stranger = [await readFile(file("second.pem")), await readFile(file("second.key"))];
    await assert.rejects(ask(own.inside, "/healthz", { cert: stranger[0], key: stranger[1] }));
    const check = `/v1/check?site=${site}&purpose=essential&subject=x`;
    assert.equal((await ask(own.inside, check, { cert, key })).status, 401, "the key, too");
    const headers = { Authorization: `Bearer ${own.key}` };
    assert.equal((await ask(own.inside, check, { cert, key, headers })).status, 200);
  } finally {
    await own.stop();
  }
});

test("options that need each other are asked for", () => {
  for (const [options, message] of [
    [["--public-tls-cert", "x"], /--public-tls-cert and --public-tls-key need each other/],
    [["--internal-client-ca", "x"], /--internal-client-ca needs --internal-tls-cert/],
    [["--proxy-protocol", "on"], /--proxy-protocol needs --trusted-proxy/],
    [["--tls-min", "1.1"], /must be 1\.3 or 1\.2/],
    [["--tls-min", "1.2"], /--tls-min needs --public-tls-cert or --internal-tls-cert/],
    [["--public-listen", "[::1]:9", "--internal-listen", "[::1]:9"], /are the same: visitors/],
    [["--internal-listen", "127.0.0.1:8080"], /--public-listen and --internal-listen are the same/],
    [["--trusted-proxy", "0.0.0.0/0"], /--trusted-proxy trusts everybody/],
    [["--trusted-proxy", "::/0"], /--trusted-proxy trusts everybody/],
    [["--site-rate-limit", "0"], /--site-rate-limit must be a whole number from 1/],
  ]) {
    const { status, stderr } = spawnSync(program, ["serve", ...options], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, message);
  }
});

test("a certificate, key or authority that is of no use ends the start by name", async () => {
  await writeFile(file("empty.pem"), "");
  const first = ["--public-tls-cert", file("first.pem"), "--public-tls-key", file("first.key")];
  const inner = ["--internal-tls-cert", file("first.pem"), "--internal-tls-key", file("first.key")];
  for (const [options, message] of [
    [["--public-tls-cert", file("no.pem"), ...first.slice(2)], /no\.pem: [^:]+: No such file/],
    [["--public-tls-cert", file("empty.pem"), ...first.slice(2)], /empty\.pem: cannot read/],
    [[...first.slice(0, 3), file("second.key")], /second\.key: cannot read the TLS key, or/],
    [[...first.slice(0, 3), file("first.pem")], /first\.pem: cannot read the TLS key/],
    [[...inner, "--internal-client-ca", file("no.pem")], /no\.pem: cannot read the certificates/],
    [[...inner, "--internal-client-ca", file("empty.pem")], /empty\.pem: cannot read/],
  ]) {
    const listeners = ["--public-listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0"];
    const all = ["serve", "--data-dir", file("unused"), ...listeners, ...options];
    const { status, stderr, stdout } = spawnSync(program, all, { encoding: "utf8", timeout: 9000 });
    assert.equal(status, 1, stderr);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
    assert.doesNotMatch(stdout, /^public/m);
  }
});
