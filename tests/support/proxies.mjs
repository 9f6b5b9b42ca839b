// Where nginx and HAProxy are: as script/setup unpacked them, or in PATH.

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./consentd.mjs";

const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin`;

function programOf(name) {
  const unpacked = join(root, "build/deps/proxies/bin", name);
  const program = existsSync(unpacked) ? unpacked : name;
  const { error } = spawnSync(program, ["-v"], { stdio: "ignore", env: { PATH } });
  if (error) throw new Error(`${name} is missing (${error.message}): run script/setup first`);
  return program;
}

export function spawnProxy(name, args) {
  return spawn(programOf(name), args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH },
  });
}
