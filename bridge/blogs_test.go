package bridge_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/unicode/norm"

	"gitpost/bridge/mf2"
)

// A styledBlog is an archive of testdata/blogs; its README explains the directives.
type styledBlog struct {
	generator, folder, url string
	files                  fstest.MapFS
	want                   struct {
		Posts     map[string]mf2.Properties
		URL, File string            // patterns of a new note's
		Has       []string          // texts in its file
		Lacks     []string          // patterns that its file does not match
		Languages map[string]string // what the URL of a post in that language starts with
	}
}

func readBlog(t *testing.T, file string) *styledBlog {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := &styledBlog{files: fstest.MapFS{}}
	for _, f := range archive.Files {
		b.files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	if err := json.Unmarshal(b.files["want.json"].Data, &b.want); err != nil {
		t.Fatalf("%s: want.json: %v", file, err)
	}
	delete(b.files, "want.json")
	_, directives, _ := strings.Cut(string(archive.Comment), "\n")
	for line := range strings.Lines(directives) {
		verb, about, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case "generator":
			b.generator = about
		case "folder":
			b.folder = about
		case "url":
			b.url = about
		default:
			b.rewrite(t, verb, about)
		}
	}
	return b
}

// rewrite changes the bytes or the names of the files whose paths start with prefix.
func (b *styledBlog) rewrite(t *testing.T, verb, prefix string) {
	t.Helper()
	changed := fstest.MapFS{}
	for name, f := range b.files {
		text := string(f.Data)
		if strings.HasPrefix(name, prefix) {
			switch verb {
			case "crlf":
				text = strings.ReplaceAll(text, "\n", "\r\n")
			case "bom":
				text = "\uFEFF" + text
			case "latin1":
				text = strings.ReplaceAll(text, "é", "\xe9")
			case "nfd":
				name = norm.NFD.String(name)
			default:
				t.Fatalf("unknown directive %q", verb)
			}
		}
		changed[name] = &fstest.MapFile{Data: []byte(text)}
	}
	b.files = changed
}

// TestBlogsOfManyStyles: what is there is read right and keeps its bytes, posts of every type look like
// their neighbours, and the generator builds them at their Locations. One build for all.
func TestBlogsOfManyStyles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/blogs/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no blogs", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			b := readBlog(t, file)
			version := generatorVersion(t, b.generator)
			f := serveFiles(t, b.files, func(s *settings) {
				s.Me, s.Folder = "https://blog.example/", b.folder
				s.Options.URL, s.Options.Version = b.url, version
			})
			shows := b.readsWhatIsThere(t, f)
			for _, p := range shown {
				at := f.create(`{"type": ["h-entry"], "properties": {` + p.body + `, "mp-slug": ["` + p.slug + `"]}}`)
				if shows[at] = p.text; p.slug == "an-rsvp" && strings.Contains(file, "language-folders") {
					shows[at] = "Participation" // the site is in French
				}
				if p.slug == "a-note" {
					f.awaitPush()
					b.looksAsWanted(t, f, at)
				}
			}
			contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"photo", "boat.jpg", string(picture(t, 9))})
			if a := f.send("POST", "/micropub", contentType, body); a.Status != http.StatusCreated {
				t.Errorf("photo: %d %s", a.Status, a.Body)
			} else {
				shows[a.Header.Get("Location")] = ""
			}
			b.putsIntoLanguages(t, f, shows)
			f.awaitPush()
			b.isBuilt(t, f, shows)
		})
	}
}

// readsWhatIsThere compares q=source of each post, and adds a tag and removes it again. It returns the
// URLs of the posts.
func (b *styledBlog) readsWhatIsThere(t *testing.T, f *fixture) map[string]string {
	t.Helper()
	shows := map[string]string{}
	for at, want := range b.want.Posts {
		shows[at] = ""
		got := f.source(at).Properties
		for name, values := range want {
			if !mf2.Equal([]any(got[name]), []any(values)) {
				t.Errorf("%s: %s is %v, want %v", at, name, got[name], values)
			}
		}
		for _, verb := range []string{"add", "delete"} {
			a := f.json(`{"action": "update", "url": "` + at + `", "` + verb + `": {"category": ["fresh"]}}`)
			if a.Status/100 != 2 {
				t.Errorf("%s a tag of %s: %d %s", verb, at, a.Status, a.Body)
			}
		}
	}
	return shows
}

