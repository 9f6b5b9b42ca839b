// The graph wasm-metadce reads: every export of the list is a root, and so is the memory.
import { readFileSync, writeFileSync } from "node:fs";

const [list, graph] = process.argv.slice(2);
const names = readFileSync(list, "utf8")
  .split("\n")
  .filter((name) => name !== "");
const node = (name) => ({ name: `export:${name}`, export: name, root: true });
writeFileSync(graph, JSON.stringify([...names, "memory"].map(node), null, 1));
