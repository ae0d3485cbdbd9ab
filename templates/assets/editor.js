// The form of a post: what was typed is kept, photos are uploaded while one writes, and more that makes
// writing easier. Without this script the form works as a plain one.
"use strict";

const form = document.querySelector("form.editor");
const content = form.elements.namedItem("content");
const kept = "gitpost " + form.dataset.keep;

// Keeping what was typed. It is read and stored when the fingers rest, so that typing never waits for it.
const fields = () => [...form.elements].filter((f) => f.name && !/^was\.|^(url|site|type|key|save)$/.test(f.name) && !["file", "submit"].includes(f.type) && (f.type !== "hidden" || f.name.startsWith("photo.")));
const read = () => fields().map((f) => [f.name, f.type === "checkbox" ? f.checked : f.value]);
const was = JSON.stringify(read());
let timer = 0;
let changed = false;

function keep() {
	clearTimeout(timer);
	timer = 0;
	if (!changed) return;
	changed = false;
	try {
		const now = JSON.stringify(read());
		if (now === was) localStorage.removeItem(kept);
		else localStorage.setItem(kept, now);
	} catch (error) {
		console.warn("what is typed cannot be kept:", error); // storage is off or full
	}
}

function touch() {
	changed = true;
	if (!timer) timer = setTimeout(keep, 400);
}

form.addEventListener("input", touch);
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", keep);
form.addEventListener("submit", keep);

function note(text, action, act) {
	const box = document.createElement("div");
	box.className = "note";
	box.setAttribute("role", "status");
	const words = document.createElement("p");
	words.textContent = text + " ";
	const button = document.createElement("button");
	button.type = "button";
	button.className = "quiet";
	button.textContent = action;
	button.addEventListener("click", act);
	words.append(button);
	box.append(words);
	form.before(box);
}

function restore() {
	const old = JSON.parse(localStorage.getItem(kept) || "null");
	if (!old || JSON.stringify(old) === was || document.getElementById("problem")) return;
	for (const [name, value] of old) {
		const url = /^photo\.(\d+)\.url$/.exec(name);
		if (url && !form.elements.namedItem(name)) addPhoto({ url: value }, url[1]);
	}
	for (const [name, value] of old) {
		const f = form.elements.namedItem(name);
		if (f && f.type === "checkbox") f.checked = value;
		else if (f && "value" in f) f.value = value;
	}
	note(t("This is what you typed here before and did not save."), t("Discard it"), () => {
		localStorage.removeItem(kept);
		location.reload();
	});
}

// Tags: the browser completes the whole value, so each suggestion has the tags before it.
const category = form.elements.namedItem("category");
if (category) {
	const list = document.getElementById("tags");
	const all = [...list.options].map((o) => o.value);
	category.addEventListener("input", () => {
		const done = category.value.slice(0, category.value.lastIndexOf(",") + 1);
		const have = done.split(",").map((s) => s.trim());
		list.replaceChildren(...all.filter((tag) => !have.includes(tag)).map((tag) => new Option("", (done ? done + " " : "") + tag)));
	});
}

// The toolbar over the text. insertText keeps the browser's own undo.
function insert(text) {
	content.focus();
	if (!document.execCommand("insertText", false, text)) content.setRangeText(text, content.selectionStart, content.selectionEnd, "end");
	touch();
}

const selected = () => content.value.slice(content.selectionStart, content.selectionEnd);

function around(before, after) {
	const inside = selected();
	insert(before + inside + after);
	if (!inside) content.selectionEnd = content.selectionStart -= after.length;
}

function lines(mark) {
	const start = content.value.lastIndexOf("\n", content.selectionStart - 1) + 1;
	content.selectionStart = start;
	let n = 0;
	insert(selected().split("\n").map((line) => (typeof mark === "function" ? mark(++n) : mark) + line).join("\n"));
}

