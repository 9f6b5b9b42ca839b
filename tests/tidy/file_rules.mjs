// What holds for every file: names, sizes, bits, characters, length.

const extensions = new Set([
  ".cpp", ".h", ".inc", ".cmake", ".txt", ".ts", ".mjs", ".js", ".json", ".jsonc", ".css", ".html",
  ".svg", ".png", ".md", ".sh", ".dict", ".yaml", ".sql", ".conf", ".service", ".socket",
]);
const namesWithoutExtension = new Set([
  ".clang-format", ".clang-tidy", ".gitignore", ".gitattributes", ".editorconfig", "LICENSE",
]);
const bannedNames = /(^|[-_.])(utils?|helpers?|common|managers?|misc|stuff|general)([-_.]|$)/;

export function allowedName(file) {
  if (file.isData || (file.isScript && file.extension === "")) return [];
  const findings = [];
  if (!extensions.has(file.extension) && !namesWithoutExtension.has(file.name)) {
    findings.push({ message: `kind of file not expected here: ${file.extension || file.name}` });
  }
  // systemd calls itself a service manager: there the word is the noun.
  const name = file.name.replace("service_manager", "");
  if (bannedNames.test(name)) findings.push({ message: "name the noun this file is about" });
  if (file.isCpp && !/^[a-z0-9_]+\.(cpp|h)$/.test(file.name)) {
    findings.push({ message: "C++ files are named in snake_case" });
  }
  return findings;
}

export function smallEnough(file) {
  const limit = 256 * 1024;
  if (file.bytes.length <= limit) return [];
  return [{ message: `${file.bytes.length} bytes; fetch or generate what is over ${limit}` }];
}

export function executableBit(file) {
  const hasShebang = file.bytes.subarray(0, 2).toString("latin1") === "#!";
  if (hasShebang === file.executable) return [];
  return [{ message: hasShebang ? "has #! but is not executable" : "executable without #!" }];
}

export function plainCharacters(file) {
  if (file.isData || file.extension === ".png") return [];
  const findings = [];
  file.lines.forEach((line, index) => {
    const report = (message) => findings.push({ line: index + 1, message });
    if (line.includes("\r")) report("carriage return");
    if (line.includes("\t")) report("tab");
    if (/[ ]$/.test(line)) report("blank at the end of the line");
    if (file.isCpp && /[^\x20-\x7e\t\r]/.test(line)) report("not ASCII: write it as an escape");
  });
  if (file.text !== "" && !file.text.endsWith("\n")) {
    findings.push({ message: "no newline at the end" });
  }
  return findings;
}

// Rows of a table may be long: there a line is a unit of meaning.
const tables = /^tests\/vectors\/cases\/|^tests\/tidy\/denied_words\.mjs$|\.inc$/;

export function columns(file) {
  if (!file.isCode || tables.test(file.path)) return [];
  return file.lines.flatMap((line, index) => {
    const width = [...line].length;
    return width > 100 ? [{ line: index + 1, message: `${width} columns, 100 are the limit` }] : [];
  });
}

function lengthLimit(file) {
  if (file.path === "README.md") return 180;
  if (file.path === "CMakeLists.txt") return 150;
  if (file.path === "CONTRIBUTING.md") return 150;
  if (file.name === "CMakeLists.txt") return 100;
  if (tables.test(file.path)) return Infinity;
  if (file.isTest && file.isCode) return 600;
  if (file.extension === ".h") return 200;
  return file.isCode ? 400 : Infinity;
}

export function length(file) {
  const limit = lengthLimit(file);
  if (file.isData || file.lines.length <= limit) return [];
  return [{ message: `${file.lines.length} lines, ${limit} are the limit: find the second noun` }];
}

export const fileRules = [
  allowedName,
  smallEnough,
  executableBit,
  plainCharacters,
  columns,
  length,
];
