// The ready-made configurations of nginx and HAProxy, run on loopback in front of consentd: what
// they pass on is what consentd believes, and nothing a visitor writes is.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:http2";
import { get as httpsGet } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root, startConsentd } from "../support/consentd.mjs";
import { freePort } from "../support/free_port.mjs";
import { spawnProxy } from "../support/proxies.mjs";
import { edgeHeaders, eventId, site } from "../support/visitor.mjs";

let directory;
let certificate;
let service;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-proxies-"));
  const [key, file] = [join(directory, "key.pem"), join(directory, "certificate.pem")];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
      ...["-keyout", key, "-out", file],
    ],
    { stdio: "ignore" },
  );
  certificate = await readFile(file, "utf8");
  await writeFile(join(directory, "combined.pem"), certificate + (await readFile(key, "utf8")));
  service = await startConsentd();
});
after(async () => {
  await service?.stop();
  await rm(directory, { recursive: true, force: true });
});

// Where nginx keeps what it cannot hold in memory; the package's own place belongs to root.
const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
const inDirectory = (name) => `${name}_temp_path ${directory}/${name};`;

// The configuration as it stands, but for its ports, places, certificate and upstream.
async function localised(name, ports) {
  const text = await readFile(join(root, "server/deploy", name), "utf8");
  return text
    .replaceAll("127.0.0.1:8080", new URL(service.url).host)
    .replaceAll("/etc/consentd/tls", directory)
    .replace(/^ *listen \[::\].*$/gm, "")
    .replace(/listen 443/, `listen 127.0.0.1:${ports.https}`)
    .replace(/listen 80;/, `listen 127.0.0.1:${ports.http};`)
    .replace(/bind :443/, `bind 127.0.0.1:${ports.https}`)
    .replace(/bind :80/, `bind 127.0.0.1:${ports.http}`)
    .replace(/maxconn \d+/, "maxconn 500")
    .replace(/^worker_processes auto;/m, `worker_processes 1;\npid ${directory}/nginx.pid;`)
    .replace(/^http \{/m, `http {\n${temporary.map(inDirectory).join("\n")}`);
}

const proxies = {
  nginx: (file) => ["-p", directory, "-e", "stderr", "-g", "daemon off;", "-c", file],
  haproxy: (file) => ["-db", "-f", file],
};

async function startProxy(name, adapt = (text) => text) {
  const ports = { https: await freePort(), http: await freePort() };
  const file = join(directory, `${name}.conf`);
  const source = `${name}.conf`;
  await writeFile(file, adapt(await localised(source, ports)));
  const child = spawnProxy(name, proxies[name](file));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => (output += chunk));
  }
  const ended = once(child, "exit");
  const url = `https://localhost:${ports.https}`;
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await ask(url, "/v1/notice?site=x").catch(() => undefined);
    if (answer?.status === 404) break;
    if (tries === 99 || child.exitCode !== null) throw new Error(`${name}:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { url, plain: `http://127.0.0.1:${ports.http}`, stop };
}

// One request over HTTP/2.
async function ask(url, path, { method = "GET", headers = {}, body } = {}) {
  const session = connect(url, { ca: certificate });
  session.setTimeout(5_000, () => session.destroy(new Error(`no answer to ${path}`)));
  try {
    const failed = once(session, "error").then(([error]) => Promise.reject(error));
    const stream = session.request({ ":method": method, ":path": path, ...headers });
    stream.end(body);
    const [answer] = await Promise.race([once(stream, "response"), failed]);
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    return { status: answer[":status"], headers: answer, text };
  } finally {
    session.close();
  }
}