if (content) {
	const bar = document.createElement("div");
	bar.className = "toolbar";
	bar.setAttribute("role", "toolbar");
	bar.setAttribute("aria-label", t("Formatting"));
	const tools = [
		["B", t("Bold"), () => around("**", "**")], ["I", t("Italic"), () => around("*", "*")], ["H", t("Heading"), () => lines("## ")],
		["“", t("Quotation"), () => lines("> ")], ["•", t("List"), () => lines("- ")], ["#", t("Numbered list"), () => lines((n) => n + ". ")],
		["<>", t("Code"), () => around("`", "`")], ["↗", t("Link"), () => around("[", "](https://)")],
	];
	tools.forEach(([sign, name, act], i) => {
		const button = document.createElement("button");
		button.type = "button";
		button.className = "quiet";
		button.textContent = sign;
		button.title = name;
		button.setAttribute("aria-label", name);
		button.tabIndex = i ? -1 : 0;
		button.addEventListener("click", act);
		bar.append(button);
	});
	bar.addEventListener("keydown", (event) => {
		const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
		if (!step) return;
		const all = [...bar.children];
		const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
		for (const b of all) b.tabIndex = b === next ? 0 : -1;
		next.focus();
	});
	content.before(bar);
	content.addEventListener("keydown", (event) => {
		if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
		const act = { b: () => around("**", "**"), i: () => around("*", "*"), k: () => around("[", "](https://)") }[event.key];
		if (act) {
			event.preventDefault();
			act();
		}
	});
	content.addEventListener("paste", paste);
}

// Pasting: pictures are uploaded, HTML becomes Markdown.
async function paste(event) {
	const files = [...event.clipboardData.files];
	if (files.length) {
		event.preventDefault();
		await upload(files);
		return;
	}
	const html = event.clipboardData.getData("text/html");
	const plain = event.clipboardData.getData("text/plain");
	if (!/<(a|b|strong|i|em|h[1-6]|ul|ol|li|blockquote|pre|code|table|img)\b/i.test(html)) return;
	event.preventDefault();
	try {
		const reply = await fetch(base + "/posts/markdown", { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ html }) });
		if (!reply.ok) throw new Error(reply.status);
		insert((await reply.json()).markdown);
	} catch {
		insert(plain);
	}
}

// Photos are uploaded as soon as they are chosen, pasted or dropped; the form then names them.
const photos = form.querySelector("[data-photos]");
const progress = form.querySelector("[data-progress]");

function nextNumber() {
	let n = 0;
	while (form.elements.namedItem("photo." + n + ".url")) n++;
	return n;
}

function addPhoto(file, number) {
	const n = number ?? nextNumber();
	const part = document.createElement("fieldset");
	part.className = "plain photo";
	const legend = document.createElement("legend");
	legend.className = "hidden";
	legend.textContent = t("Photo");
	const picture = document.createElement("img");
	picture.className = "thumb";
	picture.alt = "";
	picture.src = file.local || base + "/files/picture?w=160&url=" + encodeURIComponent(file.url);
	const rest = document.createElement("div");
	rest.innerHTML = '<input type="hidden"><p><label></label> <input type="text"></p><p class="row"></p>';
	const [address, alt] = rest.querySelectorAll("input");
	const label = rest.querySelector("label");
	address.name = "photo." + n + ".url";
	address.value = file.url;
	alt.name = "photo." + n + ".alt";
	alt.id = "photo-alt-" + n;
	label.htmlFor = alt.id;
	label.textContent = t("What it shows, for people who cannot see it");
	const button = (words, act) => {
		const b = document.createElement("button");
		b.type = "button";
		b.className = "quiet";
		b.textContent = words;
		b.addEventListener("click", () => {
			act();
			renumber();
			touch();
		});
		rest.lastElementChild.append(b);
		return b;
	};
	const up = button(t("Earlier"), () => {
		if (part.previousElementSibling) part.previousElementSibling.before(part);
		up.focus();
	});
	const down = button(t("Later"), () => {
		if (part.nextElementSibling) part.nextElementSibling.after(part);
		down.focus();
	});
	button(t("Remove"), () => part.remove());
	part.append(legend, picture, rest);
	photos.append(part);
}

