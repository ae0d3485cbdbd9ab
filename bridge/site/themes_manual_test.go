package site

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/frontmatter"
	"gitpost/templates"
)

var updateManual = flag.Bool("update-manual", false, "write the table of themes into the manual")

const themesBegin, themesEnd = "<!-- themes: begin -->\n", "<!-- themes: end -->\n"

// A listedTheme is a theme of themes.yaml, and the file into which init writes the lines for its <head>.
type listedTheme struct {
	generator, name, head string
	titles                bool
	cover                 map[string]any
}

// listedThemes are the themes, by generator and name. The file is asked of a site that names the theme and
// does not have it.
func listedThemes(t *testing.T, lines []string) (all []listedTheme) {
	t.Helper()
	decoded, err := frontmatter.DecodeYAML(templates.Themes())
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []string{"hugo", "jekyll"} {
		themes, _ := decoded[of].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(themes)) {
			facts := themes[name].(map[string]any)
			theme := listedTheme{generator: of, name: name}
			theme.titles, _ = facts["titles"].(bool)
			theme.cover, _ = facts["cover"].(map[string]any)
			called := strings.ToLower(name)
			if names, _ := facts["names"].([]any); len(names) > 0 {
				called = names[0].(string)
			}
			config := with(bareHugo, map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\ntheme = '" + called +
				"'\n"})
			if of == "jekyll" {
				key := "theme: "
				if strings.Contains(called, "@") {
					key = "remote_theme: owner/"
				}
				config = with(bareJekyll, map[string]string{"_config.yml": "url: https://example.org\n" + key + called + "\n"})
			}
			s, tree := openHead(t, config)
			if edits, _, _ := s.Head(tree, lines); len(edits) == 1 {
				theme.head = edits[0].Path
			}
			if wanted, _ := facts["head"].(string); !strings.HasSuffix(theme.head, wanted) {
				t.Errorf("%s: the lines go to %q, and themes.yaml has %q", name, theme.head, wanted)
			}
			all = append(all, theme)
		}
	}
	return all
}

func (l listedTheme) row() string {
	titles, cover, head := "shows them without", "no key of its own", "none: see below"
	if l.titles {
		titles = "a title is made"
	}
	if key, _ := l.cover["key"].(string); key != "" {
		cover = "`" + key + "`"
		if shown, _ := l.cover["shown"].(bool); shown {
			cover += ", on its page too"
		}
	}
	if l.head != "" {
		head = "`" + l.head + "`"
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", l.name, titles, cover, head)
}

// TestManualListsTheThemes: what themes.yaml says, in the manual.
func TestManualListsTheThemes(t *testing.T) {
	const file = "../../templates/manual/themes.md"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), themesBegin)
	got, after, ok2 := strings.Cut(rest, themesEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no lines %q and %q", file, themesBegin, themesEnd)
	}
	want := "| theme | short posts | picture in lists | file for the lines |\n|---|---|---|---|\n"
	for _, l := range listedThemes(t, []string{"<!-- lines -->"}) {
		want += l.row()
	}
	switch {
	case got == want:
	case *updateManual:
		if err := os.WriteFile(file, []byte(before+themesBegin+want+themesEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table of themes in %s is\n%s\nwant\n%s\n-update-manual writes it", file, got, want)
	}
}

// TestLinesOfTheManualReachTheHead builds a site of each generator whose layout includes the files of all
// themes of the manual's table, with the manual's lines in them.
func TestLinesOfTheManualReachTheHead(t *testing.T) {
	manual, err := os.ReadFile("../../templates/manual/themes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(manual), "These are the lines")
	_, rest, _ = strings.Cut(rest, "```html\n")
	lines, _, ok := strings.Cut(rest, "```")
	if !ok || !strings.Contains(lines, "https://pub.example.org/micropub") {
		t.Fatalf("the manual has no lines for the head: %q", lines)
	}
	files := map[string]map[string]string{"hugo": {}, "jekyll": {}}
	calls, wanted := map[string]string{}, map[string][]string{}
	for _, l := range listedThemes(t, strings.Split(lines, "\n")) {
		if l.head == "" || files[l.generator][l.head] != "" {
			continue
		}
		host := fmt.Sprintf("pub%d.example.org", len(wanted[l.generator]))
		files[l.generator][l.head] = strings.ReplaceAll(lines, "pub.example.org", host)
		wanted[l.generator] = append(wanted[l.generator], `href="https://`+host+`/micropub"`)
		if l.generator == "hugo" {
			calls["hugo"] += `{{ partial "` + strings.TrimPrefix(l.head, "layouts/partials/") + `" . }}`
		} else {
			calls["jekyll"] += "{% include " + strings.TrimPrefix(l.head, "_includes/") + " %}"
		}
	}
	if n := len(wanted["hugo"]) + len(wanted["jekyll"]); n < 8 {
		t.Errorf("the lines of %d themes are built, want eight at least", n)
	}
	for _, of := range []string{"hugo", "jekyll"} {
		page := "<!doctype html><html><head><title>x</title>" + calls[of] + "</head><body></body></html>"
		tree := with(bareHugo, files[of], map[string]string{"layouts/index.html": page})
		if of == "jekyll" {
			tree = with(bareJekyll, files[of], map[string]string{"index.html": "---\n---\n" + page})
		}
		out, _ := builds(t, of, tree)
		built, err := os.ReadFile(filepath.Join(out, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(built), "</head>")
		for _, want := range wanted[of] {
			if !strings.Contains(head, want) {
				t.Errorf("%s: the head has no %s:\n%s", of, want, head)
			}
		}
	}
}
