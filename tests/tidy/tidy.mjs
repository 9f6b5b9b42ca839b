#!/usr/bin/env node
// The repository's own rules. Prints every finding as path:line: message; fails when there is one.
// usage: node tests/tidy/tidy.mjs [--help]

import { fileURLToPath } from "node:url";
import { answerHelp } from "../support/usage.mjs";
import { fileRules } from "./file_rules.mjs";
import { sourceFileRules, sourceTreeRules } from "./source_rules.mjs";
import { commitMessage, textFileRules, textTreeRules } from "./text_rules.mjs";
import { readCommits, readTree } from "./tree.mjs";

export function findingsIn(files) {
  const perFile = [...fileRules, ...sourceFileRules, ...textFileRules];
  const found = files.flatMap((file) =>
    perFile.flatMap((rule) => rule(file).map((finding) => ({ path: file.path, ...finding }))),
  );
  for (const rule of [...sourceTreeRules, ...textTreeRules]) found.push(...rule(files));
  return found.sort((a, b) => a.path.localeCompare(b.path) || (a.line ?? 0) - (b.line ?? 0));
}

export function findingsInCommits(commits) {
  return commits.flatMap((commit) =>
    commitMessage(commit).map((finding) => ({ path: `commit ${commit.hash}`, ...finding })),
  );
}

export const toText = ({ path, line, message }) => `${path}${line ? `:${line}` : ""}: ${message}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  answerHelp(import.meta.url);
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const files = readTree(root);
  const commits = readCommits(root);
  const found = [...findingsIn(files), ...findingsInCommits(commits)];
  for (const finding of found) console.log(toText(finding));
  console.log(`${found.length} findings in ${files.length} files and ${commits.length} commits`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
