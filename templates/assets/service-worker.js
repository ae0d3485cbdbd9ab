// Pages and forms without a connection. Forms that cannot be sent wait in the outbox, and each is sent once:
// the server knows a form by its key.
"use strict";

const base = "{{base}}";
const cacheName = "gitpost {{version}}";
const shells = ["/posts/new?type=note", "/posts/new?type=article", "/posts/new?type=photo", "/outbox"];

self.addEventListener("install", (event) => {
	self.skipWaiting();
	event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
	event.waitUntil((async () => {
		for (const name of await caches.keys()) if (name !== cacheName) await caches.delete(name);
		await self.clients.claim();
	})());
});

// fill keeps the pages that must open without a connection, with what they refer to.
async function fill() {
	const cache = await caches.open(cacheName);
	for (const shell of shells) {
		try {
			const reply = await fetch(base + shell, { credentials: "same-origin" });
			if (!reply.ok || reply.redirected) continue;
			await cache.put(base + shell, reply.clone());
			for (const [, address] of (await reply.text()).matchAll(/(?:href|src)="([^"]*\/assets\/[^"]*)"/g)) {
				const file = address.replaceAll("&amp;", "&");
				if (!await cache.match(file)) await cache.add(file);
			}
		} catch {} // another time
	}
}

self.addEventListener("fetch", (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (url.origin !== location.origin || !url.pathname.startsWith(base + "/")) return;
	const path = url.pathname.slice(base.length);
	if (request.method === "POST" && request.mode === "navigate" && (path === "/posts/new" || path === "/posts/edit")) {
		event.respondWith(post(request));
	} else if (request.method === "POST" && path === "/signout") {
		event.respondWith(leave(request));
	} else if (request.method === "GET" && path.startsWith("/assets/")) {
		event.respondWith(asset(request));
	} else if (request.method === "GET" && request.mode === "navigate") {
		event.respondWith(page(request, path));
	}
});

async function asset(request) {
	const cache = await caches.open(cacheName);
	return await cache.match(request) || fetch(request);
}

async function page(request, path) {
	try {
		return await fetch(request);
	} catch (error) {
		const cache = await caches.open(cacheName);
		const found = path !== "/outbox" && await cache.match(request) ||
			path === "/posts/new" && await cache.match(base + "/posts/new?type=note") || await cache.match(base + "/outbox");
		if (found) return found;
		throw error;
	}
}

// leave forgets the pages: the next person at this browser must not see them.
async function leave(request) {
	const reply = await fetch(request);
	await caches.delete(cacheName);
	return reply;
}

// post sends a form, and keeps it when there is no connection. Only a form of these pages is kept, because what
// is kept is sent later in the owner's name: the server could not see that another site's page made it.
async function post(request) {
	const copy = request.clone();
	try {
		return await fetch(request);
	} catch (error) {
		if (!request.referrer.startsWith(location.origin + base + "/")) throw error;
		const fields = [...await copy.formData()];
		const value = (name) => (fields.find((f) => f[0] === name) || ["", ""])[1];
		await change((store) => store.add({
			address: copy.url, fields, key: value("key"), title: (value("name") || value("content")).slice(0, 90), problem: "",
		}));
		if (self.registration.sync) await self.registration.sync.register("outbox").catch(() => {});
		await tell();
		return Response.redirect(base + "/outbox?saved=" + encodeURIComponent(value("keep")), 303);
	}
}

self.addEventListener("sync", (event) => {
	if (event.tag === "outbox") event.waitUntil(sendAll());
});

self.addEventListener("message", (event) => {
	const { send, drop, list } = event.data;
	if (send) event.waitUntil(sendAll());
	if (drop) event.waitUntil(change((store) => store.delete(drop)).then(tell));
	if (list) event.waitUntil(tell());
});

let sending = null;

// sendAll sends what waits, one after the other, and one round at a time.
function sendAll() {
	sending = sending || (async () => {
		for (const item of await all()) {
			const body = new FormData();
			for (const [name, value] of item.fields) body.append(name, value);
			let reply;
			try {
				reply = await fetch(item.address, {
					method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "Idempotency-Key": item.key }, body,
				});
			} catch {
				break; // still no connection
			}
			if (reply.ok) {
				await change((store) => store.delete(item.id));
				continue;
			}
			const answer = await reply.json().catch(() => ({}));
			await change((store) => store.put({ ...item, problem: answer.error_description || String(reply.status) }));
		}
		await tell();
	})().finally(() => { sending = null; });
	return sending;
}

async function tell() {
	const outbox = (await all()).map(({ id, title, problem }) => ({ id, title, problem }));
	for (const client of await self.clients.matchAll({ includeUncontrolled: true })) client.postMessage({ outbox });
}

// The outbox is a store of IndexedDB: it survives the browser's end.
function database() {
	return new Promise((done, fail) => {
		const opening = indexedDB.open("gitpost " + base, 1);
		opening.onupgradeneeded = () => opening.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
		opening.onsuccess = () => done(opening.result);
		opening.onerror = () => fail(opening.error);
	});
}

async function change(act) {
	const db = await database();
	return new Promise((done, fail) => {
		const work = db.transaction("outbox", "readwrite");
		act(work.objectStore("outbox"));
		work.oncomplete = () => { db.close(); done(); };
		work.onerror = () => { db.close(); fail(work.error); };
	});
}

async function all() {
	const db = await database();
	return new Promise((done, fail) => {
		const asked = db.transaction("outbox").objectStore("outbox").getAll();
		asked.onsuccess = () => { db.close(); done(asked.result); };
		asked.onerror = () => { db.close(); fail(asked.error); };
	});
}
