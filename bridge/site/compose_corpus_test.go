package site

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"gitpost/bridge/mf2"
)

// TestCorpusIsReadBack walks each item of testdata/site/roundtrip through its life: created,
// read, changed in a text editor, read, updated by an app, read again.
func TestCorpusIsReadBack(t *testing.T) {
	files, err := filepath.Glob("../../testdata/site/roundtrip/*.json")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d items: %v", len(files), err)
	}
	for name, sites := range roundtripSites(t) {
		for _, file := range files {
			t.Run(name+"/"+strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				v, err := mf2.FromJSON(data, 64)
				if err != nil {
					t.Fatal(err)
				}
				l := &testLibrary{t: t, site: sites.site, files: with(sites.files)}
				live(t, l, itemOf(v))
			})
		}
	}
}

func itemOf(v any) mf2.Item {
	m, _ := v.(map[string]any)
	item := mf2.Item{Type: stringsOf(m["type"]), Properties: mf2.Properties{}}
	properties, _ := m["properties"].(map[string]any)
	for name, values := range properties {
		item.Properties[name] = values.([]any)
	}
	return item
}

func live(t *testing.T, l *testLibrary, sent mf2.Item) {
	r := l.compose(Post{Item: sent})
	check := func(when string, want mf2.Item) {
		t.Helper()
		if problem := differs(l.site, want, l.item(r.Path)); problem != "" {
			t.Fatalf("%s: %s\n%s", when, problem, l.files[r.Path])
		}
	}
	check("created", sent)

	// A person adds a comment and a key of their own in an editor.
	before := l.files[r.Path]
	l.files[r.Path] = handEdited(before)
	check("edited by hand", sent)

	// An app adds a category and a syndication link.
	edited := l.files[r.Path]
	want := sent.Clone()
	r = l.revise(r.Path, func(item *mf2.Item) error {
		item.Properties["category"] = append(item.Properties["category"], "added later")
		item.Properties["syndication"] = append(item.Properties["syndication"], "https://social.example/1")
		return nil
	})
	want.Properties["category"] = append(want.Properties["category"], "added later")
	want.Properties["syndication"] = append(want.Properties["syndication"], "https://social.example/1")
	check("updated", want)
	for _, line := range []string{"by hand", "mySetting"} {
		if !strings.Contains(l.files[r.Path], line) && strings.Contains(edited, line) {
			t.Errorf("the update lost %q of the hand's edit:\n%s", line, l.files[r.Path])
		}
	}

	// Another takes the category away, and changes the text.
	r = l.revise(r.Path, func(item *mf2.Item) error {
		delete(item.Properties, "category")
		item.Properties["content"] = []any{"Another text {{< x >}} {% y"}
		return nil
	})
	delete(want.Properties, "category")
	want.Properties["content"] = []any{"Another text {{< x >}} {% y"}
	check("updated again", want)

	// Nothing changed is nothing written.
	now := l.files[r.Path]
	r = l.revise(r.Path, func(*mf2.Item) error { return nil })
	if l.files[r.Path] != now {
		t.Errorf("an empty update changed the file:\n%s\nbecame\n%s", now, l.files[r.Path])
	}
}

// handEdited puts a comment and a key into front matter, in its own language.
func handEdited(text string) string {
	switch {
	case strings.HasPrefix(text, "---\r\n"):
		return "---\r\n# by hand\r\nmySetting:   [ 1,2 ]\r\n" + strings.TrimPrefix(text, "---\r\n")
	case strings.HasPrefix(text, "---\n"):
		return "---\n# by hand\nmySetting:   [ 1,2 ]\n" + strings.TrimPrefix(text, "---\n")
	case strings.HasPrefix(text, "+++\n"):
		return "+++\n# by hand\nmySetting   = [ 1,2 ]\n" + strings.TrimPrefix(text, "+++\n")
	case strings.HasPrefix(text, "{\n"):
		return "{\n  \"mySetting\":   [ 1,2 ],\n" + strings.TrimPrefix(text, "{\n")
	}
	return text
}

var update = flag.Bool("update", false, "rewrite golden files")

// TestFilesReadAsWrittenByHand keeps what is written for each item of the corpus in a golden
// file, to be looked at.
func TestFilesReadAsWrittenByHand(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/site/roundtrip/*.json")
	for name, config := range map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll} {
		l := newLibrary(t, config)
		var archive txtar.Archive
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			v, err := mf2.FromJSON(data, 64)
			if err != nil {
				t.Fatal(err)
			}
			fresh := &testLibrary{t: t, site: l.site, files: with(l.files)}
			r := fresh.compose(Post{Item: itemOf(v)})
			archive.Files = append(archive.Files, txtar.File{Name: filepath.Base(file) + " → " + r.Path, Data: r.Data})
		}
		golden := "../../testdata/site/written-" + name + ".txtar"
		got := txtar.Format(&archive)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		compareArchives(t, golden, got, want)
	}
}

func compareArchives(t *testing.T, golden string, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	old := map[string]string{}
	for _, f := range txtar.Parse(want).Files {
		old[f.Name] = string(f.Data)
	}
	for _, f := range txtar.Parse(got).Files {
		if old[f.Name] != string(f.Data) {
			t.Errorf("%s: %s\ngot:\n%s\nwant:\n%s", golden, f.Name, f.Data, old[f.Name])
		}
	}
	if !t.Failed() {
		t.Errorf("%s has other files; run the test with -update and look at the difference", golden)
	}
}
