package bridge_test

import (
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// below lists the remote's files in a folder.
func (f *fixture) below(folder string) []string {
	f.t.Helper()
	return strings.Fields(git(f.t, f.remote, "ls-tree", "-r", "--name-only", "main", folder))
}

// skeletonWith is a skeleton with more files.
func skeletonWith(t *testing.T, skeleton string, more map[string]string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree := os.DirFS(filepath.Join("..", "testdata", "skeletons", skeleton))
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || files[name] != nil {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func page(title string) string { return "---\ntitle: " + title + "\ndate: 2024-01-01\n---\nText\n" }

// Regression test: an index file was taken for a page bundle's on every site, and with Jekyll's
// about/index.md all other pages in about/ were deleted.
func TestDeletingAPageOfJekyllLeavesThePagesBesideIt(t *testing.T) {
	t.Parallel()
	beside := map[string]string{"about/index.md": page("About"), "about/team.md": page("Team"), "about/boat.jpg": "a boat"}
	f := serveFiles(t, skeletonWith(t, "jekyll", beside), nil)
	f.act("delete", "https://example.org/about/")
	if got := f.below("about/"); !slices.Equal(got, []string{"about/boat.jpg", "about/team.md"}) {
		t.Errorf("after the delete about/ has %v", got)
	}
	f.act("undelete", "https://example.org/about/")
	if got, want := f.below("about/"), slices.Sorted(maps.Keys(beside)); !slices.Equal(got, want) {
		t.Errorf("after the undelete about/ has %v, want %v", got, want)
	}
	if a := f.command("delete", "https://example.org/"); a.Status != http.StatusBadRequest ||
		len(f.below("index.html")) != 1 {
		t.Errorf("delete of the home page: %d %s, and there are %v", a.Status, a.Body, f.below("."))
	}
}

// A Hugo bundle with a page in each of two languages: regression test, deleting one of them took
// the other one too, and all pictures.
func TestDeletingOneLanguageOfABundleLeavesTheOther(t *testing.T) {
	t.Parallel()
	languages := "baseURL = \"https://example.org/\"\ndefaultContentLanguage = \"en\"\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n"
	f := serveFiles(t, skeletonWith(t, "hugo", map[string]string{
		"hugo.toml":                      languages,
		"content/posts/boat/index.md":    page("Boat"),
		"content/posts/boat/index.de.md": page("Boot"),
		"content/posts/boat/boat.jpg":    "a boat",
	}), nil)
	const folder, english, german = "content/posts/boat/", "https://example.org/posts/boat/", "https://example.org/de/posts/boat/"
	f.act("delete", english)
	if got := f.below(folder); !slices.Equal(got, []string{folder + "boat.jpg", folder + "index.de.md"}) {
		t.Fatalf("without the English page there are %v", got)
	}
	f.act("delete", german)
	if got := f.below(folder); len(got) != 0 {
		t.Fatalf("without both pages there are %v", got)
	}
	f.act("undelete", english)
	f.act("undelete", german)
	if got := f.below(folder); len(got) != 3 {
		t.Errorf("after both came back there are %v", got)
	}
}

// Regression test: hello.md was put beside Hello.md, and a Mac checks out one of them.
func TestNewPostGetsNoNameThatDiffersInCaseOnly(t *testing.T) {
	t.Parallel()
	for folder, skeleton := range map[string]string{"content/posts/": "hugo", "_posts/": "jekyll"} {
		t.Run(skeleton, func(t *testing.T) {
			t.Parallel()
			f := serveFiles(t, skeletonWith(t, skeleton, map[string]string{folder + "2024-01-01-Hello.md": page("Hello")}), nil)
			f.create(`{"properties":{"content":["x"],"published":["2024-01-01T10:00:00Z"],"mp-slug":["2024-01-01-hello"]}}`)
			f.create(`{"properties":{"content":["x"],"published":["2024-01-01T10:00:00Z"],"mp-slug":["hello"]}}`)
			seen := map[string]string{}
			for _, file := range f.below(folder) {
				if other := seen[strings.ToLower(file)]; other != "" {
					t.Errorf("there are %s and %s", other, file)
				}
				seen[strings.ToLower(file)] = file
			}
			if len(seen) != 5 {
				t.Errorf("there are %v", f.below(folder))
			}
		})
	}
}

// Of taken.md and taken/index.md Hugo publishes one: regression test, a post with a photo took
// its place beside a post of the author's, which was no longer on the site.
func TestNewPostTakesNoPathThatAnotherPageHas(t *testing.T) {
	t.Parallel()
	version := generatorVersion(t, "hugo")
	for name, c := range map[string]struct{ taken, path, made string }{
		"bundle beside a file": {"content/posts/taken.md", "{slug}/index.md", "content/posts/taken-2/index.md"},
		"file beside a bundle": {"content/posts/taken/index.md", "{slug}.md", "content/posts/taken-2.md"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serveFiles(t, skeletonWith(t, "hugo", map[string]string{c.taken: page("Taken by hand")}),
				func(s *settings) { s.Options.Version, s.Options.Path = version, c.path })
			f.create(`{"properties":{"content":["x"],"mp-slug":["taken"]}}`)
			if files := f.below("content/posts/"); !slices.Contains(files, c.made) {
				t.Errorf("there is no %s: %v", c.made, files)
			}
			out, _ := f.build("hugo")
			if _, err := os.Stat(filepath.Join(out, "2024", "01", "taken-by-hand", "index.html")); err != nil {
				t.Errorf("the author's post is not on the site any more: %v\n%s", err, f.below("content/"))
			}
		})
	}
}

// Regression test: a page called like a section was answered with an address at which Hugo
// builds something else, or nothing.
func TestNewPageIsNotCalledLikeASection(t *testing.T) {
	t.Parallel()
	version := generatorVersion(t, "hugo")
	f := serveFiles(t, skeletonWith(t, "hugo", map[string]string{"content/notes/a.md": page("A note")}),
		func(c *settings) { c.Options.Version = version })
	var made []string
	for _, name := range []string{"Posts", "Notes", "Boats"} {
		made = append(made, f.create(`{"type":["h-page"],"properties":{"name":["`+name+`"],"content":["The page"]}}`))
	}
	if want := []string{"https://example.org/posts-2/", "https://example.org/notes-2/",
		"https://example.org/boats/"}; !slices.Equal(made, want) {
		t.Errorf("the pages are at %v, want %v", made, want)
	}
	out, _ := f.build("hugo")
	for _, u := range made {
		if _, err := os.Stat(filepath.Join(out, strings.TrimPrefix(u, "https://example.org/"), "index.html")); err != nil {
			t.Errorf("%s is not built: %v", u, err)
		}
	}
}
