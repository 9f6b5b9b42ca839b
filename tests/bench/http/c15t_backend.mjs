// @c15t/backend on a PostgreSQL of its own, both on loopback with their files in the given folder.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "../../support/free_port.mjs";

const home = fileURLToPath(new URL("c15t/", import.meta.url));
const account = "postgres"; // PostgreSQL does not run as root
const installed = "/usr/lib/postgresql";

function programs() {
  const versions = existsSync(installed) ? readdirSync(installed).sort() : [];
  if (versions.length > 0) return join(installed, versions.at(-1), "bin");
  throw new Error("PostgreSQL is missing: apt-get install --no-install-recommends postgresql");
}

function idOf(option) {
  const { status, stdout } = spawnSync("id", [option, account], { encoding: "utf8" });
  if (status !== 0) throw new Error(`there is no account ${account}: install postgresql`);
  return Number(stdout);
}

function childrenOf(pid) {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout.trim().split(/\s+/).map(Number);
}

// Whatever durable means to it by default: fsync and synchronous commits are on.
async function startPostgres(folder) {
  const place = join(folder, "postgres");
  mkdirSync(place);
  const own = process.getuid() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (own.uid !== undefined) {
    chownSync(place, own.uid, own.gid);
    chownSync(folder, own.uid, own.gid);
  }
  const data = join(place, "data");
  const made = spawnSync(join(programs(), "initdb"), ["-D", data, "-A", "trust", "-U", "bench"], {
    ...own,
    cwd: place,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const child = spawn(
    join(programs(), "postgres"),
    ["-D", data, "-k", place, "-p", String(port), "-c", "listen_addresses=127.0.0.1"],
    { ...own, cwd: place, stdio: ["ignore", "ignore", "pipe"] },
  );
  for await (const line of createInterface({ input: child.stderr })) {
    if (/ready to accept connections/.test(line)) break;
  }
  child.stderr.resume();
  const stop = async () => {
    child.kill("SIGINT");
    await once(child, "exit");
  };
  return { url: `postgres://bench@127.0.0.1:${port}/postgres`, child, stop };
}

export async function startC15t(folder) {
  if (!existsSync(join(home, "node_modules"))) {
    throw new Error("run first: npm ci --prefix tests/bench/http/c15t --ignore-scripts");
  }
  const postgres = await startPostgres(folder);
  const child = spawn(process.execPath, [join(home, "server.mjs")], {
    env: { ...process.env, DATABASE_URL: postgres.url, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let port;
  for await (const line of createInterface({ input: child.stdout })) {
    port = Number(line);
    if (port > 0) break;
  }
  if (!port) throw new Error("c15t's server does not start");
  child.stdout.resume();
  const stop = async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    await postgres.stop();
  };
  const pids = () => [child.pid, postgres.child.pid, ...childrenOf(postgres.child.pid)];
  return { port, path: "/api/c15t", pids, stop };
}
