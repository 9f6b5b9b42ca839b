// Values that must not be found again, in every form they could be written down, and the memory of
// a process to look for them in.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";

// Base64 of bytes that stand anywhere in a longer text: the characters that depend on their
// neighbours are left away, for each of the three ways the bytes can fall.
function base64Forms(bytes) {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const inner = text.slice(first, last);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

// A value as bytes, hexadecimal, base64 and base64url; of text also percent-encoded.
export function formsOf(value) {
  const bytes = Buffer.from(value);
  const hex = bytes.toString("hex");
  const encoded = Buffer.isBuffer(value) ? [] : [encodeURIComponent(value)];
  const texts = [hex, hex.toUpperCase(), ...base64Forms(bytes), ...encoded];
  return [bytes, ...[...new Set(texts)].map((text) => Buffer.from(text))];
}

// Of named values, the names of those that are in the bytes, each with the form.
export function foundIn(bytes, canaries) {
  return canaries.flatMap(({ name, forms }) =>
    forms
      .filter((form) => bytes.includes(form))
      .map((form) => `${name} as ${JSON.stringify(form.toString("latin1"))}`),
  );
}

// What the process can write to, as /proc/PID/smaps lists it; `dumped` is what a core dump holds.
export function writableMemory(pid) {
  const regions = [];
  for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
    const head = line.match(/^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+\s*(.*)$/);
    if (head) {
      const [begin, end] = head.slice(1, 3).map((text) => Number.parseInt(text, 16));
      regions.push({ begin, end, writable: head[3].includes("w"), name: head[4], dumped: true });
    } else if (line.startsWith("VmFlags:") && line.split(" ").includes("dd")) {
      regions.at(-1).dumped = false;
    }
  }
  return regions.filter(({ writable }) => writable);
}

// Calls `use` with the bytes of each region, in pieces that overlap.
export function readMemory(pid, regions, use) {
  const piece = 16 * 1024 * 1024;
  const overlap = 4096;
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    const buffer = Buffer.alloc(piece + overlap);
    for (const region of regions) {
      for (let at = region.begin; at < region.end; at += piece) {
        const size = Math.min(piece + overlap, region.end - at);
        use(buffer.subarray(0, readSync(memory, buffer, 0, size, at)), region);
      }
    }
  } finally {
    closeSync(memory);
  }
}
