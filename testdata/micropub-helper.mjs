// Drives micropub-helper (npm), versions 1 and 2, as an app does: node micropub-helper.mjs FOLDER ME CLIENT.
// FOLDER is where npm installed it. It writes the address to send the owner to, reads the
// code from standard input, and then posts, reads, updates, uploads, deletes and undeletes.
import { createRequire } from "node:module";
import { createInterface } from "node:readline/promises";
import { pathToFileURL } from "node:url";
import assert from "node:assert/strict";

const [folder, me, clientId] = process.argv.slice(2);
const require = createRequire(pathToFileURL(folder + "/"));
const loaded = await import(pathToFileURL(require.resolve("micropub-helper")));
const Micropub = loaded.Micropub ?? loaded.default.Micropub ?? loaded.default;
const app = new Micropub({ me, clientId, redirectUri: clientId + "redirect", state: "a state", scope: "create update delete undelete media" });

console.log(await app.getAuthUrl());
const input = createInterface({ input: process.stdin });
const [code] = await new Promise((got) => input.once("line", (line) => got([line])));
input.close();
await app.getToken(code);
assert.ok(app.options.token.startsWith("gp_"));
await app.verifyToken();

const config = await app.query("config");
app.options.mediaEndpoint ??= config["media-endpoint"];
if (!app.options.mediaEndpoint) app.options = { ...app.options, mediaEndpoint: config["media-endpoint"] };

const post = await app.create({ type: ["h-entry"], properties: { content: ["From micropub-helper"], category: ["apps", "tests"] } });
assert.match(post, /^https?:/);
const source = await app.querySource(post);
assert.deepEqual(source.properties.category, ["apps", "tests"]);
await app.update(post, { replace: { content: ["Changed by micropub-helper"] }, add: { category: ["more"] } });
assert.deepEqual((await app.querySource(post, ["content"])).properties.content, ["Changed by micropub-helper"]);
const form = await app.create({ h: "entry", content: "By form", category: ["one", "two"] }, "form");
assert.deepEqual((await app.querySource(form)).properties.category, ["one", "two"]);
if (loaded.Micropub) { // version 1 sends no multipart from a Node that has FormData
	const multipart = await app.create({ h: "entry", content: "By multipart", category: ["three"] }, "multipart");
	assert.deepEqual((await app.querySource(multipart)).properties.category, ["three"]);
	const dot = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), (c) => c.charCodeAt(0));
	assert.match(await app.postMedia(new File([dot], "dot.png", { type: "image/png" })), /^https?:/);
}
await app.delete(post);
await assert.rejects(app.querySource(post));
await app.undelete(post);
assert.deepEqual((await app.querySource(post)).properties.content, ["Changed by micropub-helper"]);
console.log("done");
