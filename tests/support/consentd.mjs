// Starts the built consentd for black-box tests: its own data directory, ports of the system's
// choice, stopped at the end.

import { spawn, execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const program = process.env.CONSENTD ?? join(root, "build/release/bin/consentd");
const webDir = process.env.CONSENT_WEB_DIR ?? join(root, "build/dist");
const geoDatabase = join(
  root,
  "geo/node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb",
);

const run = promisify(execFile);

// Prints the key once and stores only its hash: the caller keeps it.
export async function issueKey(dataDir, scopes, name = scopes.join("-")) {
  const { stdout } = await run(program, [
    ...["keys", "issue", "--data-dir", dataDir],
    ...["--scope", scopes.join(","), "--name", name],
  ]);
  return stdout.trim().split(/\s+/).at(-1);
}

// What it says of its listeners: the system has given them ports that nobody else has.
function addressesIn(output) {
  const [, url, internalUrl] = /^public +(\S+)\/\ninternal +(\S+)\/$/m.exec(output) ?? [];
  return internalUrl && { url, internalUrl };
}

async function waitUntilReady(child, output, patienceMilliseconds) {
  const deadline = Date.now() + patienceMilliseconds;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`consentd ended with ${child.exitCode}:\n${output()}`);
    const addresses = addressesIn(output());
    const asked = addresses && fetch(`${addresses.internalUrl}/readyz`);
    if ((await asked?.catch(() => {}))?.ok) return addresses;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`consentd was not ready within ${patienceMilliseconds} ms:\n${output()}`);
}

// `scopes` makes `key` where none is given; `options` are further command line arguments, `env`
// further variables of the environment, `cwd` its working directory, `under` a command that runs
// it. A given dataDir is kept at the end.
export async function startConsentd({
  dataDir,
  key: given,
  scopes = ["check"],
  options = [],
  geoDatabases = [geoDatabase],
  trustedProxies = ["127.0.0.0/8"],
  env = {},
  cwd,
  under = [],
  patienceMilliseconds = 20_000,
} = {}) {
  if (!existsSync(program)) throw new Error(`${program} is missing: run script/build first`);
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), "consentd-")));
  const key = given ?? (await issueKey(directory, scopes));
  const listeners = ["--public-listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0"];
  const commandLine = [
    ...["serve", "--data-dir", directory, "--web-dir", webDir],
    ...geoDatabases.flatMap((path) => ["--geo-db", path]),
    ...listeners,
    ...trustedProxies.flatMap((network) => ["--trusted-proxy", network]),
    ...options,
  ];
  // It ends with the process that started it, however that ends.
  const leash = ["setpriv", "--pdeathsig", "TERM"];
  const [command, ...words] = [...leash, ...under, program, ...commandLine];
  const child = spawn(command, words, { env: { ...process.env, ...env }, cwd });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
  const output = () => text;
  const ended = once(child, "exit");
  let addresses;
  try {
    addresses = await waitUntilReady(child, output, patienceMilliseconds);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  const stop = async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    const [status] = await ended;
    if (!dataDir) await rm(directory, { recursive: true, force: true });
    return status;
  };
  return {
    ...addresses,
    dataDir: directory,
    key,
    child,
    output,
    stop,
  };
}
