// What the differential run asks: everything the fuzz targets keep, everything the vectors ask, and
// seeded mutations of both. The same inputs in every run.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const tests = fileURLToPath(new URL("../", import.meta.url));
const generatedPerTarget = 2_500;
const inputBytesMax = 12_000;

// The targets of core_answers.cpp by the fuzz corpus that feeds them.
const corpora = {
  token: ["token"],
  cookie_header: ["cookie"],
  region: ["region"],
  sec_gpc: ["signal"],
  decision: ["decision", "duration"],
  url_reduction: ["url", "referrer", "event_name"],
  user_agent: ["user_agent"],
  ip_address: ["address"],
  gpp: ["gpp"],
};
export const targets = Object.values(corpora).flat();

// xorshift, so that a difference can be found again.
export function randomNumbers(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function fromCorpus() {
  return Object.entries(corpora).flatMap(([corpus, fed]) => {
    const directory = join(tests, "fuzz/corpus", corpus);
    return readdirSync(directory).flatMap((file) =>
      fed.map((target) => ({ target, bytes: readFileSync(join(directory, file)), from: file })),
    );
  });
}

function day(date) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(Date.parse(date) / 86_400e3);
  return bytes;
}

function asked(area, input) {
  const text = (target, ...parts) => ({ target, bytes: Buffer.concat(parts.map(Buffer.from)) });
  if (area === "token") return [text("token", input.token)];
  if (area === "region") {
    const code = input.code ?? `${input.country}\n${input.subdivision ?? ""}`;
    return [text("region", day(input.date), code)];
  }
  if (area === "gpp") return "text" in input ? [text("gpp", input.text)] : [];
  if (area !== "reduction") return [];
  if ("url" in input) return [text("url", input.url)];
  if ("referrer" in input) return [text("referrer", `${input.referrer}\n${input.page_url}`)];
  if ("user_agent" in input) return [text("user_agent", input.user_agent)];
  if ("address" in input) return [text("address", input.address)];
  return "event_name" in input ? [text("event_name", input.event_name)] : [];
}

function fromVectors() {
  return ["token", "region", "reduction", "gpp"].flatMap((area) => {
    const file = JSON.parse(readFileSync(join(tests, "vectors", `${area}.json`), "utf8"));
    return file.vectors.flatMap(({ id, input }) =>
      asked(area, input).map((one) => ({ ...one, from: `vector ${id}` })),
    );
  });
}

// One of the changes a fuzzer makes: bits, bytes, cuts, doubled and moved pieces, whole blocks.
function mutated(bytes, other, random) {
  const at = random(bytes.length + 1);
  const end = at + random(bytes.length - at + 1);
  const piece = bytes.subarray(at, end);
  switch (random(7)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] ^= 1 << random(8);
      return flipped;
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return Buffer.concat([bytes.subarray(0, end), piece, bytes.subarray(end)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length + 1))]);
    default:
      return Buffer.from(Array.from({ length: random(80) }, () => random(256)));
  }
}

// Near one another and near 182 days, where decisions turn; random bytes hardly ever are.
function decisionInput(random) {
  const bytes = Buffer.from(Array.from({ length: 27 }, () => random(256)));
  const now = 1_795_000_000 + random(100_000_000);
  const ages = [0, 86_400, 182 * 86_400, 182 * 86_400 - 1, random(400 * 86_400)];
  const age = ages[random(ages.length)] * (random(8) ? 1 : -1) + random(3) - 1;
  bytes[1] = random(8) ? 0 : random(3);
  bytes.writeUInt16LE(1 + random(3), 6);
  bytes.writeUInt32LE(now - age, 8);
  bytes.writeUInt32LE(now, 12);
  bytes.writeUInt16LE(3, 16);
  for (let i = 0; i < 3; ++i) bytes.writeUInt16LE(random(4), 18 + 2 * i);
  return bytes;
}

function* generated(target, seeds) {
  const random = randomNumbers(0x9e3779b9 ^ targets.indexOf(target));
  const pick = () => seeds[random(seeds.length)].bytes;
  for (let i = 0; i < generatedPerTarget; ++i) {
    const near = target === "decision" && random(4) > 0;
    let bytes = near ? decisionInput(random) : pick();
    const rounds = near ? 0 : random(4);
    for (let round = 0; round < rounds; ++round) bytes = mutated(bytes, pick(), random);
    yield { target, bytes: bytes.subarray(0, inputBytesMax), from: `generated ${i}` };
  }
}

/** All inputs, and how many there must be at least. */
export function differentialInputs() {
  const kept = [...fromCorpus(), ...fromVectors()];
  const made = targets.flatMap((target) => [
    ...generated(
      target,
      kept.filter((one) => one.target === target),
    ),
  ]);
  return { inputs: [...kept, ...made], made: made.length };
}
