// What was acknowledged stays, what cannot be stored is not acknowledged.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startConsentd } from "../support/consentd.mjs";
import { call } from "../support/http_call.mjs";
import { killAgainAndAgain } from "../support/kill_9.mjs";
import { events } from "../support/pipeline.mjs";
import { assertProblem, checkOf, pageView, Visitor } from "../support/visitor.mjs";

const isRoot = process.getuid() === 0;
const fast = ["--rate-burst", "1000000"];

async function withDirectory(use) {
  const directory = await mkdtemp(join(tmpdir(), "consentd-durable-"));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

// Visitors that keep deciding until the service is gone; what was acknowledged is noted.
async function decideUntilKilled(service, acknowledged) {
  for (;;) {
    const visitor = new Visitor(service);
    try {
      await visitor.decide("accept_all");
      if (acknowledged.size % 3 === 0) {
        const { subject } = visitor;
        acknowledged.set(subject, "either");
        await visitor.decide("withdraw");
        acknowledged.set(subject, "withdrawn");
      } else {
        acknowledged.set(visitor.subject, "granted");
        const { json } = await visitor.send([pageView()]);
        assert.equal(json.accepted, 1);
        acknowledged.events += 1;
      }
    } catch (error) {
      if (error.code === "ERR_ASSERTION") throw error;
      return;
    }
  }
}

// Where the machine is slow a round is longer, at most half a minute.
async function enough(acknowledged, least) {
  for (let i = 0; i < 300 && acknowledged.size < least; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("kill -9 while writing loses nothing that was acknowledged", async () => {
  await withDirectory(async (dataDir) => {
    const acknowledged = Object.assign(new Map(), { events: 0 });
    for (let round = 0; round < 3; round += 1) {
      const service = await startConsentd({ dataDir, options: fast });
      const writers = Array.from({ length: 12 }, () => decideUntilKilled(service, acknowledged));
      await new Promise((resolve) => setTimeout(resolve, 700 + 150 * round));
      await enough(acknowledged, 40 * (round + 1));
      service.child.kill("SIGKILL");
      await Promise.all(writers);
      await service.stop();
    }
    assert.ok(acknowledged.size > 100, `${acknowledged.size} decisions`);
    const service = await startConsentd({ dataDir, options: fast });
    for (const [subject, expected] of acknowledged) {
      const { reason } = await checkOf(service, { subject });
      if (expected === "either") assert.ok(["granted", "withdrawn"].includes(reason), reason);
      else assert.equal(reason, expected);
    }
    const stored = await events(service);
    assert.ok(stored.length >= acknowledged.events, `${stored.length} of ${acknowledged.events}`);
    assert.equal(await service.stop(), 0);
    console.log(`${acknowledged.size} decisions and ${acknowledged.events} events, none lost`);
  });
});

test("ten kills lose no acknowledged record and double none", { timeout: 120_000 }, async () => {
  await withDirectory(async (dataDir) => {
    const counts = await killAgainAndAgain(dataDir, { kills: 10 });
    assert.ok(counts.acknowledged > 100, JSON.stringify(counts));
    console.log(JSON.stringify(counts));
  });
});

test("after a restart an event that is repeated is still the same record", async () => {
  await withDirectory(async (dataDir) => {
    const first = await startConsentd({ dataDir });
    const visitor = new Visitor(first);
    const body = await visitor.body("accept_all");
    const { record } = (await visitor.post(body)).json;
    first.child.kill("SIGKILL");
    await first.stop();
    visitor.service = await startConsentd({ dataDir });
    const again = await visitor.post(body);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.json.record, record);
    await visitor.service.stop();
  });
});

test("tokens, tickets and keys outlive a restart", async () => {
  await withDirectory(async (dataDir) => {
    const first = await startConsentd({ dataDir });
    const visitor = new Visitor(first);
    await visitor.decide("accept_all");
    const body = await visitor.body("save");
    await first.stop();
    const second = await startConsentd({ dataDir });
    visitor.service = second;
    assert.equal((await checkOf(second, { token: visitor.token })).reason, "granted");
    assert.equal(
      (await checkOf(second, { token: visitor.token }, { key: first.key })).reason,
      "granted",
    );
    assert.equal((await visitor.post(body)).status, 201);
    await second.stop();
  });
});

// The service with its data on a small file system of its own.
async function onSmallDisk(use) {
  await withDirectory(async (directory) => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", directory]);
    try {
      await use(directory);
    } finally {
      execFileSync("umount", ["--lazy", directory]);
    }
  });
}

const skipWithoutRoot = isRoot ? false : "mounting a small file system needs root";

test("a full disk is 503, and nothing is half there", { skip: skipWithoutRoot }, async () => {
  await onSmallDisk(async (dataDir) => {
    const service = await startConsentd({ dataDir, options: fast });
    try {
      const known = new Visitor(service);
      await known.decide("accept_all");
      execFileSync("sh", ["-c", `head -c 3M /dev/zero > ${dataDir}/filler || true`]);
      const outcome = { granted: [], refused: 0 };
      const agent = new Agent({ keepAlive: true });
      for (let i = 0; i < 400 && outcome.refused < 20; i += 1) {
        const visitor = new Visitor(service);
        const answer = await visitor.post(await visitor.body("accept_all"));
        if (answer.status === 201) outcome.granted.push(answer.json.record.subject);
        else {
          assertProblem(answer, 503);
          assert.ok(Number(answer.headers["retry-after"]) > 0);
          assert.ok(!answer.text.includes(dataDir), "a visitor is told no paths");
          outcome.refused += 1;
        }
      }
      agent.destroy();
      assert.equal(outcome.refused, 20, "the disk was full");
      const ready = await call(`${service.internalUrl}/readyz`);
      assertProblem(ready, 503);
      assert.equal((await call(`${service.internalUrl}/healthz`)).status, 200);
      assert.equal((await new Visitor(service).notice()).status, 200);
      const { reason } = await checkOf(service, { subject: known.subject });
      assert.equal(reason, "granted", "what is known is still answered");
      await rm(join(dataDir, "filler"));
      const visitor = new Visitor(service);
      assert.equal((await visitor.post(await visitor.body("accept_all"))).status, 201);
      assert.equal((await call(`${service.internalUrl}/readyz`)).status, 200);
      for (const subject of outcome.granted) {
        assert.equal((await checkOf(service, { subject })).reason, "granted");
      }
    } finally {
      await service.stop();
    }
  });
});

test(
  "events that the disk has no room for are not acknowledged",
  { skip: skipWithoutRoot },
  async () => {
    await onSmallDisk(async (dataDir) => {
      const service = await startConsentd({ dataDir, options: fast });
      try {
        const visitor = new Visitor(service);
        await visitor.decide("accept_all");
        assert.equal((await visitor.send([pageView()])).status, 202);
        execFileSync("sh", ["-c", `head -c 3M /dev/zero > ${dataDir}/filler || true`]);
        let accepted = 1;
        let refused = 0;
        for (let i = 0; i < 50 && refused === 0; i += 1) {
          const answer = await visitor.send(Array.from({ length: 100 }, () => pageView()));
          if (answer.status === 202) accepted += answer.json.accepted;
          else {
            assertProblem(answer, 503);
            refused += 1;
          }
        }
        assert.equal(refused, 1, "the disk was full");
        assert.equal(
          (await events(service)).length,
          accepted,
          "whole lines, and only what was said",
        );
        await rm(join(dataDir, "filler"));
        assert.equal((await visitor.send([pageView()])).status, 202);
        assert.equal((await events(service)).length, accepted + 1);
      } finally {
        await service.stop();
      }
    });
  },
);

test(
  "a data directory that cannot be written stops the start",
  { skip: skipWithoutRoot },
  async () => {
    await onSmallDisk(async (dataDir) => {
      const first = await startConsentd({ dataDir });
      await first.stop();
      execFileSync("mount", ["-o", "remount,ro", dataDir]);
      const attempt = startConsentd({ dataDir, key: first.key });
      await assert.rejects(attempt, (error) => {
        assert.match(error.message, /consentd ended with [1-9]/);
        assert.ok(error.message.includes(dataDir), "the message names the directory");
        return true;
      });
      execFileSync("mount", ["-o", "remount,rw", dataDir]);
    });
  },
);
