package site

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
)

// switches are names that themes read at top level, some as HTML, and names that any theme might.
var switches = []string{"ext-js", "head-extra", "head", "footer", "custom-js", "custom-css", "after-post",
	"scripts-head", "unsafe", "analytics", "x", "mood"}

// TestAppsWriteOnlyAClosedListOfKeysAtTopLevel: what a theme may take for a switch is kept below
// mf2, and comes back all the same.
func TestAppsWriteOnlyAClosedListOfKeysAtTopLevel(t *testing.T) {
	for name, files := range map[string]map[string]string{"hugo": stockHugo, "jekyll": stockJekyll} {
		l := newLibrary(t, files)
		properties := map[string][]any{"content": {"x"}, "rsvp": {"yes"}, "start": {"2026-05-23"}}
		for _, property := range switches {
			properties[property] = []any{"<script>alert(1)</script>"}
		}
		item := entry(properties)
		r := l.compose(Post{Item: item})
		doc := l.Document(r.Path)
		for _, property := range switches {
			for _, key := range doc.Keys() {
				if strings.EqualFold(key, property) {
					t.Errorf("%s: an app wrote the key %s\n%s", name, key, r.Data)
				}
			}
		}
		for _, key := range []string{"rsvp", "start"} {
			if _, has := doc.Get(key); !has {
				t.Errorf("%s: %s is not at top level\n%s", name, key, r.Data)
			}
		}
		if problem := differs(l.site, item, l.item(r.Path)); problem != "" {
			t.Errorf("%s: %s\n%s", name, problem, r.Data)
		}
	}
}

// TestOwnersOpenKeysToApps: site.properties lets apps write a key; the generator's keys stay closed.
func TestOwnersOpenKeysToApps(t *testing.T) {
	l := newLibrary(t, stockHugo, func(o *Options) { o.Properties = []string{"mood", "layout"} })
	r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}, "mood": {"calm"}, "layout": {"y"}})})
	doc := l.Document(r.Path)
	if mood, _ := doc.Get("mood"); mood != "calm" {
		t.Errorf("mood is %v\n%s", mood, r.Data)
	}
	if _, has := doc.Get("layout"); has {
		t.Errorf("an app wrote layout\n%s", r.Data)
	}
	for name, want := range map[string]bool{"mood": true, "photo": true, "layout": false, "Mood": false, "a.b": false,
		"": false} {
		if got := FreeProperty(name); got != want {
			t.Errorf("FreeProperty(%q) is %v", name, got)
		}
	}
}

// TestAppsNeverChangeAKeyOfTheSitesOwn: an update is refused in words, whether it replaces or
// deletes; the file stays as it was, and updates of other properties pass.
func TestAppsNeverChangeAKeyOfTheSitesOwn(t *testing.T) {
	const file = "content/posts/2026/own.md"
	const text = "---\ntitle: Own\ndate: 2026-01-02T10:00:00Z\ncustom-js: mine.js\n---\n\nText.\n"
	for _, values := range [][]any{{"theirs.js"}, nil} {
		l := newLibrary(t, with(stockHugo, map[string]string{file: text}))
		_, err := l.site.Revise(l, Source{Path: file, Data: []byte(text)}, func(item *mf2.Item) error {
			if item.Properties.Text("custom-js") != "mine.js" {
				t.Errorf("the key reads as %v", item.Properties["custom-js"])
			}
			if values == nil {
				delete(item.Properties, "custom-js")
			} else {
				item.Properties["custom-js"] = values
			}
			return nil
		})
		if fault.CodeOf(err) != fault.InvalidRequest || !strings.Contains(err.Error(), "custom-js") {
			t.Errorf("custom-js to %v: got %v", values, err)
		}
	}
	l := newLibrary(t, with(stockHugo, map[string]string{file: text}))
	made, err := l.site.Revise(l, Source{Path: file, Data: []byte(text)}, func(item *mf2.Item) error {
		item.Properties["category"] = []any{"a"}
		return nil
	})
	if err != nil || !strings.Contains(string(made.Data), "custom-js: mine.js\n") {
		t.Errorf("got %v\n%s", err, made.Data)
	}
}

// A post with 900 properties took 17 seconds to write, and other posts waited: each property was
// written, and read back, with all those before it.
func TestManyPropertiesAreWrittenTogether(t *testing.T) {
	for name, files := range map[string]map[string]string{"hugo": stockHugo, "jekyll": stockJekyll} {
		l := newLibrary(t, files)
		properties := map[string][]any{"content": {"x"}, "mood": {"calm"}}
		for i := range 900 {
			properties[fmt.Sprintf("p-%d", i)] = []any{"v", fmt.Sprint(i)}
		}
		item := entry(properties)
		start := fuzztest.Spent(t)
		r := l.compose(Post{Item: item})
		l.files[r.Path] = string(r.Data)
		if problem := differs(l.site, item, l.item(r.Path)); problem != "" {
			t.Errorf("%s: %s", name, problem)
		}
		r = l.revise(r.Path, func(item *mf2.Item) error {
			for i := range 900 {
				if i%2 == 0 {
					delete(item.Properties, fmt.Sprintf("p-%d", i))
				} else {
					item.Properties[fmt.Sprintf("p-%d", i)] = []any{"new"}
				}
			}
			return nil
		})
		l.files[r.Path] = string(r.Data)
		now := l.item(r.Path)
		if len(now.Properties["p-0"]) > 0 || now.Properties.Text("p-1") != "new" || now.Properties.Text("mood") != "calm" {
			t.Errorf("%s: read back %v", name, now.Properties)
		}
		if took := fuzztest.Spent(t) - start; took > 5*time.Second {
			t.Errorf("%s: it took %v of the processor's time", name, took)
		}
	}
}
