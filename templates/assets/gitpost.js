// Passkeys, and buttons that copy or show a password. All else works without JavaScript.
"use strict";

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
	const said = await reply.json().catch(() => ({}));
	if (!reply.ok) throw new Error(said.error_description || "The server answers " + reply.status + ".");
	return said;
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
		case "NotAllowedError": return "It was cancelled, took too long, or there is no passkey for this site on this device.";
		case "InvalidStateError": return "This device has a passkey for this site already.";
		case "SecurityError": return "The browser allows no passkeys at this address.";
		case "NotSupportedError": case "ConstraintError": return "This device cannot keep such a passkey: it needs a finger, a face or a PIN.";
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
		button.textContent = (visible ? "Hide" : "Show") + (inputs.length > 1 ? " passwords" : " password");
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
			button.textContent = "Copied";
		});
	}
}

// What is typed into the form of a post is kept in this browser until it was saved.
function keepTyped(form) {
	const key = "gitpost " + form.dataset.keep;
	const fields = () => [...form.elements].filter((f) => f.name && !/^was\.|^(url|site|type)$/.test(f.name) && !["file", "hidden", "submit"].includes(f.type));
	const read = () => fields().map((f) => [f.name, f.type === "checkbox" ? f.checked : f.value]);
	const was = JSON.stringify(read());
	const old = JSON.parse(localStorage.getItem(key) || "null");
	if (old && JSON.stringify(old) !== was && !document.getElementById("problem")) {
		for (const [name, value] of old) {
			const f = form.elements.namedItem(name);
			if (f && f.type === "checkbox") f.checked = value;
			else if (f && "value" in f) f.value = value;
		}
		const note = document.createElement("div");
		note.className = "note";
		note.setAttribute("role", "status");
		const words = document.createElement("p");
		words.textContent = "This is what you typed here before and did not save. ";
		const drop = document.createElement("button");
		drop.type = "button";
		drop.className = "quiet";
		drop.textContent = "Discard it";
		drop.addEventListener("click", () => {
			localStorage.removeItem(key);
			location.reload();
		});
		words.append(drop);
		note.append(words);
		form.before(note);
	}
	form.addEventListener("input", () => {
		const now = read();
		if (JSON.stringify(now) === was) localStorage.removeItem(key);
		else localStorage.setItem(key, JSON.stringify(now));
	});
}

try {
	const saved = document.querySelector("main").dataset.saved;
	if (saved) localStorage.removeItem("gitpost " + saved);
	for (const form of document.querySelectorAll("form[data-keep]")) keepTyped(form);
} catch (error) {
	console.warn("what is typed cannot be kept:", error); // storage is off or full
}
