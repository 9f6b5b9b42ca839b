// The npm package @dialphone/consent: put together from what was built, packed, and installed from
// its tarball.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("./", import.meta.url));
const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

function npm(directory, ...args) {
  return execFileSync("npm", [...args, ...quiet], { cwd: directory, encoding: "utf8" });
}

// The sources leave out the endings of files, which a bundler finds and Node's own resolution, that
// customers may compile with, does not.
function nameFiles(types) {
  for (const name of readdirSync(types)) {
    const path = join(types, name);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/((?:from|import) |import\()"(\.\/\w+)"/g, '$1"$2.js"'));
  }
}

/** Packs `scripts` with the types of their sources; returns the path of the tarball in `dist`. */
export function packPackage(scripts, dist) {
  const folder = join(dist, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  // What is only needed to build it is no part of it.
  delete manifest.scripts;
  delete manifest.devDependencies;
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const page of ["README.md", "INTEGRATIONS.md"]) {
    cpSync(join(source, page), join(folder, page));
  }
  cpSync(scripts, join(folder, "dist/v1"), { recursive: true });
  const compiler = join(source, "node_modules/typescript/bin/tsc");
  const types = ["-p", source, "--outDir", join(folder, "types")];
  execFileSync(process.execPath, [compiler, ...types], { stdio: "inherit" });
  nameFiles(join(folder, "types"));
  const [{ filename }] = JSON.parse(npm(folder, "pack", "--json", "--pack-destination", dist));
  return join(dist, filename);
}

/** Installs a tarball into an empty folder, without a network; returns where the package lies. */
export function installPackage(tarball, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  npm(folder, "install", "--offline", tarball);
  return join(folder, "node_modules/@dialphone/consent");
}
