// Every rule finds what it forbids and lets its neighbour pass; then the tree is held to them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findingsIn, findingsInCommits, toText } from "./tidy.mjs";
import { readCommits, readTree, TreeFile } from "./tree.mjs";

const header = (body) => `#pragma once\n// What it is.\n${body}`;

function messages(...files) {
  return findingsIn(files).map(({ message }) => message);
}

function assertFinds(pattern, ...files) {
  const found = messages(...files);
  assert.ok(
    found.some((message) => pattern.test(message)),
    `${pattern} is not among ${JSON.stringify(found)}`,
  );
}

const clean = [
  new TreeFile("core/CMakeLists.txt", "add_library(core src/region.cpp)\n"),
  new TreeFile("core/src/region.cpp", '#include "consent/region.h"\n\n#include <array>\n'),
  new TreeFile("core/include/consent/region.h", header("int f();\n")),
  new TreeFile("README.md", "# Title\n\n[core](core/), [below](#more-of-it)\n\n## More of it\n"),
  new TreeFile("script/build", "#!/usr/bin/env bash\n", { executable: true }),
];

test("a clean tree has no findings", () => assert.deepEqual(messages(...clean), []));

const forbidden = [
  ["an unexpected kind of file", /kind of file/, "core/tool.py", "print()\n"],
  ["a drawer for leftovers", /name the noun/, "server/src/string_utils.cpp", "int a;\n"],
  ["camel case file names", /snake_case/, "core/src/Region.cpp", "int a;\n"],
  ["a large file", /bytes; fetch/, "tests/vectors/a.json", "x".repeat(300_000) + "\n"],
  ["a script that cannot be run", /not executable/, "script/run", "#!/bin/sh\n"],
  ["a tab", /^tab$/, "server/a.ts", "\tlet a;\n"],
  ["a carriage return", /carriage return/, "server/a.ts", "let a;\r\n"],
  ["a blank at the end of a line", /blank at the end/, "core/README.md", "# T \n"],
  ["a missing newline", /no newline/, "core/README.md", "# T"],
  ["letters outside ASCII in C++", /not ASCII/, "core/src/a.cpp", "// \u2026\n"],
  ["a long line", /101 columns/, "wasm/src/a.ts", "x".repeat(101) + "\n"],
  ["a long header", /201 lines, 200/, "core/include/a.h", header("\n".repeat(199))],
  ["a long source", /401 lines, 400/, "core/src/a.cpp", "\n".repeat(401)],
  ["a long test", /601 lines, 600/, "tests/core/a_test.cpp", "\n".repeat(601)],
  ["a long readme", /181 lines, 180/, "README.md", "# T\n" + "\n".repeat(180)],
  ["zlib outside gzip.cpp", /belongs to/, "server/src/a.cpp", "#include <zlib.h>\n"],
  ["SQLite outside its store", /belongs to/, "server/src/a.cpp", "#include <sqlite3.h>\n"],
  ["libmaxminddb in the service", /belongs to/, "server/src/a.cpp", "#include <maxminddb.h>\n"],
  ["JSON in core", /belongs to/, "core/src/a.cpp", "#include <nlohmann/json.hpp>\n"],
  ["Catch2 by its own name", /belongs to/, "tests/core/a.cpp", "#include <catch2/catch.hpp>\n"],
  ["an exception in core", /no exceptions/, "core/src/a.cpp", "void f() { throw 1; }\n"],
  ["a clock in core", /are arguments/, "core/src/a.cpp", "auto t = system_clock::now();\n"],
  ["floating point in core", /floating point/, "core/src/a.cpp", "double d;\n"],
  ["std::regex", /write the scanner/, "server/src/a.cpp", "std::regex r;\n"],
  ["the ruleset asked past the site", /ask SiteRules/, "server/src/a.cpp", "regime_for(r, d);\n"],
  ["atoi", /from_chars/, "server/src/a.cpp", "int n = atoi(text);\n"],
  ["a header without a guard", /pragma once/, "server/src/a.h", "int a;\n"],
  ["a header without a purpose", /says what it is/, "server/src/a.h", "#pragma once\nint a;\n"],
  ["a source that nothing builds", /no CMakeLists/, "server/src/dead.cpp", "int a;\n"],
  ["two titles", /2 titles/, "geo/README.md", "# A\n\n# B\n"],
  ["a dead link", /leads nowhere/, "geo/README.md", "# A\n\n[b](absent.md)\n"],
  ["a dead anchor", /no heading/, "geo/README.md", "# A\n\n[b](#absent)\n"],
  ["a promise to finish later", /finish it/, "server/src/a.cpp", "// TO" + "DO: later\n"],
  ["a path of one machine", /one machine/, "script/a.sh", "cd /ho" + "me/somebody/consent\n"],
  ["a package host", /package host/, "core/README.md", "# A\n\nregistry.npm" + "js.org\n"],
  [
    "a lock file with addresses",
    /where it came from/,
    "wasm/package-lock.json",
    '{"packages": {"node_modules/a": {"resolved": "https://a.example/a.tgz"}}}\n',
  ],
  [
    "a lock file without hashes",
    /no integrity/,
    "wasm/package-lock.json",
    '{"packages": {"node_modules/a": {"version": "1.0.0"}}}\n',
  ],
];

