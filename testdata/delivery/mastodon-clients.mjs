// Posts, edits and uploads with a client of npm, or deletes: node mastodon-clients.mjs FOLDER NAME SERVER TOKEN PICTURE,
// or … TOKEN delete ID. FOLDER is where npm installed the client of that name.
import { createRequire } from "node:module";
import { createReadStream, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, name, server, token, picture, id] = process.argv.slice(2);
const require = createRequire(pathToFileURL(folder + "/"));

if (name === "masto") {
  const { createRestAPIClient } = require("masto");
  const app = createRestAPIClient({ url: server, accessToken: token });
  if (picture === "delete") {
    await app.v1.statuses.$select(id).remove();
  } else {
    const media = await app.v2.media.create({ file: new Blob([readFileSync(picture)], { type: "image/png" }), description: "A dot" });
    const post = await app.v1.statuses.create({ status: "Hello from masto", mediaIds: [media.id], visibility: "public" });
    await app.v1.statuses.$select(post.id).update({ status: "Edited by masto", mediaIds: [media.id] });
  }
} else {
  const { default: generator } = require("megalodon");
  const app = generator("mastodon", server, token);
  if (picture === "delete") {
    await app.deleteStatus(id);
  } else {
    const { data: media } = await app.uploadMedia(createReadStream(picture), { description: "A dot" });
    let ready = media;
    while (!ready.url) ({ data: ready } = await app.getMedia(media.id));
    const { data: post } = await app.postStatus("Hello from megalodon", { media_ids: [media.id], visibility: "public" });
    await app.editStatus(post.id, { status: "Edited by megalodon", media_ids: [media.id] });
  }
}
