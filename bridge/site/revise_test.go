package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// TestUpdateTouchesNothingElse walks testdata/site/revise: a site, an update of one of its
// posts as JSON, and below "want" the file as it is then.
func TestUpdateTouchesNothingElse(t *testing.T) {
	files, err := filepath.Glob("../../testdata/site/revise/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			var c struct {
				Post    string
				Replace mf2.Properties
				Add     mf2.Properties
				Remove  mf2.Properties
				Delete  []string
			}
			if err := json.Unmarshal(archive.Comment, &c); err != nil {
				t.Fatalf("the update: %v", err)
			}
			tree := map[string]string{}
			var inputs []txtar.File
			want := ""
			for _, f := range archive.Files {
				text := strings.ReplaceAll(string(f.Data), "\\r\n", "\r\n")
				if strings.HasPrefix(f.Name, "want ") {
					want = f.Name + "\n" + string(f.Data)
					continue
				}
				inputs = append(inputs, f)
				tree[f.Name] = text
			}
			l := newLibrary(t, tree)
			var do command
			do.Command.Replace, do.Command.Add, do.Command.Remove, do.Command.Delete = c.Replace, c.Add, c.Remove, c.Delete
			r := l.revise(c.Post, func(item *mf2.Item) error { apply(do, item); return nil })
			name := "want " + r.Path + " at " + r.Page.URL
			text := strings.ReplaceAll(l.files[r.Path], "\r\n", "\\r\n")
			if *update {
				archive.Files = append(inputs, txtar.File{Name: name, Data: []byte(text)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got := name + "\n" + text; !bytes.Equal([]byte(strings.TrimRight(got, "\n")),
				[]byte(strings.TrimRight(want, "\n"))) {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
	}
}

func TestRefusedEditNamesItsKeyAndItsRemedyOnce(t *testing.T) {
	l := newLibrary(t, with(bareHugo, map[string]string{
		"content/posts/a.md": "---\ntitle: A\ndate: 2024-03-09T14:05:06Z\ntags: &t [a]\nkeywords: *t\n---\nHello.\n",
	}))
	_, err := l.site.Revise(l, Source{Path: "content/posts/a.md", Data: []byte(l.files["content/posts/a.md"])},
		func(i *mf2.Item) error {
			i.Properties["category"] = []any{"b"}
			return nil
		})
	var f *fault.Error
	const want = `"tags" cannot be written: it holds an anchor that is used elsewhere; change that key in a text editor`
	if !errors.As(err, &f) || f.Code != fault.InvalidRequest || f.Description() != want {
		t.Errorf("the refusal says\n%v, want\n%s", err, want)
	}
}

// Hugo folds the case of keys, so that two properties whose names differ in it alone cannot
// both be kept. It is the request that cannot be carried out: a fuzz run met a 500.
func TestPropertiesThatDifferOnlyInCaseAreRefused(t *testing.T) {
	l := newLibrary(t, with(bareHugo, map[string]string{
		"content/posts/a.md": "---\ntitle: A\ndate: 2024-03-09T14:05:06Z\nmf2:\n  Post-status: x\n---\nHello.\n",
	}))
	_, err := l.site.Revise(l, Source{Path: "content/posts/a.md", Data: []byte(l.files["content/posts/a.md"])},
		func(i *mf2.Item) error {
			i.Properties["post-status"] = []any{"000"}
			return nil
		})
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.InvalidRequest {
		t.Errorf("got %v, want a refusal of the request", err)
	}
}

func TestPostThatIsTooLargeForAFileIsRefused(t *testing.T) {
	l := newLibrary(t, bareHugo)
	photos := make([]any, 2000)
	for i := range photos {
		photos[i] = fmt.Sprintf("https://m.example/%d.jpg", i)
	}
	for _, item := range []mf2.Properties{{"content": {"x"}, "photo": photos},
		{"content": {"x"}, "big": {strings.Repeat("y", 600_000)}}} {
		_, err := l.site.Compose(l, Post{Item: mf2.Item{Properties: item}})
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.InvalidRequest || f.Hint != "send less in one post" {
			t.Errorf("%v", err)
		}
	}
}
