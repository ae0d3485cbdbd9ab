// A site whose pages take webmentions, by the npm package webmention-handler: node webmention-receiver.mjs FOLDER.
// FOLDER is where npm installed it. It writes its address, and ends when its input does. GET /mentions?page=URL
// lists what a page was told, as JSON.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.argv[2] + "/"));
const { WebMentionHandler } = require("webmention-handler");
let handler;

// The package's own storage in memory looks for a page's mentions at the page that mentions it.
const queue = [];
let stored = [];
const storageHandler = {
  addPendingMention: async (mention) => (queue.push(mention), mention),
  getNextPendingMentions: async () => queue.splice(0),
  getMentionsForPage: async (page) => stored.filter((m) => m.target === page),
  storeMentionForPage: async (page, mention) => (stored.push(mention), mention),
  deleteMention: async ({ source, target }) => {
    stored = stored.filter((m) => m.source !== source || m.target !== target);
    return null;
  },
};

const server = createServer(async (request, answer) => {
  const at = new URL(request.url, "http://" + request.headers.host);
  if (request.method === "POST") {
    let body = "";
    for await (const part of request) body += part;
    const sent = new URLSearchParams(body);
    try {
      const { code } = await handler.addPendingMention(sent.get("source"), sent.get("target"));
      await handler.processPendingMentions();
      answer.writeHead(code).end();
    } catch (error) {
      answer.writeHead(400, { "content-type": "text/plain" }).end(error.message);
    }
  } else if (at.pathname === "/mentions") {
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify(await handler.getMentionsForPage(at.searchParams.get("page"))));
  } else {
    answer.setHeader("content-type", "text/html");
    answer.end('<title>A page</title><link rel="webmention" href="/endpoint">');
  }
});
server.listen(0, "127.0.0.1", () => {
  const host = "127.0.0.1:" + server.address().port;
  handler = new WebMentionHandler({ supportedHosts: [host], storageHandler });
  console.log("http://" + host);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
