// What holds for C++: who may include whom, where a library's header may appear, and what is never
// called.

import { dirname, join, normalize } from "node:path";

// A library is known in one place only.
const libraries = [
  { header: /^maxminddb/, home: /^geo\/src\/mmdb_file\.cpp$/ },
  { header: /^httplib\.h$/, home: /^server\/src\/http\/[a-z_]+\.cpp$/, units: 1 },
  {
    header: /^sqlite3\.h$/,
    home: /^(server\/src\/ledger\/sqlite_[a-z_]+\.(cpp|h)|tests\/support\/fault_disk\.cpp)$/,
  },
  { header: /^libpq-fe\.h$/, home: /^server\/src\/ledger\/postgres_[a-z_]+\.(cpp|h)$/ },
  { header: /^zlib\.h$/, home: /^(server\/src\/representation\/gzip\.cpp$|tests\/)/ },
  { header: /^openssl\//, home: /^(server\/src\/crypto\/|tests\/support\/)/ },
  { header: /^nlohmann\//, home: /^(server\/src\/wire\/|server\/src\/site\/.*\.cpp$|tests\/)/ },
  { header: /^spdlog\//, home: /^server\/src\/telemetry\// },
  { header: /^emscripten/, home: /^wasm\/src\// },
  { header: /^catch2\//, home: /^tests\/support\/catch\.h$/ },
];

// Where a quoted include may be found, in the order of the include path; what each part may see.
const roots = [
  "core/include",
  "geo/include",
  "server/src",
  "wasm/src",
  "tests",
  "core/src",
  "geo/src",
];
const mayInclude = {
  core: ["core"],
  geo: ["core", "geo"],
  server: ["core", "geo", "server"],
  wasm: ["core", "wasm"],
  tests: ["core", "geo", "server", "wasm", "tests"],
};

const partOf = (path) => path.split("/")[0];

function includesOf(file) {
  return file.lines.flatMap((text, index) => {
    const match = /^\s*#\s*include\s+(?:<([^>]+)>|"([^"]+)")/.exec(text);
    return match ? [{ line: index + 1, header: match[1] ?? match[2], quoted: !!match[2] }] : [];
  });
}

export function libraryHeaders(file) {
  if (!file.isCpp) return [];
  return includesOf(file).flatMap(({ line, header }) => {
    const library = libraries.find((entry) => entry.header.test(header));
    if (!library || library.home.test(file.path)) return [];
    return [{ line, message: `<${header}> belongs to ${library.home.source} only` }];
  });
}

export function oneTranslationUnit(files) {
  return libraries
    .filter((library) => library.units)
    .flatMap((library) => {
      const users = files.filter(
        (file) => file.isCpp && includesOf(file).some(({ header }) => library.header.test(header)),
      );
      if (users.length <= library.units) return [];
      const paths = users.map((file) => file.path).join(", ");
      const message = `${library.header.source} in more than one: ${paths}`;
      return [{ path: users[0].path, message }];
    });
}

export function layers(files) {
  const known = new Set(files.map((file) => file.path));
  return files
    .filter((file) => file.isCpp && mayInclude[partOf(file.path)])
    .flatMap((file) =>
      includesOf(file)
        .filter(({ quoted }) => quoted)
        .flatMap(({ line, header }) => {
          const places = [dirname(file.path), ...roots].map((root) =>
            normalize(join(root, header)),
          );
          const target = places.find((place) => known.has(place));
          if (!target || mayInclude[partOf(file.path)].includes(partOf(target))) return [];
          const message = `${partOf(file.path)} must not include ${target}`;
          return [{ path: file.path, line, message }];
        }),
    );
}

const banned = [
  { call: /\bstd::regex\b/, message: "std::regex: slow and recursive; write the scanner" },
  {
    call: /\b(atoi|atol|atof|strtok|gets|strcpy|strcat|sprintf)\s*\(/,
    message: "use std::from_chars, std::to_chars and std::string_view",
  },
  { call: /\bs?rand\s*\(/, message: "randomness comes from server/src/crypto" },
  { call: /\busing namespace std\b/, message: "name what is used" },
  { call: /\bstd::endl\b/, message: "write '\\n'" },
  { call: /\b(std::)?(system|popen)\s*\(\s*"/, message: "no shell from the service" },
  {
    in: /^(core|geo)\//,
    call: /\bstd::(cout|cerr|clog|printf|puts)\b|\b(printf|puts)\s*\(/,
    message: "no printing here",
  },
  {
    in: /^core\//,
    call: /\b(throw|dynamic_cast|typeid)\b|\btry\s*\{/,
    message: "core has no exceptions and no RTTI",
  },
  {
    in: /^(core|geo)\//,
    call: /\b(system|steady)_clock::now\b|\bgetenv\b|\btime\s*\(\s*(0|nullptr|NULL)/,
    message: "time and environment are arguments",
  },
  {
    in: /^server\/(?!src\/site\/site_rules\.cpp$)/,
    call: /\bregime_for\s*\(/,
    message: "ask SiteRules: the site may have rules of its own",
  },
  { in: /^core\//, call: /\b(float|double)\b/, message: "no floating point in core" },
  {
    in: /^core\//,
    call: /#\s*include\s*<(iostream|fstream|sstream|thread|mutex|regex|random|locale|cstdio)>/,
    message: "core does not reach the world",
  },
];

// Comments and string literals are prose.
const codeOf = (line) => line.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\/.*$/, "");

export function bannedCalls(file) {
  if (!file.isCpp || file.isTest) return [];
  return file.lines.flatMap((line, index) =>
    banned
      .filter((rule) => (!rule.in || rule.in.test(file.path)) && rule.call.test(codeOf(line)))
      .map((rule) => ({ line: index + 1, message: rule.message })),
  );
}

export function headerOpening(file) {
  if (file.extension !== ".h" || file.isTest) return [];
  const [first, second = ""] = file.lines;
  if (first !== "#pragma once") return [{ line: 1, message: "a header begins with #pragma once" }];
  if (!second.startsWith("//")) {
    return [{ line: 2, message: "a header says what it is, and is not" }];
  }
  return [];
}

// A source that no build names is dead. Fuzz targets are named by their stem.
export function everySourceIsBuilt(files) {
  const builds = files.filter((file) => file.name === "CMakeLists.txt");
  const all = builds.map((file) => file.text).join("\n");
  return files
    .filter((file) => file.extension === ".cpp")
    .filter((file) => {
      const stem = file.name.replace(/_fuzz\.cpp$/, "");
      return !all.includes(file.name) && !new RegExp(`\\b${stem}\\b`).test(all);
    })
    .map((file) => ({ path: file.path, message: "no CMakeLists.txt builds this file" }));
}

export const sourceFileRules = [libraryHeaders, bannedCalls, headerOpening];
export const sourceTreeRules = [oneTranslationUnit, layers, everySourceIsBuilt];