func (b *styledBlog) looksAsWanted(t *testing.T, f *fixture, at string) {
	t.Helper()
	if !regexp.MustCompile(b.want.URL).MatchString(at) {
		t.Errorf("a note is at %s, want %s", at, b.want.URL)
	}
	file := f.newFile()
	if !regexp.MustCompile(b.want.File).MatchString(file) {
		t.Errorf("a note is in %s, want %s", file, b.want.File)
	}
	text := f.remoteFile(file)
	for _, part := range b.want.Has {
		if !strings.Contains(text, part) {
			t.Errorf("%s has no %q: %q", file, part, text)
		}
	}
	for _, pattern := range b.want.Lacks {
		if found := regexp.MustCompile(pattern).FindString(text); found != "" {
			t.Errorf("%s has %q: %q", file, found, text)
		}
	}
}

// putsIntoLanguages posts in each language, and moves a post through all of them.
func (b *styledBlog) putsIntoLanguages(t *testing.T, f *fixture, shows map[string]string) {
	t.Helper()
	if len(b.want.Languages) == 0 {
		return
	}
	moved := f.create(`{"type": ["h-entry"], "properties": {"name": ["Moved"], "content": ["Through the languages"]}}`)
	for language, start := range b.want.Languages {
		at := f.create(`{"type": ["h-entry"], "properties": {"content": ["In ` + language + `"], "mp-language": ["` +
			language + `"]}}`)
		if !strings.HasPrefix(at, start) {
			t.Errorf("a post in %s is at %s", language, at)
		}
		shows[at] = "In " + language
		a := f.json(`{"action": "update", "url": "` + moved + `", "replace": {"lang": ["` + language + `"]}}`)
		if moved = a.Header.Get("Location"); a.Status/100 != 2 {
			t.Errorf("a post that moves to %s: %d %s %s", language, a.Status, moved, a.Body)
		} else if moved == "" {
			moved = a.json(t)["url"].(string)
		}
		if got := f.source(moved).Properties.Text("lang"); !strings.HasPrefix(language, got) || got == "" {
			t.Errorf("%s is in %q, want %s", moved, got, language)
		}
	}
	shows[moved] = "Through the languages"
	for _, body := range []string{`{"type": ["h-entry"], "properties": {"content": ["x"], "lang": ["tlh"]}}`,
		`{"action": "update", "url": "` + moved + `", "replace": {"lang": ["tlh"]}}`} {
		if a := f.json(body); a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "tlh") {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
}

// isBuilt builds the remote's files, of which those that were there are as they were.
func (b *styledBlog) isBuilt(t *testing.T, f *fixture, shows map[string]string) {
	t.Helper()
	source, out := filepath.Join(t.TempDir(), "source"), filepath.Join(t.TempDir(), "out")
	git(t, "", "clone", "-q", f.remote, source)
	for name, was := range b.files {
		if now, err := os.ReadFile(filepath.Join(source, name)); err != nil || !bytes.Equal(now, was.Data) {
			t.Errorf("%s is now %q, was %q (%v)", name, now, was.Data, err)
		}
	}
	arguments := []string{"--source", filepath.Join(source, b.folder), "--destination", out}
	if b.generator == "jekyll" {
		arguments = append([]string{"build", "--disable-disk-cache"}, arguments...)
	}
	cmd := exec.Command(b.generator, arguments...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", b.generator, err, said)
	}
	base, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	for at, text := range shows {
		below, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		below.Path, below.RawPath = strings.TrimPrefix(below.Path, path.Clean(base.Path)), ""
		if page := readPage(t, out, below.String()); !strings.Contains(page.text, text) {
			t.Errorf("%s shows %q, want %q", at, page.text, text)
		}
	}
}
