// What the contract says once for all routes: limits to the byte, errors, keys and methods.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { issueKey, startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { assertProblem, site, Visitor } from "../support/visitor.mjs";

const scopes = ["check", "events", "privacy", "admin", "metrics"];
let service;
let document;
before(async () => {
  service = await startConsentd({ scopes, options: ["--rate-burst", "100000"] });
  document = (await call(`${service.url}/v1/openapi.json`)).json;
});
after(() => service?.stop());

const statusOf = (answer) => Number(answer.match(/^HTTP\/1\.1 (\d{3}) /)?.[1] ?? 0);
const bearer = (key = service.key) => ({ Authorization: `Bearer ${key}` });

function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...{ path, operation, method: method.toUpperCase() },
      url:
        (operation["x-listener"] === "public" ? service.url : service.internalUrl) +
        path.replace(/\{\w+\}/g, "x"),
    })),
  );
}

// The routes that read a body of JSON, with one that is complete.
async function readers() {
  const decision = await new Visitor(service).body("reject_all");
  return [
    [`${service.url}/v1/consents`, decision, 201],
    [`${service.url}/v1/events`, { site, events: [] }, 202],
    [`${service.internalUrl}/v1/check`, { site, purpose: "analytics", subjects: [] }, 200],
  ];
}
const post = (url, body, headers = { "Content-Type": "application/json" }) =>
  call(url, { method: "POST", headers: { ...bearer(), ...headers }, body });

test("a head of 16 KiB is read, one byte more is 431", async () => {
  const head = (bytes) => {
    const start = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: `;
    return `${start}${"x".repeat(bytes - start.length - 4)}\r\n\r\n`;
  };
  for (const url of [service.url, service.internalUrl]) {
    const most = head(16 * 1024);
    assert.equal(most.length, 16 * 1024);
    assert.equal(statusOf(await callRaw(url, most)), url === service.url ? 404 : 200);
    assert.equal(statusOf(await callRaw(url, head(16 * 1024 + 1))), 431);
  }
});

test("a body of the limit is read, one byte more is 413, sized and in chunks", async () => {
  const limits = { [service.url]: 64 * 1024, [service.internalUrl]: 4 * 1024 * 1024 };
  for (const [url, body, status] of await readers()) {
    const limit = limits[new URL(url).origin];
    const most = JSON.stringify(body).padEnd(limit, " ");
    assert.equal((await post(url, most)).status, status, url);
    assertProblem(await post(url, `${most} `), 413);
    const chunked = (text) => {
      const size = 16 * 1024;
      let wire = "";
      for (let at = 0; at < text.length; at += size) {
        const chunk = text.slice(at, at + size);
        wire += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
      }
      const fields = `Authorization: Bearer ${service.key}\r\nContent-Type: application/json\r\n`;
      return (
        `POST ${new URL(url).pathname} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}` +
        `Transfer-Encoding: chunked\r\n\r\n${wire}0\r\n\r\n`
      );
    };
    const again = JSON.stringify(
      url.endsWith("consents") ? await new Visitor(service).body("reject_all") : body,
    ).padEnd(limit, " ");
    assert.equal(statusOf(await callRaw(url, chunked(again))), status, url);
    assert.equal(statusOf(await callRaw(url, chunked(`${again} `))), 413, url);
  }
});

test("what is not JSON is 400 on every route that reads it", async () => {
  for (const [url, body] of await readers()) {
    const good = JSON.stringify(body);
    const deep = (levels) => `{"site":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    const bodies = {
      empty: "",
      "cut off": good.slice(0, -1),
      "something behind": `${good}{}`,
      "a duplicate member": good.replace("{", '{"site":"x",'),
      "a duplicate written with an escape": good.replace("{", '{"s\\u0069te":"x",'),
      NaN: good.replace("{", '{"x":NaN,'),
      Infinity: good.replace("{", '{"x":-Infinity,'),
      "a number out of range": good.replace("{", '{"x":1e999,'),
      "a lone high surrogate": good.replace("{", '{"x":"\\ud800",'),
      "a lone low surrogate": good.replace("{", '{"x":"\\udfff",'),
      "a lone surrogate in a name": good.replace("{", '{"\\ud800":1,'),
      "nesting of 17": deep(16),
      "UTF-16": Buffer.from(good, "utf16le"),
      "bytes that are no UTF-8": Buffer.concat([
        Buffer.from(`${good.slice(0, -1)},"x":"`),
        Buffer.from([0xff]),
        Buffer.from('"}'),
      ]),
    };
    for (const [what, text] of Object.entries(bodies)) {
      const answer = await post(url, text);
      assert.equal(answer.status, 400, `${url} ${what}: ${answer.text}`);
      assertProblem(answer, 400);
    }
    assertProblem(await post(url, deep(15)), 422);
  }
});

