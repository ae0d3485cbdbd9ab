// Starts a personal data server of the AT Protocol with one account, on loopback: node pds.mjs FOLDER DATA.
// FOLDER is where npm installed @atproto/pds and @did-plc/server; DATA is an empty folder. It writes one line
// of JSON, {server, handle, password}, and ends when its input does.
import { createRequire, registerHooks } from "node:module";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, data] = process.argv.slice(2);
registerHooks({
  resolve: (name, context, next) =>
    name === "better-sqlite3" ? { url: new URL("sqlite.mjs", import.meta.url).href, shortCircuit: true } : next(name, context),
});
const require = createRequire(pathToFileURL(folder + "/"));
const load = async (name) => {
  const loaded = await import(pathToFileURL(require.resolve(name)));
  return loaded.default?.default ? { ...loaded.default, ...loaded } : { ...loaded.default, ...loaded };
};
const freePort = () => new Promise((got) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => got(port));
  });
});

const plc = await load("@did-plc/server");
const plcPort = await freePort();
const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: plcPort });
await directory.start();

const { PDS } = await load("@atproto/pds");
const port = await freePort();
for (const name of ["blobs", "actors"]) mkdirSync(join(data, name), { recursive: true });
const pds = await PDS.fromEnv({
  port, hostname: "localhost", devMode: true, inviteRequired: false,
  dataDirectory: data, blobstoreDiskLocation: join(data, "blobs"), actorStoreDirectory: join(data, "actors"),
  didPlcUrl: `http://127.0.0.1:${plcPort}`, serviceHandleDomains: [".test"],
  plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString("hex"),
  jwtSecret: randomBytes(16).toString("hex"), adminPassword: randomBytes(16).toString("hex"), dpopSecret: randomBytes(32).toString("hex"),
  bskyAppViewUrl: undefined, crawlers: [], trustedOAuthClients: [], logEnabled: false,
});
await pds.start();

const server = `http://127.0.0.1:${port}`;
const account = { email: "ada@blog.example", handle: "ada.test", password: "a long password" };
const made = await fetch(server + "/xrpc/com.atproto.server.createAccount", {
  method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(account),
});
if (!made.ok) throw new Error(`createAccount: ${made.status} ${await made.text()}`);
console.log(JSON.stringify({ server, handle: account.handle, password: account.password }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
