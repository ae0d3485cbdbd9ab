// Shows what the page says of itself that a post is about, as soon as its address is there. Without this
// script the preview shows it.
"use strict";

const context = document.querySelector("[data-context]");
const about = context && form.querySelector("input[type=url]");
let asked = "";

function showContext(said) {
	for (const name of ["name", "by", "summary"]) {
		const line = context.querySelector("[data-" + name + "]");
		line.textContent = said[name] || "";
		line.hidden = !said[name];
	}
	const problem = context.querySelector("[data-problem]");
	problem.textContent = said.problem ? t("The page cannot be shown here: %s.", said.problem) : "";
	problem.hidden = !said.problem;
	context.hidden = !Object.values(said).some(Boolean);
}

async function readContext() {
	const address = about.validity.valid ? about.value.trim() : "";
	if (address === asked) return;
	asked = address;
	let said = {};
	if (address) {
		try {
			const reply = await fetch(base + "/posts/context", { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ url: address }) });
			if (reply.ok) said = await reply.json();
		} catch {} // there is no connection: nothing is shown
	}
	if (address === asked) showContext(said);
}

if (about) {
	if (!context.hidden) asked = about.value.trim(); // the page has it already
	about.addEventListener("change", readContext);
	readContext();
}
