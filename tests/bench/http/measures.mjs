// What the service is measured beside: nginx and Redis, each on a free port of loopback with its
// files in the given folder, set up as favourably as they can be.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "../../support/free_port.mjs";

async function untilOpen(port, child, name) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) break;
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise((resolve) => {
      socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} does not start`);
}

function stopper(child) {
  return async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
}

const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

// Answers GET /constant with `text` from memory; a worker a core, nothing logged.
export async function startNginx(folder, text) {
  const port = await freePort();
  const home = join(folder, `nginx-${port}`);
  mkdirSync(home);
  // A directive holds 4 KiB; neighbouring texts of variables make a longer one.
  const plain = text.replaceAll("\\", "/").replaceAll("'", "-").replaceAll("$", "-");
  const pieces = plain.match(/[^]{1,1000}/gu);
  writeFileSync(
    join(home, "nginx.conf"),
    `daemon off;
worker_processes auto;
error_log ${home}/error.log;
pid ${home}/pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  default_type application/json;
${pieces.map((piece, i) => `  map $host $part${i} { default '${piece}'; }\n`).join("")}  server {
    listen 127.0.0.1:${port};
    location = /constant { return 200 "${pieces.map((_, i) => `\${part${i}}`).join("")}"; }
  }
}
`,
  );
  const child = spawn("nginx", ["-c", join(home, "nginx.conf"), "-e", join(home, "error.log")], {
    stdio: "inherit",
  });
  await untilOpen(port, child, "nginx");
  return { port, pids: () => [child.pid, ...childrenOf(child.pid)], stop: stopper(child) };
}

// In memory only. The keys are those of record_subjects, each with a short value.
export async function startRedis(folder, keysOf, subjects) {
  const port = await freePort();
  const child = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
    { stdio: "ignore" },
  );
  await untilOpen(port, child, "redis-server");
  const stop = stopper(child);
  const keys = spawn(keysOf, [String(subjects)], { stdio: ["ignore", "pipe", "inherit"] });
  const loader = spawn("redis-cli", ["-p", String(port), "--pipe"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  keys.stdout.pipe(loader.stdin);
  const [status] = await once(loader, "exit");
  if (status !== 0) {
    await stop();
    throw new Error("redis-cli could not load the keys");
  }
  return { port, pids: () => [child.pid], stop };
}
