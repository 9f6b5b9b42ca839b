// Starting: completely, or not at all with one clear message. Nothing half-working.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { program, root, startConsentd } from "../support/consentd.mjs";
import { checkOf, Visitor } from "../support/visitor.mjs";

let directory;
before(async () => (directory = await mkdtemp(join(tmpdir(), "consentd-start-"))));
after(() => rm(directory, { recursive: true, force: true }));

// Runs to the end; a start-up that does not fail is stopped after three seconds.
function run(...options) {
  return new Promise((resolve) => {
    const ports = ["--public-listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0"];
    const all =
      options[0] === "serve"
        ? [...options, ...ports.filter(() => !options.includes("--public-listen"))]
        : options;
    execFile(program, all, { timeout: 3000, cwd: directory }, (error, stdout, stderr) => {
      resolve({ status: error ? error.code : 0, killed: error?.killed ?? false, stdout, stderr });
    });
  });
}

async function refusesToStart(options, message) {
  const { status, killed, stderr, stdout } = await run("serve", ...options);
  assert.ok(!killed, `it started: ${options.join(" ")}`);
  assert.ok(status > 0, `status ${status}`);
  assert.match(stderr, message);
  assert.ok(stderr.trim().split("\n").length <= 12, stderr);
  return stderr + stdout;
}

const inside = (name) => join(directory, name);
const dataDir = (name) => ["--data-dir", inside(name)];

test("unknown and incomplete options are refused by name", async () => {
  await refusesToStart(["--no-such-flag"], /no-such-flag/);
  await refusesToStart(["--data-dri", "x"], /--data-dir/);
  await refusesToStart(["--data-dir"], /--data-dir/);
  await refusesToStart(["stray"], /stray/);
  await refusesToStart(["--trusted-proxy", "10.0.0.1/8"], /trusted-proxy/);
  await refusesToStart(["--trusted-proxy", "everybody"], /trusted-proxy/);
  await refusesToStart(["--rate-limit", "-1"], /rate-limit/);
  const wrong = await run("no-such-command");
  assert.ok(wrong.status > 0);
  assert.match(wrong.stderr, /no-such-command/);
  for (const listen of ["8080", "localhost:http", "127.0.0.1:70000", "127.0.0.1:", ""]) {
    const all = ["serve", ...dataDir("listen"), "--internal-listen", "127.0.0.1:0"];
    const { status, stderr } = await run(...all, "--public-listen", listen);
    assert.ok(status > 0, listen);
    assert.match(stderr, /listen/);
  }
});

test("a port that is taken is named", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const taken = `127.0.0.1:${server.address().port}`;
  const all = ["serve", ...dataDir("port"), "--internal-listen", "127.0.0.1:0"];
  const { status, stderr } = await run(...all, "--public-listen", taken);
  server.close();
  assert.ok(status > 0);
  assert.ok(stderr.includes(taken), stderr);
});

test("a geo database that is missing, empty or no database is refused by name", async () => {
  await writeFile(inside("empty.mmdb"), "");
  await writeFile(inside("noise.mmdb"), "not a database ".repeat(1000));
  for (const name of ["missing.mmdb", "empty.mmdb", "noise.mmdb"]) {
    await refusesToStart([...dataDir("geo"), "--geo-db", inside(name)], new RegExp(name));
  }
});

