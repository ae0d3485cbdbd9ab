// Builds each folder of the one that is named with Eleventy, in one process and without writing
// anything, and prints as JSON: by folder the URL and the output of each input file, or the error of the build.
// The first argument is the node_modules folder, the second the folder of the sites.
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, sites] = process.argv.slice(2);
const { Eleventy } = await import(pathToFileURL(path.join(modules, "@11ty/eleventy/src/Eleventy.js")));
const results = {};
process.env.ELEVENTY_RUN_MODE = "build";
console.log = console.error;
for (const name of readdirSync(sites).sort()) {
	process.chdir(path.join(sites, name));
	try {
		const eleventy = new Eleventy(undefined, undefined, { quietMode: true, source: "cli", runMode: "build" });
		const pages = await eleventy.toJSON();
		results[name] = { pages: {}, outputs: {} };
		for (const page of pages) {
			results[name].pages[path.normalize(page.inputPath)] = page.url;
			if (page.outputPath) {
				results[name].outputs[path.normalize(page.inputPath)] = path.relative("_site", page.outputPath);
			}
		}
	} catch (error) {
		results[name] = { error: `${error.name}: ${error.message} ${[error.originalError, error.originalError?.originalError, error.originalError?.originalError?.originalError].filter(Boolean).join(" | ")}` };
	}
}
await new Promise((done) => process.stdout.write(JSON.stringify(results), done));
process.exit(0);