for (const [name, pattern, path, content] of forbidden) {
  test(`finds ${name}`, () => assertFinds(pattern, new TreeFile(path, content)));
}

test("finds an executable that is none", () =>
  assertFinds(/without #!/, new TreeFile("core/README.md", "# T\n", { executable: true })));

test("finds an include against the direction of the layers", () => {
  const upper = new TreeFile("server/src/service.h", header("int a;\n"));
  const geo = new TreeFile("geo/include/consent/geo/lookup.h", header("int a;\n"));
  const lower = new TreeFile("core/src/a.cpp", '#include "service.h"\n');
  assertFinds(/core must not include server\/src\/service\.h/, upper, lower);
  const browser = new TreeFile("wasm/src/abi.cpp", '#include "consent/geo/lookup.h"\n');
  assertFinds(/wasm must not include geo/, geo, browser);
  const allowed = new TreeFile("server/src/a.cpp", '#include "consent/geo/lookup.h"\n');
  assert.ok(!messages(geo, allowed).some((message) => /must not include/.test(message)));
});

test("finds a second translation unit of the HTTP library", () => {
  const one = new TreeFile("server/src/http/a.cpp", "#include <httplib.h>\n");
  const two = new TreeFile("server/src/http/b.cpp", "#include <httplib.h>\n");
  assertFinds(/in more than one/, one, two);
  assert.ok(!messages(one).some((message) => /in more than one/.test(message)));
});

test("prose and code are told apart", () => {
  const comment = new TreeFile("core/src/region.cpp", '// a double throw\nauto a = "float";\n');
  assert.deepEqual(messages(clean[0], comment), []);
  const block = new TreeFile("core/README.md", "# A\n\n```sh\n# not a title\n[b](absent)\n```\n");
  assert.deepEqual(messages(block), []);
});

test("judges commit messages", () => {
  const judge = (message) =>
    findingsInCommits([{ hash: "abc", message }]).map((finding) => finding.message);
  assert.deepEqual(judge("core: reject bits that are not canonical\n\nBecause."), []);
  assert.deepEqual(judge("core, geo: two things"), []);
  assert.match(judge("Fixed stuff")[0], /area: what/);
  assert.match(judge(`core: ${"x".repeat(120)}`)[0], /characters/);
  assert.match(judge("core: a\nb")[0], /blank line/);
  assert.match(judge("core: a\n\nCo-Authored" + "-By: a tool")[0], /second author/);
});

const root = fileURLToPath(new URL("../../", import.meta.url));

test("the tree holds to the rules", () => {
  const files = readTree(root);
  assert.ok(files.length > 100, "the tree was read");
  assert.deepEqual(findingsIn(files).map(toText), []);
});

test("the commits hold to the rules", () => {
  assert.deepEqual(findingsInCommits(readCommits(root)).map(toText), []);
});
