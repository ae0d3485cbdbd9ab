package eleventy

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
)

// A maker makes a random site.
type maker struct {
	*rand.Rand
	files  map[string]string
	input  string
	number int
}

func (m *maker) one(list ...string) string { return list[m.IntN(len(list))] }

func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

// randomSite is a site with a configuration, data files, layouts and some pages.
func randomSite(r *rand.Rand) map[string]string {
	m := &maker{Rand: r, files: map[string]string{}}
	m.configure()
	folders := []string{"posts", "blog", "blog/2024", "notes", "", "a.b", "Capital", "with space", "2024-01-02-trip"}
	for range 3 + m.IntN(8) {
		m.page(folders[m.IntN(len(folders))])
	}
	for range m.IntN(4) {
		m.data(folders[m.IntN(len(folders))])
	}
	if m.chance(20) {
		m.files[path.Join(m.input, "_includes/base.njk")] = m.one("<html>{{ content | safe }}</html>\n",
			"---\npermalink: /from-layout/{{ page.fileSlug }}/\n---\n{{ content | safe }}\n", "---\nlayout: outer.njk\n---\n{{ content | safe }}\n")
		m.files[path.Join(m.input, "_includes/outer.njk")] = m.one("<html>{{ content | safe }}</html>\n",
			"---\ndraft: true\n---\n{{ content | safe }}\n")
	}
	if m.chance(10) {
		m.files[".gitignore"] = m.one("node_modules/\n", "/posts\n", "*.tmp.md\n", "notes/\n# comment\n")
	}
	if m.chance(10) {
		m.files[".eleventyignore"] = m.one("README.md\n", m.input+"/posts/\n", "**/index.md\n")
	}
	if m.chance(10) {
		m.files["node_modules/x/README.md"] = "# x\n"
	}
	return m.files
}

func (m *maker) configure() {
	m.input = m.one("", "", "", "src", "content")
	drafts := ""
	if m.chance(70) {
		drafts = "\televentyConfig.addPreprocessor(\"drafts\", \"*\", (data) => {\n\t\tif (data.draft) return false;\n\t});\n"
	}
	if m.input == "" && drafts == "" && m.chance(60) {
		return
	}
	var options []string
	setter := ""
	switch {
	case m.input == "":
	case m.chance(50):
		options = append(options, `dir: { input: "`+m.input+`", output: "_site" }`)
	default:
		setter = "\t// dir: { input: \"elsewhere\" }\n\televentyConfig.setInputDirectory('" + m.input + "');\n"
	}
	if m.chance(20) {
		options = append(options, `pathPrefix: "/blog/"`)
	}
	if m.chance(20) {
		options = append(options, `markdownTemplateEngine: `+m.one(`"njk"`, `"liquid"`, "false"))
	}
	if m.chance(10) {
		options = append(options, `templateFormats: ["md", "njk"]`)
	}
	m.files["eleventy.config.js"] = "export default function (eleventyConfig) {\n" + setter + drafts +
		"\treturn { " + strings.Join(options, ", ") + " };\n}\n"
	m.files["package.json"] = `{"type": "module"}` + "\n"
}

func (m *maker) permalink() string {
	m.number++
	n := fmt.Sprint(m.number)
	return m.one("/x/"+n+"/", "x/"+n+"/", "/"+n+".html", "/deep/er/"+n+"/index.html", "/{{ page.fileSlug }}/"+n+"/",
		"/{{ title | slugify }}/"+n+"/",
		"{{ page.filePathStem }}/"+n+"/", "/{{ page.date | date: '%Y/%m/%d' }}/{{ page.fileSlug }}-"+n+"/",
		"/{{ key }}/"+n+"/", "/feed/"+n+".xml",
		"/{% if title %}a{% endif %}"+n+"/", "/grün "+n+"/", "/no-ending-"+n, "/{{ title }}-"+n+"/")
}

func (m *maker) page(folder string) {
	name := m.one("a", "b", "index", "2024-01-02-title", "2024-01-02", "posts", "blog", "Über", "with space", "UPPER",
		"x.y", "c.tmp", "2024-13-40-odd")
	ext := m.one(".md", ".md", ".md", ".md", ".njk", ".html", ".liquid")
	file := path.Join(m.input, folder, name+ext)
	var lines []string
	add := func(percent int, line string) {
		if m.chance(percent) {
			lines = append(lines, line)
		}
	}
	add(80, `"title": "`+m.one("A Title", "Another, longer title", "x")+`"`)
	add(60, `"date": "`+m.one("2024-03-09", "2023-12-31T23:30:00Z", "2023-12-31T23:30:00-05:00")+`"`)
	add(35, `"permalink": "`+m.permalink()+`"`)
	add(5, `"dynamicPermalink": false`)
	if len(lines) > 0 && !strings.Contains(strings.Join(lines, ""), "permalink") {
		add(8, `"permalink": false`)
		add(4, `"permalink": true`)
		add(4, `"eleventyComputed": {"permalink": "/computed/{{ title | slugify }}/"}`)
	}
	add(20, `"draft": `+m.one("true", "false"))
	add(30, `"tags": ["posts", "x"]`)
	add(20, `"layout": "`+m.one("base.njk", "base")+`"`)
	add(20, `"key": "value"`)
	if m.files[path.Join(m.input, "_includes/base.njk")] == "" {
		lines = without(lines, `"layout"`)
	}
	switch {
	case len(lines) == 0:
		m.files[file] = "Only text.\n"
	case m.chance(15):
		m.files[file] = "---json\n{\n  " + strings.Join(lines, ",\n  ") + "\n}\n---\nText.\n"
	default:
		for i, line := range lines {
			key, value, _ := strings.Cut(line, ": ")
			lines[i] = strings.Trim(key, `"`) + ": " + value
		}
		m.files[file] = "---\n" + strings.Join(lines, "\n") + "\n---\nText.\n"
	}
}

func without(lines []string, start string) (kept []string) {
	for _, line := range lines {
		if !strings.HasPrefix(line, start) {
			kept = append(kept, line)
		}
	}
	return kept
}

// data writes a data file of a folder, or of one page.
func (m *maker) data(folder string) {
	stem := path.Join(m.input, folder, path.Base(folder))
	if folder == "" || m.chance(20) {
		stem = path.Join(m.input, folder, m.one("a", "index"))
	}
	var entries []string
	if m.chance(50) {
		entries = append(entries, `"permalink": `+m.one(`"/`+path.Base(folder)+`/d/{{ page.fileSlug }}/"`, "false", `"{{ page.filePathStem }}.html"`))
	}
	if m.chance(20) {
		entries = append(entries, `"draft": true`)
	}
	if m.chance(20) {
		entries = append(entries, `"date": "2022-02-02"`)
	}
	entries = append(entries, `"tags": ["posts"]`)
	text := "{" + strings.Join(entries, ", ") + "}\n"
	switch m.IntN(4) {
	case 0:
		m.files[stem+".11tydata.js"] = "// permalink: not this\nexport default " + strings.ReplaceAll(text, "}\n", ",\n};\n")
		m.files["package.json"] = `{"type": "module"}` + "\n"
	case 1:
		m.files[stem+".11tydata.json"] = text
	default:
		m.files[stem+".json"] = text
	}
}
