// Hostile text in every place a client can write to comes back in no header and in no page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call, callRaw } from "../support/http_call.mjs";
import { site, Visitor } from "../support/visitor.mjs";

const canary = "cAnArY7";
const hostile = [
  `${canary}"'><svg onload=alert(1)>`,
  `${canary}</script><script>alert(1)</script>`,
  `${canary}\\u003cscript\\u003e`,
  `javascript:${canary}`,
  `//${canary}.example`,
  `${canary}\u00e9\u4e2d\u202e`,
  `${canary}{{7*7}}\${7*7}`,
];
const broken = ["%0d%0aX-Injected:%201", "%0aX-Injected:%201", "%E5%98%8A%E5%98%8DX-Injected:%201"];
const fields = [
  ...["Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie"],
  ...["Content-Encoding", "Content-Type", "DNT", "Forwarded", "From", "If-Match", "If-None-Match"],
  ...["If-Range", "Origin", "Range", "Referer", "Sec-GPC", "User-Agent", "Via", "X-Forwarded-For"],
  ...["X-Forwarded-Host", "X-Forwarded-Proto", "X-Geo-Country", "X-Geo-Subdivision"],
  "X-Request-Id",
  ...["Access-Control-Request-Method", "Access-Control-Request-Headers", "X-Http-Method-Override"],
];

let service;
let document;
before(async () => {
  service = await startConsentd({
    scopes: ["check", "events", "privacy", "admin", "metrics"],
    options: ["--rate-burst", "1000000"],
  });
  document = (await call(`${service.url}/v1/openapi.json`)).json;
});
after(() => service?.stop());

// JSON may name a member that is not known; it is text there, under a type nobody guesses.
function assertUnmoved(answer, what) {
  assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text}`);
  for (const [name, value] of Object.entries(answer.headers)) {
    assert.ok(!`${name}: ${value}`.includes(canary), `${what}: ${name}: ${value}`);
    assert.ok(!/injected/i.test(name), `${what}: ${name}`);
  }
  const type = answer.headers["content-type"] ?? "";
  if (type.includes("json")) {
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    return;
  }
  assert.ok(!answer.text.includes(`${canary}"`), `${what}: ${answer.text.slice(0, 400)}`);
  assert.ok(!/<svg onload|<script>alert/.test(answer.text), what);
}

function routes() {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      base: operation["x-listener"] === "public" ? service.url : service.internalUrl,
      method: method.toUpperCase(),
      path,
    })),
  );
  return [...all, { base: service.url, method: "GET", path: "/{page}" }];
}
const targetOf = ({ base, path }, text = "x") =>
  base + path.replace(/\{\w+\}/g, () => encodeURIComponent(text));
const bearer = () => ({ Authorization: `Bearer ${service.key}` });

test("in paths and queries", async () => {
  for (const route of routes()) {
    for (const text of hostile) {
      const value = encodeURIComponent(text);
      const names = ["site", "language", "return", "purpose", "subject", "token", value];
      const query = names.map((name) => `${name}=${name === "site" ? site : value}`).join("&");
      const targets = [`${targetOf(route, text)}?${query}`, `${targetOf(route)}?site=${value}`];
      for (const target of targets) {
        const answer = await call(target, { method: route.method, headers: bearer() });
        assertUnmoved(answer, `${route.method} ${target}`);
      }
    }
  }
});

test("in every field of the request", async () => {
  for (const route of routes()) {
    for (const name of fields) {
      const text = hostile[fields.indexOf(name) % hostile.length];
      const headers = { ...bearer(), [name]: text };
      const options = { method: route.method, headers };
      const answer = await call(`${targetOf(route)}?site=${site}`, options);
      assertUnmoved(answer, `${route.method} ${route.path} ${name}`);
    }
  }
});

test("in bodies of JSON and of forms", async () => {
  const visitor = new Visitor(service);
  const decision = await visitor.body("accept_all");
  const posts = routes().filter(({ method }) => ["POST", "PATCH", "PUT"].includes(method));
  assert.ok(posts.length >= 3);
  for (const route of posts) {
    for (const text of hostile) {
      const bodies = [
        { [text]: 1 },
        { ...decision, [text]: text },
        { ...decision, choices: { ...decision.choices, [text]: text } },
        ...Object.keys(decision).map((name) => ({ ...decision, [name]: text })),
        { site, token: text, events: [{ type: text, url: text, [text]: text }] },
        { site, purpose: text, subjects: [text] },
        text,
      ];
      for (const body of bodies) {
        const options = { method: route.method, body, headers: bearer() };
        options.headers["Content-Type"] = "application/json";
        const answer = await call(targetOf(route), options);
        assertUnmoved(answer, `${route.path} ${JSON.stringify(body)}`);
      }
    }
  }
  for (const text of hostile) {
    const names = ["site", "event", "ticket", "notice", "policy", "language", "action", text];
    for (const name of names) {
      const body = new URLSearchParams({ ...decision, choices: "", [name]: text }).toString();
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const answer = await call(`${service.url}/v1/consents`, { method: "POST", headers, body });
      assertUnmoved(answer, `form ${name}`);
    }
  }
});

test("the way back is a path of the site's or the page itself", async () => {
  const visitor = new Visitor(service);
  const paths = hostile.map((text) => `/${text}`);
  for (const text of [...hostile, ...paths, "/a\r\nb", "/a b", "/a|b"]) {
    const decision = await visitor.body("reject_all");
    const { choices, ...flat } = decision;
    const body = new URLSearchParams({ ...flat, choices: "", return: text });
    body.delete("choices");
    body.delete("subject");
    for (const name of ["layer", "client_time", "gpc"]) body.delete(name);
    const headers = { ...visitor.headers, "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await call(`${service.url}/v1/consents`, {
      ...{ method: "POST", headers, body: body.toString() },
    });
    assert.equal(answer.status, 303, answer.text);
    const { location } = answer.headers;
    assert.match(location, /^\/(?!\/)[\w\-.~!$&'()*+,;=:@/?%#]*$/, text);
  }
});

test("line breaks, written in any way, begin no field", async () => {
  const places = [
    (text) => `/${text}`,
    (text) => `/v1/notices/${text}`,
    (text) => `/v1/notice?site=${site}&language=${text}`,
    (text) => `/v1/preferences?return=/${text}`,
    (text) => `/v1/preferences?${text}=1`,
  ];
  for (const text of broken) {
    for (const place of places) {
      const answer = await callRaw(
        service.url,
        `GET ${place(text)} HTTP/1.1\r\nHost: a\r\nOrigin: ${text}\r\nConnection: close\r\n\r\n`,
      );
      const head = answer.slice(0, answer.indexOf("\r\n\r\n"));
      assert.match(head, /^HTTP\/1\.1 [234]\d\d /, place(text));
      assert.ok(!/injected/i.test(head), head);
    }
  }
});