test("a site file with a typo is refused with line, column and pointer", async () => {
  const good = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
  const flaws = {
    member: [good.replace('"default_language"', '"default_langauge"'), /default_langauge/],
    purpose: [good.replace('"id": "analytics"', '"id": "analitics"'), /analytics/],
    comma: [good.replace('"site": "dialphone.com",', '"site": "dialphone.com"'), /:\d+:\d+/],
    date: [good.replace(/"effective_at": "[^"]+"/, '"effective_at": "soon"'), /effective_at/],
    origin: [good.replace('"https://dialphone.com"', '"dialphone.com"'), /\/origins\/0/],
    empty: ["", /:1:1/],
    "cut short": [good.slice(0, good.length / 2), /:\d+:\d+/],
  };
  for (const [what, [text, message]] of Object.entries(flaws)) {
    assert.notEqual(text, good, what);
    const path = inside("site.jsonc");
    await writeFile(path, text);
    const printed = await refusesToStart([...dataDir("site"), "--site", path], message);
    assert.match(printed, /site\.jsonc:\d+:\d+/, what);
    const checked = await run("check-config", "--site", path);
    assert.ok(checked.status > 0, what);
    assert.match(checked.stderr + checked.stdout, /site\.jsonc:\d+:\d+/, what);
  }
  await refusesToStart([...dataDir("site"), "--site", inside("missing.jsonc")], /missing\.jsonc/);
  await writeFile(inside("good.jsonc"), good);
  assert.equal((await run("check-config", "--site", inside("good.jsonc"))).status, 0);
});

test("every error of a site file is told at once", async () => {
  const good = await readFile(join(root, "server/site/dialphone.jsonc"), "utf8");
  const text = good
    .replace('"https://dialphone.com"', '"dialphone.com"')
    .replace('"legal_basis": "contract"', '"legal_basis": "because"');
  await writeFile(inside("two.jsonc"), text);
  const { status, stdout, stderr } = await run("check-config", "--site", inside("two.jsonc"));
  assert.ok(status > 0);
  assert.match(stdout + stderr, /\/origins\/0/);
  assert.match(stdout + stderr, /legal_basis/);
});

test("a config file is another way in; what it misspells is refused", async () => {
  const path = inside("config.jsonc");
  await writeFile(
    path,
    `{"data_dir": "${inside("by-config")}", "rate_limit": 5, // fine\n"data_dri": 1}`,
  );
  await refusesToStart(["--config", path], /config\.jsonc:2:\d+.*data_dri/s);
  for (const value of ["7", "[]", "null", "true", "{}"]) {
    await writeFile(path, `{"data_dir": ${value}}`);
    await refusesToStart(["--config", path], /config\.jsonc:1:\d+: \/data_dir/);
  }
  await refusesToStart(["--config", inside("missing.json")], /missing\.json/);
});

test("every option of serve has its member in the config file", async () => {
  const { stdout } = await run("serve", "--help");
  const values = {
    ...{ "HOST:PORT": "127.0.0.1:0", CIDR: ["10.0.0.0/8", "::1"], N: 5, SHARE: "0.5" },
    ...{ "on|off": "off", VERSION: "1.3", DIR: inside("x") },
    ...{ LIST: "us,eu", "ZONE=URL": "us=https://us.test", SOURCE: "env:KEYS_{zone}" },
  };
  const options = [...stdout.matchAll(/^ {2}--([\w-]+) (\S+)/gm)];
  assert.ok(options.length > 15);
  const config = {};
  for (const [, name, value] of options) {
    if (name !== "config") config[name.replaceAll("-", "_")] = values[value] ?? inside("file");
  }
  delete config.site;
  const path = inside("all.jsonc");
  await writeFile(path, JSON.stringify(config));
  const checked = await run("check-config", "--config", path);
  assert.equal(checked.status, 0, checked.stderr);
});

test("a database file that is corrupt, cut short or another's is refused", async () => {
  const own = await startConsentd({ dataDir: inside("ledger") });
  const visitor = new Visitor(own);
  for (let i = 0; i < 50; i += 1) await new Visitor(own).decide("accept_all");
  const { record } = await visitor.decide("accept_all");
  assert.equal(await own.stop(), 0);
  const path = join(inside("ledger"), "zones/eu/ledger.sqlite");
  const good = await readFile(path);
  const middle = Math.floor(good.length / 2);
  const broken = {
    "no database": Buffer.from("this is not a database ".repeat(500)),
    "overwritten in the middle": Buffer.concat([
      ...[good.subarray(0, 4096), Buffer.alloc(good.length - 8192, 0xa5), good.subarray(-4096)],
    ]),
    "cut in half": good.subarray(0, middle - (middle % 4096) - 100),
  };
  for (const [what, bytes] of Object.entries(broken)) {
    await writeFile(path, bytes);
    await refusesToStart(dataDir("ledger"), /ledger\.sqlite/);
    assert.deepEqual(await readFile(path), bytes, `${what}: left as it was found`);
  }
  await writeFile(path, good);
  const again = await startConsentd({ dataDir: inside("ledger") });
  assert.equal((await checkOf(again, { subject: record.subject })).reason, "granted");
  assert.equal(await again.stop(), 0);
});

test("a key file that is short or open to others is refused", async () => {
  const keys = join(inside("keys"), "keys");
  await mkdir(keys, { recursive: true, mode: 0o700 });
  await writeFile(join(keys, "token.0.key"), Buffer.alloc(31, 7), { mode: 0o600 });
  await refusesToStart(dataDir("keys"), /token\.0\.key/);
  await writeFile(join(keys, "token.0.key"), Buffer.alloc(32, 7));
  await chmod(join(keys, "token.0.key"), 0o644);
  await refusesToStart(dataDir("keys"), /token\.0\.key/);
});

test("keys issue refuses scopes and names it does not know", async () => {
  const issue = (...options) => run("keys", "issue", ...dataDir("issue"), ...options);
  for (const scope of ["", "everything", "check,", "check,all", "Check"]) {
    const { status, stderr } = await issue("--scope", scope, "--name", "x");
    assert.ok(status > 0, scope);
    assert.match(stderr, /scope/);
  }
  assert.ok((await issue("--scope", "check")).status > 0, "a name is needed");
  assert.ok((await issue("--scope", "check", "--name", "a b\n")).status > 0);
  const { status, stdout } = await issue("--scope", "check,events", "--name", "pipeline");
  assert.equal(status, 0);
  assert.match(stdout, /\bdpk_[\w-]{43}\b/);
});

test("keys are listed without what opens, and a revoked one is refused at once", async () => {
  const own = await startConsentd({ dataDir: inside("revoked") });
  const keys = (...words) => run("keys", ...words, ...dataDir("revoked"));
  try {
    const key = (await keys("issue", "--scope", "check", "--name", "nightly")).stdout.trim();
    const asked = () =>
      fetch(`${own.internalUrl}/v1/check?site=dialphone.com&purpose=essential&token=x`, {
        headers: { Authorization: `Bearer ${key}` },
      });
    assert.equal((await asked()).status, 200);
    const [id] = (await keys("list")).stdout.match(/^\w+(?= +nightly +check )/m);
    assert.ok(!(await keys("list")).stdout.includes("dpk_"));
    assert.deepEqual(await keys("revoke", id).then(({ status, stdout }) => [status, stdout]), [
      0,
      `${id} (nightly) is revoked\n`,
    ]);
    assert.equal((await asked()).status, 401);
    assert.match((await keys("list")).stdout, /nightly +check +\S+Z  \S+Z$/m);
    const again = await keys("revoke", id);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /consentd keys list/);
    assert.equal((await keys("revoke")).status, 2);
  } finally {
    await own.stop();
  }
});

