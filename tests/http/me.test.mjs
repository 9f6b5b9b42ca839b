// The data subject's own rights, as a browser exercises them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { program, root, startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { events, findInData, waitForEvent } from "../support/pipeline.mjs";
import { assertProblem, checkOf, pageView, Visitor } from "../support/visitor.mjs";

const origin = "https://dialphone.com";

let service;
before(async () => {
  service = await startConsentd({ scopes: ["check", "privacy"] });
});
after(() => service?.stop());

const me = (visitor, { method = "GET", path = "", headers = {} } = {}) =>
  call(`${service.url}/v1/me${path}`, {
    method,
    headers: { Authorization: `Consent ${visitor.token}`, ...headers },
  });

test("a visitor gets all that is held: records with their evidence, and events", async () => {
  const headers = { Origin: origin, Referer: `${origin}/pricing?utm_source=x` };
  const visitor = new Visitor(service, { headers });
  const { record } = await visitor.decide("save");
  assert.equal((await visitor.send([pageView(), pageView({ url: "/about" })])).status, 202);
  await waitForEvent(service, ({ path }) => path === "/about");
  await visitor.decide("accept_all");
  const answer = await me(visitor);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers["cache-control"], "private, no-store");
  const { records, events, copies, ...rest } = answer.json;
  const { subject } = visitor;
  assert.deepEqual(copies, [], "none where the site has none made");
  assert.deepEqual(rest, { site: "dialphone.com", subject, zone: "eu", restricted: false });
  assert.equal(records.length, 2);
  const { kind, evidence, ...same } = records[0];
  assert.equal(kind, "decision");
  assert.deepEqual(same, record);
  assert.equal(evidence.origin, origin);
  assert.match(evidence.banner_build, /^sha256:[0-9a-f]{64}$/);
  assert.equal(evidence.page, "/pricing");
  assert.ok(evidence.controller.length > 0);
  assert.match(evidence.region_source, /^(edge_header|geo_db|unknown)$/);
  assert.equal(evidence.previous, null);
  assert.equal(records[1].evidence.previous, record.id);
  assert.deepEqual(events.map(({ path }) => path).sort(), ["/about", "/pricing"]);
});

test("the cookie proves as much as the token", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const headers = { Cookie: `dp_consent=${visitor.token}` };
  const answer = await call(`${service.url}/v1/me`, { headers });
  assert.equal(answer.json.subject, visitor.subject);
});

// RFC 9110 11.4: one or more blanks behind the scheme, whose case does not count.
test("the scheme is spelled as the standard lets it be", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  for (const scheme of ["Consent", "consent", "Consent  "]) {
    const headers = { Authorization: `${scheme} ${visitor.token}` };
    const answer = await call(`${service.url}/v1/me`, { headers });
    assert.equal(answer.json.subject, visitor.subject, scheme);
  }
});

test("nothing is told without a token, and nothing to pages of others", async () => {
  assertProblem(await call(`${service.url}/v1/me`), 401);
  assertProblem(await me({ token: "1.x.y" }), 401);
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const answer = await me(visitor, { headers: { Origin: "https://elsewhere.example" } });
  assert.equal(answer.headers["access-control-allow-origin"], undefined);
});

const own = { Origin: origin };
const bearer = () => ({ Authorization: `Bearer ${service.key}` });

