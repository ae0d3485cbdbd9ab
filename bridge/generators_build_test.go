package bridge_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/config"
	"gitpost/bridge/npmtest"
	"gitpost/templates"
)

// otherBuilds are generators: the heading of the manual's example, which is the configuration here, where
// a description stands for the generator, and how a site is built.
var otherBuilds = []struct {
	skeleton, heading string
	out               string // the folder of the built site
	unlisted          bool
	command           func(t *testing.T, source string) *exec.Cmd
}{
	{"astro", "Astro", "dist", false, func(t *testing.T, source string) *exec.Cmd {
		modules := nodeModules(t, source, "astro")
		return exec.Command("node", filepath.Join(modules, "astro", "astro.js"), "build")
	}},
	{"hexo", "Hexo", "public", false, func(t *testing.T, source string) *exec.Cmd {
		modules := nodeModules(t, source, "hexo")
		cmd := exec.Command("node", filepath.Join(modules, "hexo", "bin", "hexo"), "generate")
		cmd.Env = append(os.Environ(), "TZ=Europe/Berlin") // Hexo takes the day in a URL from the machine's clock
		return cmd
	}},
	{"eleventy", "", "_site", true, func(t *testing.T, source string) *exec.Cmd {
		modules := nodeModules(t, source, "@11ty/eleventy")
		return exec.Command("node", filepath.Join(modules, "@11ty", "eleventy", "cmd.cjs"))
	}},
	{"pelican", "Pelican", "output", true, func(t *testing.T, source string) *exec.Cmd {
		return exec.Command(program(t, "pelican python3-yaml", "pelican"), "--settings", "pelicanconf.py")
	}},
}

// edges are times at which the day in UTC, in Berlin and that of another offset differ.
var edges = []struct{ slug, time string }{
	{"first-minutes", "2026-03-14T00:20:00+01:00"}, {"last-minutes", "2026-03-14T23:40:00+01:00"},
	{"from-far-east", "2026-07-04T05:30:00+09:00"}, {"from-far-west", "2026-07-03T20:30:00-07:00"},
}

