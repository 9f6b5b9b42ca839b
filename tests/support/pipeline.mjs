// The analytics pipeline's side of a running service: what it may ask, and what it finds on the
// disk.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export const site = "dialphone.com";

// GET /v1/check with `subject` or `token`.
export async function check(service, who, purpose = "analytics") {
  const query = new URLSearchParams({ site, purpose, ...who });
  const answer = await fetch(`${service.internalUrl}/v1/check?${query}`, {
    headers: { Authorization: `Bearer ${service.key}` },
  });
  if (answer.status !== 200) throw new Error(`check: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export async function dataFiles(service) {
  const found = [];
  // The service goes on meanwhile: what it has put into the place of another file is gone.
  const read = async (path) => {
    const bytes = await readFile(path).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (bytes) found.push({ path, bytes });
  };
  const walk = async (directory) => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await walk(path);
      else await read(path);
    }
  };
  await walk(service.dataDir);
  return found;
}

// Files under the data directory that contain any of the given texts or bytes, as "path: needle".
export async function findInData(service, needles) {
  const hits = [];
  for (const { path, bytes } of await dataFiles(service)) {
    for (const needle of needles) {
      if (bytes.includes(needle)) hits.push(`${path}: ${needle}`);
    }
  }
  return hits;
}

export async function events(service) {
  const files = (await dataFiles(service)).filter(({ path }) => path.endsWith(".ndjson"));
  return files.flatMap(({ bytes }) => {
    // Behind the last end of a line stands one that is just being written.
    const lines = bytes.toString("utf8").split("\n").slice(0, -1).filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  });
}

// Those of one page: what other visitors' pages sent may still be on its way.
export const eventsOf = async (service, path) =>
  (await events(service)).filter((event) => event.path === path);

// The first event that fits, as soon as it is on the disk.
export async function waitForEvent(service, fits, milliseconds = 60_000) {
  const deadline = Date.now() + milliseconds;
  do {
    const found = (await events(service)).find(fits);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < deadline);
  throw new Error(
    `no such event within ${milliseconds} ms: ${JSON.stringify(await events(service))}`,
  );
}
