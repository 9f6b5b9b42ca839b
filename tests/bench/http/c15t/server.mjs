// @c15t/backend as its documentation mounts it, on PostgreSQL through Kysely: one process on one
// port of loopback, its tables made at the start. Prints the port when it listens.
//
// usage: DATABASE_URL=... node server.mjs

import { createServer } from "node:http";
import { c15tInstance } from "@c15t/backend";
import { kyselyAdapter } from "@c15t/backend/db/adapters/kysely";
import { migrator } from "@c15t/backend/db/migrator";
import { DB } from "@c15t/backend/db/schema";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const database = new Kysely({ dialect: new PostgresDialect({ pool }) });
const adapter = kyselyAdapter({ db: database, provider: "postgresql" });
const migration = await migrator({ db: DB.client(adapter), schema: "latest" });
await migration.execute();

const { handler } = c15tInstance({
  appName: "bench",
  basePath: "/api/c15t",
  trustedOrigins: ["https://dialphone.com"],
  adapter,
  logger: { level: "error" },
});

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const answered = await handler(
    new Request(`http://127.0.0.1${request.url}`, {
      method: request.method,
      headers: request.headers,
      ...(body.length > 0 && { body }),
    }),
  );
  const text = Buffer.from(await answered.arrayBuffer());
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    "Content-Length": text.length,
  });
  response.end(text);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500, { "Content-Length": 0 }).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
