// What every answer says to a browser for its own protection: documents of data run nothing, pages
// run only their own, nobody frames either, and nobody guesses types.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeCertificate } from "../support/certificate.mjs";
import { startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { site, Visitor } from "../support/visitor.mjs";

let directory;
let service;
let document;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "consentd-fields-"));
  service = await startConsentd({ scopes: ["check", "events", "privacy", "admin", "metrics"] });
  document = (await call(`${service.url}/v1/openapi.json`)).json;
});
after(async () => {
  await service?.stop();
  await rm(directory, { recursive: true, force: true });
});

const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

function assertProtected({ status, headers }, what) {
  assert.equal(headers["x-content-type-options"], "nosniff", what);
  assert.match(headers["x-request-id"] ?? "", /^[0-9a-f]{32}$/, what);
  assert.equal(headers.server, undefined, what);
  const type = headers["content-type"] ?? "";
  const policy = headers["content-security-policy"];
  if (/json|^text\/plain/.test(type)) assert.equal(policy, dataPolicy, `${what}: ${status}`);
  if (!type.startsWith("text/html")) return;
  assert.match(policy, /^default-src 'none';/, what);
  for (const directive of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) {
    assert.ok(policy.includes(directive), `${what}: ${directive}`);
  }
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|\*|http/, what);
  assert.match(headers["referrer-policy"], /^(same-origin|strict-origin-when-cross-origin)$/, what);
  assert.match(headers["permissions-policy"], /geolocation=\(\)/, what);
  assert.equal(headers["cross-origin-resource-policy"], "same-origin", what);
}

test("every route, whatever it answers", async () => {
  const key = { Authorization: `Bearer ${service.key}` };
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const base = operation["x-listener"] === "public" ? service.url : service.internalUrl;
      const target = `${base}${path.replace(/\{\w+\}/g, "x")}`;
      for (const query of ["", `?site=${site}`]) {
        for (const headers of [{}, key, { "Content-Type": "application/json" }]) {
          const options = { method: method.toUpperCase(), headers };
          const answer = await call(target + query, options);
          assert.ok(answer.status < 500, `${method} ${path}: ${answer.text}`);
          assertProtected(answer, `${method} ${path}`);
        }
      }
      assertProtected(await call(target, { method: "PUT" }), `PUT ${path}`);
    }
  }
});

test("pages, files, decisions and what is not there", async () => {
  for (const path of ["/", "/pricing", `/v1/preferences?site=${site}`, "/nothing", "/v1/nothing"]) {
    assertProtected(await call(`${service.url}${path}`), path);
  }
  for (const path of ["/v1/banner.js", "/v1/consent.mjs", "/v1/consent.wasm"]) {
    const { headers } = await call(`${service.url}${path}`);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["cross-origin-resource-policy"], "cross-origin", path);
    assert.equal(headers["content-security-policy"], undefined, "a worker would be bound by it");
  }
  const visitor = new Visitor(service);
  const body = await visitor.body("accept_all");
  for (const status of [201, 200]) {
    const answer = await visitor.post(body);
    assert.equal(answer.status, status);
    assertProtected(answer, "decision");
  }
});

test("requests that cannot be read", async () => {
  for (const bytes of ["nonsense\r\n\r\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"]) {
    const answer = await callRaw(service.url, bytes);
    const lines = answer.split("\r\n\r\n")[0].split("\r\n").slice(1);
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(": ")[0].toLowerCase(), line.split(": ")[1]]),
    );
    assertProtected({ status: 400, headers }, bytes);
  }
});

function askSealed(port, path, { agent, method = "GET" }) {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, agent, method };
    request(options, (answer) => {
      answer.resume();
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers }));
    })
      .on("error", reject)
      .end();
  });
}

test("over TLS every answer insists on HTTPS, in clear text none does", async () => {
  const { certificate, key } = makeCertificate(directory);
  const sealed = await startConsentd({
    options: ["--public-tls-cert", certificate, "--public-tls-key", key],
  });
  const agent = new Agent({ keepAlive: false, rejectUnauthorized: false });
  try {
    const port = Number(new URL(sealed.url).port);
    const long = `/${"a".repeat(9000)}`;
    const notice = `/v1/notice?site=${site}`;
    for (const path of [notice, "/", "/v1/banner.js", "/nothing", "/%ff", long]) {
      const { status, headers } = await askSealed(port, path, { agent });
      assert.equal(headers["strict-transport-security"], "max-age=31536000", `${path}: ${status}`);
      const clear = await call(`${service.url}${path}`);
      assert.equal(clear.status, status);
      assert.equal(clear.headers["strict-transport-security"], undefined);
    }
    const refused = await askSealed(port, "/v1/consents", { agent, method: "PUT" });
    assert.equal(refused.status, 405);
    assert.equal(refused.headers["strict-transport-security"], "max-age=31536000");
  } finally {
    await sealed.stop();
  }
});
