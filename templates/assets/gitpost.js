// Passkeys, buttons that copy or show a password, and the outbox. All else works without JavaScript.
"use strict";

// What the scripts say, in the language of the page.
const said = JSON.parse(document.body.dataset.words || "{}");
const t = (sentence, value) => (said[sentence] || sentence).replace("%s", value);
const base = document.body.dataset.base;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The server writes WebAuthn's JSON; browsers of before 2025 do not read it themselves.
function options(from) {
	const o = from.publicKey;
	o.challenge = bytes(o.challenge);
	if (o.user) o.user.id = bytes(o.user.id);
	for (const list of [o.excludeCredentials, o.allowCredentials]) {
		for (const c of list || []) c.id = bytes(c.id);
	}
	return { publicKey: o };
}

function answer(credential) {
	const r = credential.response;
	const response = { clientDataJSON: text(r.clientDataJSON) };
	if (r.attestationObject) {
		response.attestationObject = text(r.attestationObject);
		response.transports = r.getTransports ? r.getTransports() : [];
	} else {
		response.authenticatorData = text(r.authenticatorData);
		response.signature = text(r.signature);
		if (r.userHandle) response.userHandle = text(r.userHandle);
	}
	return {
		id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
		authenticatorAttachment: credential.authenticatorAttachment || undefined, clientExtensionResults: {},
	};
}

async function post(address, body) {
	const reply = await fetch(address, {
		method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body),
	});
	const answered = await reply.json().catch(() => ({}));
	if (!reply.ok) throw new Error(answered.error_description || t("The server answers %s.", reply.status));
	return answered;
}

function ceremony(form, act) {
	const problem = form.querySelector("[data-problem]");
	const button = form.querySelector("button");
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		problem.textContent = "";
		button.disabled = true;
		try {
			const fields = Object.fromEntries(new FormData(form));
			const credential = await act(options(await post(form.dataset.begin, fields)));
			const done = await post(form.dataset.finish, { ...fields, answer: answer(credential) });
			location.assign(done.next);
		} catch (error) {
			problem.textContent = words(error);
			button.disabled = false;
		}
	});
}

function words(error) {
	switch (error.name) {
		case "NotAllowedError": return t("It was cancelled, took too long, or there is no passkey for this site on this device.");
		case "InvalidStateError": return t("This device has a passkey for this site already.");
		case "SecurityError": return t("The browser allows no passkeys at this address.");
		case "NotSupportedError": case "ConstraintError": return t("This device cannot keep such a passkey: it needs a finger, a face or a PIN.");
	}
	return error.message;
}

if (window.PublicKeyCredential) {
	for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = false;
	for (const form of document.querySelectorAll("[data-passkey-add]")) ceremony(form, (o) => navigator.credentials.create(o));
	for (const form of document.querySelectorAll("[data-passkey-sign-in]")) ceremony(form, (o) => navigator.credentials.get(o));
}

for (const form of document.forms) {
	const inputs = form.querySelectorAll("input[type=password]");
	if (!inputs.length) continue;
	const button = document.createElement("button");
	button.type = "button";
	button.className = "quiet";
	let visible = true;
	const toggle = () => {
		visible = !visible;
		for (const input of inputs) input.type = visible ? "text" : "password";
		if (inputs.length > 1) button.textContent = visible ? t("Hide passwords") : t("Show passwords");
		else button.textContent = visible ? t("Hide password") : t("Show password");
	};
	toggle();
	button.addEventListener("click", toggle);
	form.addEventListener("submit", () => visible && toggle());
	inputs[inputs.length - 1].after(button);
}

if (navigator.clipboard) {
	for (const button of document.querySelectorAll("[data-copy]")) {
		button.hidden = false;
		button.addEventListener("click", async () => {
			await navigator.clipboard.writeText(button.previousElementSibling.textContent);
			button.textContent = t("Copied");
		});
	}
}

// What was saved need not be kept in this browser any longer.
try {
	const saved = document.querySelector("main").dataset.saved || location.pathname === base + "/outbox" && new URLSearchParams(location.search).get("saved");
	if (saved) localStorage.removeItem("gitpost " + saved);
} catch (error) {
	console.warn("what is typed cannot be kept:", error); // storage is off
}

// The outbox: the service worker keeps forms that could not be sent, and sends them when there is a
// connection.
async function worker() {
	if (!navigator.serviceWorker || !("signedIn" in document.body.dataset)) return;
	const registration = await navigator.serviceWorker.register(base + "/service-worker.js", { scope: base + "/" });
	navigator.serviceWorker.addEventListener("message", (event) => event.data.outbox && showOutbox(event.data.outbox));
	const tell = async (message) => (await navigator.serviceWorker.ready).active.postMessage(message);
	const send = () => tell({ send: true });
	addEventListener("online", send);
	for (const button of document.querySelectorAll("[data-outbox-send]")) {
		button.hidden = false;
		button.addEventListener("click", send);
	}
	document.addEventListener("click", (event) => {
		const id = event.target.dataset && event.target.dataset.outboxDrop;
		if (id) tell({ drop: Number(id) });
	});
	await tell({ list: true });
	if (navigator.onLine) await send();
	return registration;
}

function showOutbox(list) {
	for (const note of document.querySelectorAll("[data-waiting]")) {
		note.hidden = !list.length;
		note.firstElementChild.textContent = t("Waiting for a connection: %s", list.length);
	}
	for (const empty of document.querySelectorAll("[data-outbox-empty]")) empty.hidden = list.length > 0;
	for (const place of document.querySelectorAll("[data-outbox]")) {
		place.hidden = !list.length;
		place.replaceChildren(...list.map((item) => {
			const row = document.createElement("li");
			row.className = "app";
			const words = document.createElement("div");
			const name = document.createElement("p");
			name.className = "name long";
			name.textContent = item.title || t("A post without a text");
			const state = document.createElement("p");
			state.className = "soft";
			state.textContent = item.problem || t("Waits for a connection.");
			words.append(name, state);
			const drop = document.createElement("button");
			drop.type = "button";
			drop.className = "second";
			drop.dataset.outboxDrop = item.id;
			drop.textContent = t("Discard it");
			row.append(words, drop);
			return row;
		}));
	}
}

worker().catch((error) => console.warn("without a service worker:", error));