test("unknown members are a 422 that names them", async () => {
  for (const [url, body] of await readers()) {
    for (const [name, pointer] of [
      ["extra", "/extra"],
      ["Site", "/Site"],
      ["", "/"],
      ["a/b~c", "/a~1b~0c"],
      ["__proto__", "/__proto__"],
    ]) {
      const text = JSON.stringify(body).replace("{", `{${JSON.stringify(name)}:1,`);
      assertProblem(await post(url, text), 422, pointer);
    }
  }
});

test("another content type is 415", async () => {
  for (const [url, body] of await readers()) {
    const types = ["application/xml", "text/html", "multipart/form-data; boundary=x", "json"];
    if (!url.endsWith("/v1/consents")) types.push("application/x-www-form-urlencoded");
    if (!url.endsWith("/v1/events")) types.push("text/plain");
    for (const type of types) {
      assertProblem(await post(url, JSON.stringify(body), { "Content-Type": type }), 415);
    }
  }
});

test("a method that a path does not take is 405 and says which it takes", async () => {
  const paths = new Map();
  for (const { path, url, method } of operations()) {
    const entry = paths.get(path) ?? { url, methods: new Set(["OPTIONS"]) };
    entry.methods.add(method);
    if (method === "GET") entry.methods.add("HEAD");
    paths.set(path, entry);
  }
  for (const [path, { url, methods }] of paths) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      if (methods.has(method)) continue;
      const answer = await call(url, { method, headers: bearer() });
      assertProblem(answer, 405);
      assert.deepEqual(new Set(answer.headers.allow.split(", ")), methods, `${method} ${path}`);
    }
  }
  const file = await call(`${service.url}/v1/banner.js`, { method: "DELETE" });
  assertProblem(file, 405);
  assert.equal(file.headers.allow, "GET, HEAD, OPTIONS");
  assertProblem(await call(`${service.url}/v1/nothing`, { method: "DELETE" }), 404);
});

test("each key does what its scopes say and nothing else", async () => {
  const keyed = operations().filter(({ operation }) =>
    (operation.security ?? []).some((way) => way.apiKey),
  );
  assert.ok(keyed.length >= 3);
  for (const { operation, method, url } of keyed) {
    const [needed] = operation.security.find((way) => way.apiKey).apiKey;
    const others = scopes.filter((scope) => scope !== needed);
    const lacking = await call(url, {
      method,
      headers: bearer(await issueKey(service.dataDir, others)),
    });
    assertProblem(lacking, 403);
    assert.match(lacking.headers["www-authenticate"], new RegExp(`scope="${needed}"`));
    const enough = await call(url, {
      method,
      headers: bearer(await issueKey(service.dataDir, [needed])),
    });
    assert.ok(![401, 403].includes(enough.status), `${method} ${url}: ${enough.status}`);
    for (const authorization of [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      `Basic ${service.key}`,
      service.key,
      `Bearer ${service.key}x`,
      `Bearer ${service.key.slice(0, -1)}`,
      `Bearer ${service.key.toUpperCase()}`,
      `Bearer ${service.key} ${service.key}`,
      `Bearer ${service.key}, Bearer ${service.key}`,
    ]) {
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      const refused = await call(url, { method, headers });
      assertProblem(refused, 401);
      assert.equal(refused.headers["www-authenticate"], 'Bearer realm="consentd"');
    }
  }
});

test("a key is asked for before anything of the request is looked at", async () => {
  for (const [url] of (await readers()).filter(([url]) => url.startsWith(service.internalUrl))) {
    for (const body of ["", "{", "x".repeat(100_000)]) {
      assertProblem(await call(url, { method: "POST", body }), 401);
    }
  }
});

test("origins are compared to the letter, on every write", async () => {
  const foreign = [
    ...["https://evil.example", "null", "http://dialphone.com", "https://dialphone.com:8443"],
    ...["https://dialphone.com.evil.example", "https://evildialphone.com", "https://DIALPHONE.com"],
    ...["https://dialphone.com/", "https://user@dialphone.com", "https://dialphone.com."],
    "https://dialphone.com https://evil.example",
    "https://dialphone.com, https://evil.example",
  ];
  for (const [url, body] of (await readers()).filter(([url]) => url.startsWith(service.url))) {
    for (const origin of [...foreign, ""]) {
      const headers = { "Content-Type": "application/json", Origin: origin };
      const answer = await call(url, { method: "POST", headers, body: JSON.stringify(body) });
      assertProblem(answer, 403);
      assert.equal(answer.headers["access-control-allow-origin"], undefined, origin);
      assert.equal(answer.headers["access-control-allow-credentials"], undefined, origin);
    }
    const twice = `Origin: https://dialphone.com\r\nOrigin: https://evil.example\r\n`;
    const text = JSON.stringify(body);
    const answer = await callRaw(
      service.url,
      `POST ${new URL(url).pathname} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${twice}` +
        `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    assert.equal(statusOf(answer), 403);
  }
});