// TestPostsOfAllTypesShowOnOtherGenerators posts through the server, builds the sites them with their generators, and looks at the pages at the Locations.
func TestPostsOfAllTypesShowOnOtherGenerators(t *testing.T) {
	t.Parallel()
	for _, tt := range otherBuilds {
		t.Run(tt.skeleton, func(t *testing.T) {
			t.Parallel()
			build := tt.command // skips before anything is started
			build(t, t.TempDir())
			f := serve(t, tt.skeleton, func(c *settings) {
				c.Me = "https://blog.example/"
				if tt.heading != "" {
					c.Options = exampleOf(t, tt.heading).Options
					c.Options.Description.Strict = tt.skeleton == "astro" // its schema is
				}
			})

			locations := map[string]string{}
			post := func(slug, body string) {
				t.Helper()
				locations[slug] = f.create(`{"type": ["h-entry"], "properties": {` + body + `, "mp-slug": ["` + slug + `"]}}`)
			}
			for _, p := range shown {
				post(p.slug, p.body)
			}
			for _, at := range edges {
				post(at.slug, `"content": ["At the edge of a day"], "published": ["`+at.time+`"]`)
			}
			post("code", `"content": ["Write {{ braces }} and {% these %}, {# too #}."]`)
			post("a-draft", `"content": ["not for you: a draft"], "name": ["Draft, not for you"], "post-status": ["draft"]`)
			contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"mp-slug", "", "a-photo"},
				part{"mp-photo-alt[]", "", "The ferry"}, part{"photo", "boat.jpg", string(picture(t, 9))})
			a := f.send("POST", "/micropub", contentType, body)
			if a.Status != http.StatusCreated {
				t.Fatalf("photo: %d %s", a.Status, a.Body)
			}
			locations["a-photo"] = a.Header.Get("Location")
			quiet := `{"type": ["h-entry"], "properties": {"content": ["Between the two of us"], "visibility": ["unlisted"], "mp-slug": ["quiet-one"]}}`
			if tt.unlisted {
				locations["quiet-one"] = f.create(quiet)
			} else if a := f.json(quiet); a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "out of its lists") {
				t.Errorf("unlisted: %d %s", a.Status, a.Body)
			}

			source := filepath.Join(t.TempDir(), "source")
			git(t, "", "clone", "-q", f.remote, source)
			cmd := build(t, source)
			cmd.Dir = source
			if cmd.Env == nil {
				cmd.Env = append(os.Environ(), "TZ=UTC")
			}
			cmd.Env = append(cmd.Env, "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "ASTRO_TELEMETRY_DISABLED=1", "CI=1")
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", tt.skeleton, err, said)
			}
			out := filepath.Join(source, tt.out)
			for _, p := range shown {
				page := readPage(t, out, locations[p.slug])
				if !strings.Contains(plainQuotes(page.text), p.text) || p.link != "" && !slices.Contains(page.links, p.link) {
					t.Errorf("%s shows %q with links %q, want %q and %q", locations[p.slug], page.text, page.links, p.text, p.link)
				}
			}
			for _, at := range edges {
				if page := readPage(t, out, locations[at.slug]); !strings.Contains(page.text, "At the edge of a day") {
					t.Errorf("%s shows %q", locations[at.slug], page.text)
				}
			}
			if page := readPage(t, out, locations["code"]); !strings.Contains(page.text,
				"Write {{ braces }} and {% these %}, {# too #}.") {
				t.Errorf("code is shown as %q", page.text)
			}
			src := readPage(t, out, locations["a-photo"]).images["The ferry"]
			local, ok := strings.CutPrefix(src, "https://blog.example/")
			if _, err := os.Stat(filepath.Join(out, filepath.FromSlash(local))); !ok || err != nil {
				t.Errorf("the picture at %q is not there: %v", src, err)
			}
			everywhere(t, out, func(file, text string) {
				if strings.Contains(strings.ToLower(text), "not for you") || strings.Contains(file, "a-draft") {
					t.Errorf("%s tells of a draft", file)
				}
				if strings.Contains(file, ".mf2") {
					t.Errorf("%s is published", file)
				}
				if strings.Contains(text, "quiet-one") && !strings.Contains(file, "quiet-one") {
					t.Errorf("%s lists the unlisted post", file)
				}
			})
			if u := locations["quiet-one"]; u != "" && !strings.Contains(readPage(t, out, u).text, "Between the two of us") {
				t.Errorf("the unlisted post is not at %s", u)
			}
		})
	}
}

func plainQuotes(text string) string {
	return strings.NewReplacer("“", `"`, "”", `"`, "’", "'").Replace(text)
}

// nodeModules makes the packages of npm known to a site, and returns their folder.
func nodeModules(t *testing.T, source, pack string) string {
	t.Helper()
	modules := npmtest.Modules(t, pack)
	if err := os.Symlink(modules, filepath.Join(source, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return modules
}

// exampleOf is the configuration below a heading of the chapter Other generators.
func exampleOf(t *testing.T, heading string) config.Site {
	t.Helper()
	for _, c := range templates.Manual() {
		_, after, found := strings.Cut(c.Text, "\n## "+heading+"\n")
		_, example, _ := strings.Cut(after, "```yaml\n")
		if example, _, _ = strings.Cut(example, "```"); c.Name != "generators" || !found {
			continue
		}
		file := filepath.Join(t.TempDir(), "gitpost.yaml")
		text := "me: https://blog.example/\nrepo: https://git.example/blog.git\nurl: https://pub.blog.example\n" + example
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		loaded, err := config.Load(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		return loaded.Sites[0]
	}
	t.Fatalf("the manual has no example below %q", heading)
	return config.Site{}
}