test("two services do not share a data directory", async () => {
  const own = await startConsentd({ dataDir: inside("shared") });
  try {
    const { status, killed, stderr } = await run("serve", ...dataDir("shared"));
    assert.ok(!killed && status > 0, "a second one started");
    assert.match(stderr, /shared/);
  } finally {
    await own.stop();
  }
});

test("the keys of a directory that is not there are not listed as none", async () => {
  const { status, stdout, stderr } = await run("keys", "list", ...dataDir("mistyped"));
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /mistyped is no directory; name the data directory with --data-dir/);
});

// What a command prints goes to a full disk.
const toFullDisk = (...words) => {
  const { status, stderr } = spawnSync(program, words, {
    stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    encoding: "utf8",
    cwd: directory,
  });
  return { status, stderr };
};

test("a command whose output is lost does not say that all is well", async () => {
  const service = await startConsentd({ dataDir: inside("full") });
  await service.stop();
  for (const words of [
    ["--help"],
    ["version"],
    ["check-config"],
    ["keys", "list", ...dataDir("full")],
    ["audit", "verify", ...dataDir("full")],
    ["audit", "key", ...dataDir("full")],
    ["verify", ...dataDir("full")],
    ["retention", "sweep", "--dry-run", "on", ...dataDir("full")],
    ["backup", "--to", inside("full-copy"), ...dataDir("full")],
  ]) {
    const { status, stderr } = toFullDisk(...words);
    assert.equal(status, 1, words.join(" "));
    assert.match(stderr, /cannot be written to standard output: No space left/, words.join(" "));
  }
  const issue = ["keys", "issue", "--scope", "check", "--name", "unseen", ...dataDir("full")];
  const { status, stderr } = toFullDisk(...issue);
  assert.equal(status, 1);
  assert.match(stderr, /the key is made but cannot be printed.* revoke the key/);
  assert.match((await run("keys", "list", ...dataDir("full"))).stdout, / unseen /);
});

test("a backup that has no place to go says so, and what to do", async () => {
  const service = await startConsentd({ dataDir: inside("stays") });
  await service.stop();
  const { status, stderr } = await run("backup", "--to", inside("none/copy"), ...dataDir("stays"));
  assert.equal(status, 1);
  assert.match(stderr, /^consentd: cannot make .*none\/copy.*: No such file/);
  assert.match(stderr, /; name a new directory/);
});
