// What holds for words: documents, promises to finish later, names of machines, commit messages.

import { dirname, join, normalize } from "node:path";

const withoutCode = (lines) => {
  let inside = false;
  return lines.map((line) => {
    if (/^\s*(```|~~~)/.test(line)) {
      inside = !inside;
      return "";
    }
    return inside ? "" : line.replace(/`[^`]*`/g, "");
  });
};

export function oneTitle(file) {
  if (file.extension !== ".md") return [];
  const titles = withoutCode(file.lines).filter((line) => /^# /.test(line));
  return titles.length === 1 ? [] : [{ message: `${titles.length} titles; a document has one` }];
}

const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

export function linksResolve(files) {
  const known = new Set();
  for (const file of files) {
    for (let path = file.path; path !== "."; path = dirname(path)) known.add(path);
  }
  const anchors = new Map(
    files
      .filter((file) => file.extension === ".md")
      .map((file) => [
        file.path,
        file.lines
          .filter((line) => /^#+ /.test(line))
          .map((line) => anchorOf(line.replace(/^#+ /, "").replace(/`/g, ""))),
      ]),
  );
  const problemOf = (file, link) => {
    if (/^[a-z]+:/.test(link)) return undefined;
    const [target, anchor] = link.split("#");
    const path = target === "" ? file.path : normalize(join(dirname(file.path), target));
    const bare = path.replace(/\/$/, "");
    if (bare !== "." && !known.has(bare)) return `the link ${link} leads nowhere`;
    if (anchor && anchors.has(path) && !anchors.get(path).includes(anchor)) {
      return `no heading #${anchor} in ${path}`;
    }
    return undefined;
  };
  return files
    .filter((file) => file.extension === ".md")
    .flatMap((file) =>
      withoutCode(file.lines).flatMap((line, index) =>
        [...line.matchAll(/\]\(([^)\s]+)\)/g)]
          .map((match) => problemOf(file, match[1]))
          .filter(Boolean)
          .map((message) => ({ path: file.path, line: index + 1, message })),
      ),
    );
}

// Written apart, so that this file does not find itself.
const anyOf = (...words) => words.join("|");
const later = new RegExp(
  `\\b(${anyOf("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")})\\b|\\bfor no` + "w\\b",
);
const homes = anyOf("wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers");
const packageHosts = anyOf(
  "registry\\.npm" + "js",
  "npm" + "js\\.(org|com)",
  "(deb|snapshot)\\.deb" + "ian",
  "pkg" + "\\.dev",
  "jsd" + "elivr",
  "un" + "pkg\\.com",
);
const machines = [
  { found: new RegExp(`(^|[\\s"'\`(=:])/(${homes})/`), message: "a path of one machine" },
  {
    found: new RegExp(packageHosts),
    message: "the name of a package host: name packages, hosts are the machine's to configure",
  },
];

export function finished(file) {
  if (file.isData) return [];
  return file.lines.flatMap((line, index) =>
    later.test(line) ? [{ line: index + 1, message: "finish it or leave it out" }] : [],
  );
}

export function noMachines(file) {
  if (file.isData) return [];
  return file.lines.flatMap((line, index) =>
    machines
      .filter((rule) => rule.found.test(line))
      .map((rule) => ({ line: index + 1, message: rule.message })),
  );
}

// Where a package was fetched from is the machine's business, what it hashes to is ours.
export function lockFiles(file) {
  if (file.name !== "package-lock.json") return [];
  const packages = Object.entries(JSON.parse(file.text).packages ?? {});
  return packages.flatMap(([name, entry]) => {
    if (name === "") return [];
    if (entry.resolved) {
      const option = "npm install --omit-lockfile-registry-resolved";
      return [{ message: `${name} names where it came from: ${option}` }];
    }
    return entry.integrity || entry.link ? [] : [{ message: `${name} has no integrity` }];
  });
}

export function commitMessage({ message }) {
  const [subject, blank = ""] = message.split("\n");
  const findings = [];
  if (!/^[a-z0-9.,/ -]+: \S/.test(subject)) {
    findings.push({ message: "subject is not `area: what`" });
  }
  if (subject.length > 120) {
    findings.push({ message: `subject has ${subject.length} characters, 120 are the limit` });
  }
  if (blank !== "") findings.push({ message: "no blank line after the subject" });
  if (/^(wip|fixup!|squash!|amend!)/i.test(subject)) findings.push({ message: "unfinished" });
  if (/^(co-authored-by|generated[- ](by|with)):?/im.test(message)) {
    findings.push({ message: "names a tool or a second author" });
  }
  const named = machines.filter((rule) => rule.found.test(message));
  return [...findings, ...named.map((rule) => ({ message: rule.message }))];
}

export const textFileRules = [oneTitle, finished, noMachines, lockFiles];
export const textTreeRules = [linksResolve];
