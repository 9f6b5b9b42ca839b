// A clock for a started consentd that stands where a test puts it: Debian's faketime, preloaded.

import { existsSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The dynamic linker puts the machine's own directory in place of $LIB.
const library = "/usr/$LIB/faketime/libfaketimeMT.so.1";

export class MovableClock {
  static async create() {
    if (!existsSync("/usr/bin/faketime")) {
      throw new Error("faketime is missing: run script/setup first");
    }
    const clock = new MovableClock();
    clock.directory = await mkdtemp(join(tmpdir(), "clock-"));
    await clock.set(new Date());
    return clock;
  }

  get path() {
    return join(this.directory, "now");
  }

  // Timeouts go on by the machine's own clock.
  get env() {
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.path,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
      TZ: "UTC",
    };
  }

  async set(time) {
    this.now = new Date(time);
    const text = this.now.toISOString().slice(0, 19).replace("T", " ");
    await writeFile(`${this.path}.next`, `${text}\n`);
    await rename(`${this.path}.next`, this.path);
  }

  async remove() {
    await rm(this.directory, { recursive: true, force: true });
  }
}
