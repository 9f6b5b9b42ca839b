// Makes the vector files from the cases and the reference, and checks them.
//
// A vector keeps its id as long as its input stays the same; an id that fell free is never given
// again (last_id).
//
// usage: node tests/vectors/vectorgen.mjs [--help] [--check]
//        writes the files; with --check fails when a file is not what it would write

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import { answerHelp } from "../support/usage.mjs";
import { siteFile } from "./reference/policies.mjs";

answerHelp(import.meta.url);

const areas = ["region", "decision", "token", "reduction", "gpp", "merkle", "note", "seal"];
const here = fileURLToPath(new URL(".", import.meta.url));

async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

// The answer written down by hand and the one computed by the reference are two witnesses; they
// must agree.
function checkByHand(area, one, flat) {
  for (const [member, value] of Object.entries(one.hand ?? {})) {
    if (flat[member] === value) continue;
    throw new Error(
      `${area}, "${one.comment}": by hand ${member} is ${value}, by the reference ${flat[member]}`,
    );
  }
}

function withoutRepeats(cases) {
  const seen = new Map();
  for (const one of cases) {
    const key = JSON.stringify(one.input);
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

function makeVectors(module, before) {
  const idOf = new Map(
    (before?.vectors ?? []).map((vector) => [JSON.stringify(vector.input), vector.id]),
  );
  let lastId = before?.last_id ?? 0;
  const vectors = withoutRepeats(module.cases).map((one) => {
    for (const flag of one.flags) {
      if (!(flag in module.flags)) throw new Error(`${module.area}: flag ${flag} is not explained`);
    }
    const outcome = module.answer(one.input);
    checkByHand(module.area, one, module.flatten(outcome));
    const answer = outcome.error ? { expect_error: outcome.error } : { expect: outcome };
    const id = idOf.get(JSON.stringify(one.input)) ?? (lastId += 1);
    return {
      id,
      comment: one.comment,
      flags: one.flags,
      input: one.input,
      ...answer,
      ...(one.skip ? { skip: one.skip } : {}),
    };
  });
  return { vectors: vectors.sort((a, b) => a.id - b.id), lastId };
}

// One vector a line, so that a change to one is a change of one line.
function format(head, vectors) {
  const top = Object.entries(head)
    .map(
      ([name, value]) =>
        `  ${JSON.stringify(name)}: ${JSON.stringify(value, null, 2).replaceAll("\n", "\n  ")},\n`,
    )
    .join("");
  const lines = vectors.map((vector) => `    ${JSON.stringify(vector)}`).join(",\n");
  return `{\n${top}  "vectors": [\n${lines}\n  ]\n}\n`;
}

async function makeFile(area) {
  const module = await import(`./cases/${area}_cases.mjs`);
  const before = await readJson(`${here}${area}.json`);
  const { vectors, lastId } = makeVectors(module, before);
  const head = {
    area,
    schema: `schema/${area}.schema.json`,
    count: vectors.length,
    last_id: lastId,
    flags: module.flags,
    ...module.constants,
  };
  return { text: format(head, vectors), count: vectors.length };
}

async function checkSchema(ajv, area, text) {
  const validate = ajv.compile(await readJson(`${here}schema/${area}.schema.json`));
  const file = JSON.parse(text);
  if (!validate(file))
    throw new Error(`${area}.json breaks its schema: ${ajv.errorsText(validate.errors)}`);
  const ids = new Set(file.vectors.map((vector) => vector.id));
  if (ids.size !== file.count || file.vectors.length !== file.count)
    throw new Error(`${area}.json: ids repeat or count is wrong`);
}

async function place(name, text, checkOnly) {
  const path = `${here}${name}`;
  if (!checkOnly) await writeFile(path, text);
  else if ((await readFile(path, "utf8")) !== text) {
    throw new Error(`${name} is not what vectorgen.mjs writes: run it`);
  }
}

// The number of vectors of each area.
export async function run(checkOnly) {
  const ajv = new Ajv({ allowUnionTypes: true });
  const counts = {};
  for (const area of areas) {
    const { text, count } = await makeFile(area);
    await checkSchema(ajv, area, text);
    await place(`${area}.json`, text, checkOnly);
    counts[area] = count;
  }
  await place("site.json", `${JSON.stringify(siteFile(), null, 2)}\n`, checkOnly);
  return counts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await run(process.argv.includes("--check")));
}
