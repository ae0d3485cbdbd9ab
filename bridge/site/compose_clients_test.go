package site

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/mf2"
)

// A clientRequest is what the tests here need of a request in testdata/client-requests.
type clientRequest struct {
	Name   string
	Expect struct {
		Properties       map[string]any
		Absent           []string
		Type             any
		LocationContains string `json:"location_contains"`
	}
}

// A command is a request as bridge/micropub understands it; its golden files are the
// source.
type command struct {
	Kind    string
	Command struct {
		Item     mf2.Item
		URL      string
		Commands struct{ Slug string }
		Replace  mf2.Properties
		Add      mf2.Properties
		Remove   mf2.Properties
		Delete   []string
	}
}

// TestPostsOfEveryAppAreReadBack composes and revises what real apps send, and reads it back.
func TestPostsOfEveryAppAreReadBack(t *testing.T) {
	files, err := filepath.Glob("../../testdata/client-requests/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no client requests: %v", err)
	}
	for generator, config := range map[string]map[string]string{"hugo": bareHugo,
		"jekyll": with(bareJekyll,
			map[string]string{"_config.yml": "url: https://example.org\ntimezone: UTC\ncollections:\n  unlisted:\n    output: true\n"}),
		"eleventy": bareEleventy} {
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".json")
			t.Run(generator+"/"+name, func(t *testing.T) {
				l := newLibrary(t, config)
				replay(t, l, file, filepath.Join("../../testdata/micropub/commands", name+".golden.json"))
			})
		}
	}
}

func replay(t *testing.T, l *testLibrary, requestsFile, commandsFile string) {
	var requests []clientRequest
	decode(t, requestsFile, &requests)
	commands := map[string]command{}
	decode(t, commandsFile, &commands)
	at := map[string]string{} // request → path of its post
	for _, request := range requests {
		c, ok := commands[request.Name]
		if !ok {
			continue
		}
		var path string
		switch c.Kind {
		case "Create":
			if c.Command.Item.Properties.Text(visibilityProperty) == "private" {
				if _, err := l.site.Compose(l, Post{Item: c.Command.Item}); err == nil {
					t.Errorf("%s: a private post was written", request.Name)
				}
				continue
			}
			r := l.compose(Post{Item: c.Command.Item, Slug: c.Command.Commands.Slug})
			path, at[request.Name] = r.Path, r.Path
			if !strings.Contains(r.Page.URL, request.Expect.LocationContains) {
				t.Errorf("%s: %s does not contain %s", request.Name, r.Page.URL, request.Expect.LocationContains)
			}
		case "Update":
			of := filepath.Base(strings.TrimSuffix(c.Command.URL, "/"))
			r := l.revise(at[of], func(item *mf2.Item) error { apply(c, item); return nil })
			path, at[of] = r.Path, r.Path
		default:
			continue
		}
		got := l.item(path)
		for name, want := range request.Expect.Properties {
			if !expected(l.site, name, got.Properties[name], want) {
				t.Errorf("%s: %s: got %#v, want %#v\n%s", request.Name, name, got.Properties[name], want, l.files[path])
			}
		}
		for _, name := range request.Expect.Absent {
			if len(got.Properties[name]) > 0 {
				t.Errorf("%s: %s: got %#v, want nothing", request.Name, name, got.Properties[name])
			}
		}
		if want := stringsOf(request.Expect.Type); len(want) > 0 && strings.Join(got.Type, " ") != strings.Join(want, " ") {
			t.Errorf("%s: type: got %v, want %v", request.Name, got.Type, want)
		}
	}
}

func decode(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// apply is what the posts service does with an update.
func apply(c command, item *mf2.Item) {
	p := item.Properties
	for name, values := range c.Command.Replace {
		p[name] = values
	}
	for name, values := range c.Command.Add {
		p[name] = append(p[name], values...)
	}
	for name, values := range c.Command.Remove {
		var left []any
		for _, v := range p[name] {
			kept := true
			for _, gone := range values {
				kept = kept && !mf2.Equal(v, gone)
			}
			if kept {
				left = append(left, v)
			}
		}
		p[name] = left
	}
	for _, name := range c.Command.Delete {
		delete(p, name)
	}
}

// expected compares as the README of the client requests says.
func expected(s *Site, name string, got []any, want any) bool {
	if name == statusProperty && len(got) == 0 {
		return mf2.Text(want) == "published"
	}
	if name == visibilityProperty && len(got) == 0 {
		return mf2.Text(want) == "public"
	}
	list, ok := want.([]any)
	if !ok {
		list = []any{want}
	}
	if len(got) != len(list) {
		return false
	}
	for i := range list {
		if !valueExpected(s, name, got[i], list[i]) {
			return false
		}
	}
	return true
}

func valueExpected(s *Site, name string, got, want any) bool {
	switch want := want.(type) {
	case string:
		if want == "${any-url}" {
			return strings.HasPrefix(photoURL(got), "https://")
		}
		switch name {
		case "photo", "video", "audio", "featured":
			return photoURL(got) == want
		case "published", "updated", "created", "start", "end":
			return sameInstant(s, got, want)
		case "content":
			text, _ := got.(string)
			return strings.TrimSuffix(text, "\n") == strings.TrimSuffix(want, "\n")
		}
		return got == want
	case []any:
		list, ok := got.([]any)
		if !ok {
			list = []any{got}
		}
		if len(list) != len(want) {
			return false
		}
		for i := range want {
			if !valueExpected(s, "", list[i], want[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range want {
			if html, isText := value.(string); isText && key == "html" {
				have, _ := m[key].(string)
				if !equalHTML(have, html) {
					return false
				}
				continue
			}
			if !valueExpected(s, "", m[key], value) {
				return false
			}
		}
		return true
	}
	return mf2.Equal(got, want)
}

func sameInstant(s *Site, got any, want string) bool {
	text, _ := got.(string)
	a, okA := parseMoment(text, time.UTC)
	b, okB := parseMoment(want, s.Zone())
	return okA && okB && a.time.Equal(b.time) && a.precise == b.precise
}