async function decideThrough(url, headers = {}) {
  const notice = JSON.parse((await ask(url, `/v1/notice?site=${site}`, { headers })).text);
  const body = {
    ...{ site, event: eventId(), subject: null, ticket: notice.ticket, notice: notice.notice.id },
    ...{ policy: notice.policy.version, language: notice.notice.language, layer: "banner" },
    choices: { analytics: "granted", marketing: "granted" },
    ...{ action: "accept_all", client_time: new Date().toISOString(), gpc: false },
  };
  return ask(url, "/v1/consents", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

for (const name of Object.keys(proxies)) {
  test(`${name}: HTTP/2, HTTPS and cookies work through it`, async () => {
    const proxy = await startProxy(name);
    try {
      const notice = await ask(proxy.url, `/v1/notice?site=${site}`);
      assert.equal(notice.status, 200);
      assert.match(notice.headers["strict-transport-security"], /max-age=31536000/);
      assert.match(notice.headers["x-request-id"], /^[0-9a-f]{32}$/);
      const decision = await decideThrough(proxy.url);
      assert.equal(decision.status, 201, decision.text);
      const [cookie] = [decision.headers["set-cookie"]].flat();
      assert.match(cookie, /^__Host-dp_consent=/);
      assert.match(cookie, /; *Secure/);
      const moved = await fetch(`${proxy.plain}/pricing`, { redirect: "manual" });
      assert.equal(moved.status, 308);
      assert.match(moved.headers.get("location"), /^https:\/\/[^/]+\/pricing$/);
    } finally {
      await proxy.stop();
    }
  });

  test(`${name}: coding, limits and protective fields are consentd's own`, async () => {
    const proxy = await startProxy(name);
    try {
      const headers = { "accept-encoding": "gzip, br" };
      const packed = await ask(proxy.url, `/v1/notice?site=${site}`, { headers });
      assert.equal(packed.headers["content-encoding"], "gzip");
      const file = await ask(proxy.url, "/v1/banner.js", { headers });
      assert.equal(file.headers["content-encoding"], "br");
      const page = await ask(proxy.url, "/v1/preferences");
      assert.match(page.headers["content-security-policy"], /frame-ancestors 'none'/);
      const again = { ...headers, "if-none-match": file.headers.etag };
      assert.equal((await ask(proxy.url, "/v1/banner.js", { headers: again })).status, 304);
      const post = (size) =>
        ask(proxy.url, "/v1/events", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ site, events: [] }).padEnd(size, " "),
        });
      assert.equal((await post(64 * 1024)).status, 202);
      assert.equal((await post(64 * 1024 + 1)).status, 413);
      for (const path of ["/v1/nothing", "/%ff", "/v1/events"]) {
        const refused = await ask(proxy.url, path);
        assert.ok(refused.status >= 400 && refused.status < 500, path);
        assert.match(refused.headers["strict-transport-security"], /max-age=31536000/, path);
      }
    } finally {
      await proxy.stop();
    }
  });

  test(`${name}: a visitor cannot write their own address or region`, async () => {
    const proxy = await startProxy(name);
    try {
      const regionOf = async (headers) =>
        JSON.parse((await ask(proxy.url, `/v1/notice?site=${site}`, { headers })).text).region;
      const own = await regionOf({});
      assert.equal(own.country, null, "loopback is in no country");
      for (const headers of [
        edgeHeaders("US-CA"),
        { "CF-IPCountry": "US", "CF-Region-Code": "CA" },
        { "CloudFront-Viewer-Country": "US" },
        { "X-Forwarded-For": "8.8.8.8" },
        { Forwarded: "for=8.8.8.8;proto=https" },
      ]) {
        assert.deepEqual(await regionOf(headers), own, JSON.stringify(headers));
      }
    } finally {
      await proxy.stop();
    }
  });
}

// HAProxy ends TLS and passes bytes on; address and scheme travel in the PROXY header alone.
const passingBytes = ({ port, upstream }) => `global
    maxconn 500
defaults
    mode tcp
    timeout connect 5s
    timeout client 10s
    timeout server 10s
frontend visitors
    bind 127.0.0.1:${port} ssl crt ${directory}/combined.pem alpn http/1.1
    default_backend consentd
backend consentd
    server consentd ${upstream} send-proxy-v2-ssl
`;

test("haproxy: the PROXY header tells address and scheme", async () => {
  const own = await startConsentd({
    trustedProxies: ["127.0.0.1/32"],
    options: ["--proxy-protocol", "on"],
  });
  const port = await freePort();
  const file = join(directory, "tcp.conf");
  await writeFile(file, passingBytes({ port, upstream: new URL(own.url).host }));
  const child = spawnProxy("haproxy", ["-db", "-f", file]);
  const ended = once(child, "exit");
  const ask = (path) =>
    new Promise((resolve, reject) => {
      const sent = httpsGet(
        { host: "127.0.0.1", port, path, rejectUnauthorized: false, headers: edgeHeaders("US-CA") },
        async (answer) => {
          let text = "";
          for await (const chunk of answer.setEncoding("utf8")) text += chunk;
          resolve({ status: answer.statusCode, headers: answer.headers, text });
        },
      );
      sent.on("error", reject);
    });
  try {
    let answer;
    for (let tries = 0; !answer && tries < 100; tries += 1) {
      answer = await ask(`/v1/notice?site=${site}`).catch(() => undefined);
      if (!answer) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(answer?.status, 200);
    assert.equal(answer.headers["strict-transport-security"], "max-age=31536000");
    // The header names 127.0.0.1 here, which is trusted; without the header nobody gets in.
    assert.equal(JSON.parse(answer.text).region.country, "US");
    await assert.rejects(fetch(`${own.url}/v1/notice?site=${site}`));
  } finally {
    child.kill("SIGTERM");
    await ended;
    await own.stop();
  }
});
