package templates

import (
	"embed"
	"strings"
)

//go:embed manual/*.md manual/*.svg posts/README.md
var manual embed.FS

// Chapter is one chapter of the manual.
type Chapter struct {
	Name  string // its topic in `gitpost help TOPIC`, and its page below /manual
	Title string
	Text  string // Markdown
}

// chapters are the chapters in the order in which they are listed.
var chapters = []struct{ name, file string }{
	{"hugo", "manual/hugo.md"},
	{"jekyll", "manual/jekyll.md"},
	{"generators", "manual/generators.md"},
	{"apps", "manual/apps.md"},
	{"posts", "manual/posts.md"},
	{"photos", "manual/photos.md"},
	{"delivery", "manual/delivery.md"},
	{"themes", "manual/themes.md"},
	{"sites", "manual/sites.md"},
	{"many", "manual/many.md"},
	{"configuration", "manual/configuration.md"},
	{"trouble", "manual/trouble.md"},
	{"backup", "manual/backup.md"},
	{"security", "manual/security.md"},
	{"protocol", "manual/protocol.md"},
	{"templates", "posts/README.md"},
	{"glossary", "manual/glossary.md"},
}

// Manual returns the chapters of the manual.
func Manual() []Chapter {
	var list []Chapter
	for _, c := range chapters {
		text, err := manual.ReadFile(c.file)
		if err != nil {
			panic(err) // a test reads them all
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
		list = append(list, Chapter{Name: c.name, Title: title, Text: string(text)})
	}
	return list
}

// ManualLink returns the chapter and the heading's anchor that a link of the manual leads to: "apps.md#curl" is
// "apps", "curl". It reports false for links that leave the manual, and for those within one chapter.
func ManualLink(to string) (name, anchor string, ok bool) {
	file, anchor, _ := strings.Cut(to, "#")
	for _, c := range chapters {
		if file == strings.TrimPrefix(c.file, "manual/") || strings.TrimPrefix(file, "../") == c.file {
			return c.name, anchor, true
		}
	}
	return "", "", false
}

// ManualPicture returns a picture of the manual by its file name.
func ManualPicture(name string) ([]byte, error) { return manual.ReadFile("manual/" + name) }