// By the program, which asks nobody.
async function verifiesOffline(answer, key) {
  const directory = await mkdtemp(join(tmpdir(), "consentd-certificate-"));
  const file = join(directory, "certificate.json");
  const verify = () =>
    new Promise((resolve) => {
      execFile(program, ["certificate", "verify", file, "--key", key], (error, stdout, stderr) =>
        resolve({ status: error?.code ?? 0, text: stdout + stderr }),
      );
    });
  try {
    await writeFile(file, JSON.stringify(answer));
    const held = await verify();
    assert.equal(held.status, 0, held.text);
    assert.match(held.text, /the certificate holds/);
    const { certificate } = answer;
    const later = { ...certificate, ended_at: "2020-01-01T00:00:00.000Z" };
    await writeFile(file, JSON.stringify({ ...answer, certificate: later }));
    const broken = await verify();
    assert.equal(broken.status, 1, broken.text);
    assert.match(broken.text, /WRONG: .*something else than what was signed/);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test("erased means: no check allows it, nothing is told, and a certificate says so", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const path = `/erased-${visitor.subject.replaceAll(/[^a-z]/g, "")}`;
  await visitor.send([pageView({ url: path })]);
  await waitForEvent(service, (event) => event.path === path);
  const answer = await me(visitor, { method: "DELETE", headers: own });
  assert.equal(answer.status, 200, answer.text);
  const { certificate, note, key, token } = answer.json;
  assert.equal(certificate.requested_by, "data_subject");
  assert.deepEqual([certificate.scope.records, certificate.scope.events], [1, 1]);
  const hash = createHash("sha256").update(await readFile(program));
  assert.equal(certificate.tool.sha256, hash.digest("hex"));
  assert.ok(answer.headers["set-cookie"].toString().includes(token));
  assert.equal((await checkOf(service, { subject: visitor.subject })).reason, "erased");
  assert.ok(!(await events(service)).some((event) => event.path === path));
  for (const text of [visitor.subject, visitor.token])
    assert.deepEqual(await findInData(service, [text]), []);

  assert.deepEqual(JSON.parse(note.split("\n")[0]), certificate);
  const logKey = await call(`${service.url}/v1/transparency/eu/key`);
  assert.equal(logKey.text.trim(), key);
  const again = await me(visitor, { method: "DELETE", headers: own });
  assert.equal(again.json.note, note);
  const url = `${service.internalUrl}/v1/certificates/${certificate.id}`;
  assert.equal((await call(url, { headers: bearer() })).json.note, note);
  await verifiesOffline(answer.json, key);
  const left = await me(visitor);
  assert.deepEqual(
    left.json.records.map(({ kind, erased }) => [kind, erased]),
    [
      ["decision", true],
      ["erased", true],
    ],
  );
});

test("a restriction, an objection, a legal hold: seen by the very next check", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const reason = async () => (await checkOf(service, { subject: visitor.subject })).reason;
  await me(visitor, { method: "POST", path: "/restrict", headers: own });
  assert.equal(await reason(), "restricted");
  await me(visitor, { method: "DELETE", path: "/restrict", headers: own });
  assert.equal(await reason(), "granted");
  const hold = `${service.internalUrl}/v1/subjects/${visitor.subject}/hold`;
  assert.equal((await call(hold, { method: "PUT", headers: bearer() })).status, 200);
  assertProblem(await me(visitor, { method: "DELETE", headers: own }), 409);
  await me(visitor, { method: "POST", path: "/object", headers: own });
  assert.equal(await reason(), "withdrawn");
  assert.equal((await call(hold, { method: "DELETE", headers: bearer() })).status, 200);
  assert.equal((await me(visitor, { method: "DELETE", headers: own })).status, 200);
  assert.equal(await reason(), "erased");
});

test("only the site's own pages change anything", async () => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  for (const headers of [{}, { Origin: "https://elsewhere.example" }]) {
    assertProblem(await me(visitor, { method: "DELETE", headers }), 403);
    assertProblem(await me(visitor, { method: "POST", path: "/restrict", headers }), 403);
    assertProblem(await me(visitor, { method: "POST", path: "/object", headers }), 403);
  }
  assert.equal((await checkOf(service, { subject: visitor.subject })).reason, "granted");
});

test("a certificate says when backups are gone, as the site file does", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "consentd-site-"));
  const bundled = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
  const site = join(directory, "site.jsonc");
  await writeFile(site, bundled.replace("{", '{ "retention": { "backups": "35 days" },'));
  const other = await startConsentd({ options: ["--site", site] });
  t.after(async () => {
    await other.stop();
    await rm(directory, { recursive: true });
  });
  const visitor = new Visitor(other);
  await visitor.decide("save");
  const answer = await call(`${other.url}/v1/me`, {
    method: "DELETE",
    headers: { Authorization: `Consent ${visitor.token}`, ...own },
  });
  const { ended_at: ended, backups } = answer.json.certificate;
  assert.equal(backups.expire_after, "P35D");
  assert.equal(Date.parse(backups.gone_by) - Date.parse(ended), 35 * 24 * 3600 * 1000);
});

test("a service of the other zone names the one that has the subject", async (t) => {
  const visitor = new Visitor(service);
  await visitor.decide("save");
  const dataDir = await mkdtemp(join(tmpdir(), "consentd-"));
  await mkdir(join(dataDir, "keys"), { mode: 0o700 });
  await cp(join(service.dataDir, "keys/token.0.key"), join(dataDir, "keys/token.0.key"));
  const options = ["--zone", "us", "--zone-endpoint", "eu=https://eu.dialphone.example"];
  const american = await startConsentd({ dataDir, options });
  t.after(async () => {
    await american.stop();
    await rm(dataDir, { recursive: true });
  });
  const answer = await call(`${american.url}/v1/me`, {
    headers: { Authorization: `Consent ${visitor.token}` },
  });
  assertProblem(answer, 421);
  assert.match(answer.json.detail, /https:\/\/eu\.dialphone\.example\/v1\/me/);
});