// renumber gives the photos the order in which they stand.
function renumber() {
	[...photos.children].forEach((part, i) => {
		for (const input of part.querySelectorAll("[name^='photo.']")) {
			if (input.name.endsWith(".at")) input.value = i + 1;
			else if (!part.querySelector("[name$='.at']")) input.name = input.name.replace(/^photo\.\d+/, "photo.new" + i);
		}
	});
	[...photos.querySelectorAll("[name^='photo.new']")].forEach((input) => {
		input.name = input.name.replace("photo.new", "photo.");
	});
}

// smaller makes a photo smaller when the connection is slow. Others, and what browsers cannot read such as
// HEIC, stay as they are.
async function smaller(file) {
	const link = navigator.connection;
	const slow = link && (link.saveData || ["slow-2g", "2g", "3g"].includes(link.effectiveType));
	if (!slow || !["image/jpeg", "image/png", "image/webp"].includes(file.type) || file.size < 300000) return file;
	try {
		const image = await createImageBitmap(file);
		const scale = Math.min(1, 2048 / image.width);
		const canvas = document.createElement("canvas");
		canvas.width = Math.round(image.width * scale);
		canvas.height = Math.round(image.height * scale);
		canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
		const blob = await new Promise((done) => canvas.toBlob(done, file.type === "image/png" ? "image/png" : "image/jpeg", 0.85));
		return blob && blob.size < file.size ? new File([blob], file.name, { type: blob.type }) : file;
	} catch {
		return file;
	}
}

function send(file, onProgress) {
	return new Promise((done, fail) => {
		const request = new XMLHttpRequest();
		const body = new FormData();
		body.append("file", file);
		request.open("POST", base + "/files");
		request.setRequestHeader("Accept", "application/json");
		request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
		request.addEventListener("load", () => {
			let answer = {};
			try {
				answer = JSON.parse(request.responseText);
			} catch {} // a proxy's page
			if (request.status === 201) done(answer[0]);
			else fail(new Error(answer.error_description || t("The server answers %s.", request.status)));
		});
		request.addEventListener("error", () => fail(new Error(t("There is no connection."))));
		request.send(body);
	});
}

async function upload(files) {
	const details = form.querySelector("details.photos");
	if (!details) return;
	details.open = true;
	for (const file of files) {
		const line = document.createElement("p");
		line.textContent = file.name + " ";
		const bar = document.createElement("progress");
		bar.max = 1;
		bar.setAttribute("aria-label", file.name);
		line.append(bar);
		progress.append(line);
		try {
			const stored = await send(await smaller(file), (part) => { bar.value = part; });
			addPhoto({ url: stored.url, local: file.type.startsWith("image/") && file.type !== "image/heic" ? URL.createObjectURL(file) : "" });
			renumber();
			touch();
			line.remove();
		} catch (error) {
			bar.remove();
			line.className = "bad";
			line.textContent = file.name + ": " + error.message;
		}
	}
}

const drop = form.querySelector("[data-drop]");
if (drop && navigator.onLine) {
	drop.hidden = false;
	form.querySelector("[data-plain]").hidden = true;
	const chooser = document.getElementById("add-photos");
	chooser.addEventListener("change", () => {
		upload([...chooser.files]);
		chooser.value = "";
	});
	form.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
	form.addEventListener("drop", (event) => {
		if (!event.dataTransfer.files.length) return;
		event.preventDefault();
		upload([...event.dataTransfer.files]);
	});
}

// Preview without leaving the page.
const preview = form.querySelector("[data-preview]");
preview.addEventListener("click", async (event) => {
	event.preventDefault();
	preview.disabled = true;
	try {
		const body = new FormData(form);
		for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
		const reply = await fetch(preview.formAction, { method: "POST", headers: { Accept: "text/html" }, body });
		const page = new DOMParser().parseFromString(await reply.text(), "text/html");
		const made = page.getElementById("preview") || page.querySelector("main");
		const place = document.getElementById("preview");
		place.replaceChildren(...made.childNodes);
		place.scrollIntoView();
		place.focus();
	} catch {
		document.getElementById("preview").textContent = t("There is no connection.");
	}
	preview.disabled = false;
});

try {
	restore();
} catch (error) {
	console.warn("what was typed cannot be read:", error);
}
