package micropubtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

const corpus = "../../../testdata/client-requests"

// fake is a Micropub server in memory. It is honest but for what spoil does to its answers.
type fake struct {
	posts   map[string]mf2.Item
	deleted map[string]bool
	files   map[string][]byte
	made    int
	spoil   sabotage
}

// sabotage changes what a server answers.
type sabotage struct {
	stored   func(mf2.Item)                   // before a post is kept
	reported func(mf2.Item)                   // before q=source reports it
	answer   func(http.Header, *int)          // headers and status, before they are sent
	location func(string) string              // of new posts and files
	file     func([]byte) []byte              // before a file is kept
	refuses  func(micropub.Command) error     // commands
	config   func(map[string]any)             // of q=config
	ignores  func(micropub.Command) (ok bool) // commands that do nothing
}

func newFake(s sabotage) *fake {
	return &fake{posts: map[string]mf2.Item{}, deleted: map[string]bool{}, files: map[string][]byte{}, spoil: s}
}

func (f *fake) Store(_ context.Context, file micropub.File) (string, error) {
	data, err := io.ReadAll(file.Body)
	if err != nil {
		return "", err
	}
	if f.spoil.file != nil {
		data = f.spoil.file(data)
	}
	f.made++
	location := f.locate(fmt.Sprintf("https://site.example/media/%d.jpg", f.made))
	f.files[location] = data
	return location, nil
}

func (f *fake) locate(s string) string {
	if f.spoil.location != nil {
		return f.spoil.location(s)
	}
	return s
}

type answers struct {
	http.ResponseWriter
	spoil sabotage
}

func (a answers) WriteHeader(status int) {
	if a.spoil.answer != nil {
		a.spoil.answer(a.Header(), &status)
	}
	a.ResponseWriter.WriteHeader(status)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w = answers{w, f.spoil}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Expose-Headers", "Location, Link")
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := f.serve(w, r); err != nil {
		micropub.WriteError(w, err)
	}
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) error {
	header, err := micropub.HeaderToken(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet {
		return f.query(w, r)
	}
	parse := micropub.Parse
	if r.URL.Path == "/media" {
		parse = micropub.ParseUpload
	}
	req, err := parse(r, micropub.Limits{}, f)
	if err != nil {
		return err
	}
	if token, err := micropub.OneToken(header, req.Token); err != nil {
		return err
	} else if token != "TOKEN" {
		return &fault.Error{Code: fault.InvalidToken, Message: "unknown"}
	}
	if f.spoil.refuses != nil {
		if err := f.spoil.refuses(req.Command); err != nil {
			return err
		}
	}
	if f.spoil.ignores != nil && f.spoil.ignores(req.Command) {
		return micropub.WriteChanged(w, r, micropub.Created{})
	}
	switch cmd := req.Command.(type) {
	case *micropub.Create:
		f.made++
		name := cmd.Commands.Slug
		if name == "" {
			name = fmt.Sprint(f.made)
		}
		location := f.locate("https://site.example/" + name + "/")
		if f.spoil.stored != nil {
			f.spoil.stored(cmd.Item)
		}
		f.posts[location] = cmd.Item
		return micropub.WriteCreated(w, r, micropub.Created{URL: location})
	case *micropub.Update:
		f.update(cmd)
	case *micropub.Delete:
		f.deleted[cmd.URL] = true
	case *micropub.Undelete:
		delete(f.deleted, cmd.URL)
	case *micropub.Upload:
		return micropub.WriteCreated(w, r, micropub.Created{URL: cmd.URL})
	}
	return micropub.WriteChanged(w, r, micropub.Created{})
}

func (f *fake) update(u *micropub.Update) {
	properties := f.posts[u.URL].Properties
	maps.Copy(properties, u.Replace)
	for name, values := range u.Add {
		properties[name] = append(properties[name], values...)
	}
	for name, values := range u.Remove {
		properties[name] = slices.DeleteFunc(properties[name], func(v any) bool {
			return slices.ContainsFunc(values, func(w any) bool { return mf2.Equal(v, w) })
		})
	}
	for _, name := range u.Delete {
		delete(properties, name)
	}
}

func (f *fake) query(w http.ResponseWriter, r *http.Request) error {
	q, err := micropub.ParseQuery(r.URL.Query())
	if err != nil {
		return err
	}
	switch {
	case q.Kind == "source" && q.URL != "":
		item, ok := f.posts[q.URL]
		if !ok || f.deleted[q.URL] {
			return &fault.Error{Code: fault.InvalidRequest, Message: "no such post"}
		}
		item = item.Clone()
		if f.spoil.reported != nil {
			f.spoil.reported(item)
		}
		return micropub.WriteJSON(w, http.StatusOK, item)
	case q.Kind == "source":
		return micropub.WriteJSON(w, http.StatusOK, map[string]any{"items": []any{}})
	}
	config := map[string]any{"media-endpoint": "m", "syndicate-to": []any{}, "categories": []any{}}
	if f.spoil.config != nil {
		f.spoil.config(config)
	}
	return micropub.WriteJSON(w, http.StatusOK, config)
}

// play replays the corpus, each file against a fake of its own, and gives the problems by case.
func play(t *testing.T, s sabotage) (problems map[string][]string, played, skipped int) {
	t.Helper()
	files, err := Load(corpus)
	if err != nil {
		t.Fatal(err)
	}
	problems = map[string][]string{}
	for _, file := range files {
		f := newFake(s)
		server := httptest.NewServer(f)
		results := file.Play(Endpoint{
			Micropub: server.URL + "/micropub", Media: server.URL + "/media", Token: "TOKEN",
			Fetch: func(url string) ([]byte, error) {
				if data, ok := f.files[url]; ok {
					return data, nil
				}
				return nil, errors.New("not served")
			},
		})
		server.Close()
		for _, result := range results {
			played++
			if result.Skipped != "" {
				skipped++
			}
			if len(result.Problems) > 0 {
				problems[result.Case] = result.Problems
			}
		}
	}
	return problems, played, skipped
}

func TestAnHonestServerPassesTheWholeCorpus(t *testing.T) {
	problems, played, skipped := play(t, sabotage{})
	for name, list := range problems {
		t.Errorf("%s: %s", name, strings.Join(list, "\n"))
	}
	if played < 70 || skipped > 0 {
		t.Errorf("%d requests were played and %d skipped", played, skipped)
	}
}

func TestADishonestServerIsFoundOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil sabotage
		found string // a case that must report it
	}{
		{"a property is lost", sabotage{stored: func(i mf2.Item) { delete(i.Properties, "category") }}, "quill-note-form"},
		{"a property is lost on reading", sabotage{reported: func(i mf2.Item) { delete(i.Properties, "username") }},
			"shpub-extra-properties"},
		{"a property is made up", sabotage{reported: func(i mf2.Item) { i.Properties["name"] = []any{"x"} }},
			"quill-like-form"},
		{"a token leaks", sabotage{reported: func(i mf2.Item) { i.Properties["access_token"] = []any{"x"} }},
			"ownyourgram-form"},
		{"values change their order", sabotage{stored: func(i mf2.Item) { slices.Reverse(i.Properties["category"]) }},
			"helper-create-json"},
		{"numbers become strings", sabotage{stored: func(i mf2.Item) {
			if v, ok := i.Properties["rating"]; ok {
				v[0] = "4.5"
			}
		}}, "sparkles-watch-custom-properties"},
		{"strings become booleans", sabotage{stored: func(i mf2.Item) {
			if v, ok := i.Properties["rsvp"]; ok {
				v[0] = true
			}
		}}, "sparkles-rsvp"},
		{"text becomes html", sabotage{stored: func(i mf2.Item) {
			if s, ok := i.Properties.First("content").(string); ok {
				i.Properties["content"][0] = map[string]any{"html": s}
			}
		}}, "quill-article-form-html-string"},
		{"html becomes text", sabotage{stored: func(i mf2.Item) {
			if s := i.Properties.Text("content"); s != "" {
				i.Properties["content"][0] = s
			}
		}}, "shpub-article-html"},
		{"html loses an attribute", sabotage{stored: func(i mf2.Item) {
			if o, ok := i.Properties.First("content").(map[string]any); ok {
				o["html"] = strings.ReplaceAll(o["html"].(string), ` class="hashtag"`, "")
			}
		}}, "ia-writer-html-with-hashtags"},
		{"times move", sabotage{stored: func(i mf2.Item) {
			if s := i.Properties.Text("published"); s != "" {
				i.Properties["published"][0] = strings.Replace(s, "+01:00", "Z", 1)
			}
		}}, "ownyourswarm-checkin-json"},
		{"the type is lost", sabotage{reported: func(i mf2.Item) { i.Type[0] = "h-entry" }}, "indiepass-event"},
		{"photos lose their texts", sabotage{stored: func(i mf2.Item) {
			if v, ok := i.Properties["photo"]; ok {
				v[0] = mf2.Text(v[0])
			}
		}}, "quill-note-json-photo-alt"},
		{"nested items are flattened", sabotage{stored: func(i mf2.Item) {
			if v, ok := i.Properties["checkin"]; ok {
				v[0] = mf2.Text(v[0])
			}
		}}, "micropublish-checkin-form"},
		{"an upload is not served", sabotage{stored: func(i mf2.Item) {
			if v, ok := i.Properties["photo"]; ok {
				v[0] = "https://site.example/elsewhere.jpg"
			}
		}}, "helper-multipart-blob"},
		{"uploads overwrite each other", sabotage{location: func(s string) string {
			if strings.Contains(s, "/media/") {
				return "https://site.example/media/image.jpg"
			}
			return s
		}}, "microblog-mobile-media-same-name-again"},
		{"uploads change", sabotage{file: func(data []byte) []byte { return data[:len(data)-1] }},
			"microblog-mobile-media-same-name-again"},
		{"slugs are passed over",
			sabotage{location: func(s string) string { return strings.Replace(s, "evening-ferry", "post", 1) }},
			"mcp-checkin-numbers-and-scalars"},
		{"a relative Location",
			sabotage{location: func(s string) string { return strings.TrimPrefix(s, "https://site.example") }},
			"quill-note-form"},
		{"no Location", sabotage{answer: func(h http.Header, _ *int) { h.Del("Location") }}, "teacup-drank"},
		{"202 instead of 201", sabotage{answer: func(_ http.Header, status *int) {
			if *status == 201 {
				*status = 202
			}
		}}, "wrimini-like"},
		{"202 for uploads", sabotage{answer: func(_ http.Header, status *int) {
			if *status == 201 {
				*status = 202
			}
		}}, "sparkles-media"},
		{"a server error", sabotage{answer: func(_ http.Header, status *int) { *status = 500 }}, "curl-form-note"},
		{"an error that is not tolerated", sabotage{refuses: func(c micropub.Command) error {
			return &fault.Error{Code: fault.InvalidRequest, Message: "no"}
		}}, "monocle-reply"},
		{"no CORS", sabotage{answer: func(h http.Header, _ *int) { h.Del("Access-Control-Allow-Origin") }},
			"helper-error-has-cors"},
		{"no CORS on preflight", sabotage{answer: func(h http.Header, _ *int) { h.Del("Access-Control-Allow-Origin") }},
			"helper-preflight"},
		{"Location not exposed",
			sabotage{answer: func(h http.Header, _ *int) { h.Set("Access-Control-Expose-Headers", "Link") }}, "together-like"},
		{"no media endpoint", sabotage{config: func(c map[string]any) { delete(c, "media-endpoint") }}, "quill-query-config"},
		{"deletes do nothing", sabotage{ignores: func(c micropub.Command) bool { _, ok := c.(*micropub.Delete); return ok }},
			"micropublish-delete-form"},
		{"undeletes do nothing",
			sabotage{ignores: func(c micropub.Command) bool { _, ok := c.(*micropub.Undelete); return ok }},
			"micropublish-undelete-form"},
		{"updates do nothing", sabotage{ignores: func(c micropub.Command) bool { _, ok := c.(*micropub.Update); return ok }},
			"harper-cli-publish-draft"},
		{"an upload makes an empty post",
			sabotage{ignores: func(c micropub.Command) bool { _, ok := c.(*micropub.Upload); return ok }},
			"obsidian-jm-media-at-micropub-endpoint"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems, _, _ := play(t, c.spoil)
			if len(problems[c.found]) == 0 {
				t.Errorf("%s did not report it; these did: %v", c.found, slices.Sorted(maps.Keys(problems)))
			}
		})
	}
}

func TestWhatNeedsAFailedRequestIsSkipped(t *testing.T) {
	f := File{Cases: []Case{
		{Name: "a", Method: "POST", Path: "/micropub", Expect: Expect{Status: []int{201}}},
		{Name: "b", Method: "POST", Path: "/micropub", Requires: []string{"a"}, Expect: Expect{Status: []int{200}}},
	}}
	server := httptest.NewServer(newFake(sabotage{}))
	defer server.Close()
	results := f.Play(Endpoint{Micropub: server.URL + "/micropub", Media: server.URL + "/media", Token: "TOKEN"})
	if len(results[0].Problems) == 0 || results[1].Skipped == "" {
		t.Errorf("got %+v", results)
	}
}

func TestAMovedPostIsFollowed(t *testing.T) {
	moved := "https://site.example/new/"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		switch {
		case r.Method == http.MethodGet && r.URL.Query().Get("url") == moved:
			micropub.WriteJSON(w, 200, json.RawMessage(`{"properties":{"name":["x"]}}`))
		case r.Method == http.MethodGet:
			http.Error(w, "gone", http.StatusNotFound)
		case string(data) == "create":
			micropub.WriteCreated(w, r, micropub.Created{URL: "https://site.example/old/"})
		default:
			micropub.WriteCreated(w, r, micropub.Created{URL: moved})
		}
	}))
	defer server.Close()
	expect := Expect{Status: []int{201}, Properties: map[string][]any{"name": {"x"}}}
	f := File{Cases: []Case{
		{Name: "a", Method: "POST", Path: "/micropub", Body: "create", Expect: Expect{Status: []int{201}}},
		{Name: "b", Method: "POST", Path: "/micropub", Body: "update {{location:a}}", Expect: expect},
		{Name: "c", Method: "POST", Path: "/micropub", Body: "update {{location:a}}", Expect: expect},
	}}
	for _, result := range f.Play(Endpoint{Micropub: server.URL, Media: server.URL + "/media"}) {
		if len(result.Problems) > 0 {
			t.Errorf("%+v", result)
		}
	}
}

func TestACorpusThatWouldPassUnseenIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"a field that nobody checks":     `[{"name":"a","method":"GET","path":"/micropub","expect":{"status":[200],"propertys":{}}}]`,
		"no status":                      `[{"name":"a","method":"GET","path":"/micropub","expect":{}}]`,
		"a name twice":                   `[{"name":"a","expect":{"status":[200]}},{"name":"a","expect":{"status":[200]}}]`,
		"a requirement that comes later": `[{"name":"a","requires":["b"],"expect":{"status":[200]}},{"name":"b","expect":{"status":[200]}}]`,
		"a Location of nobody":           `[{"name":"a","body":"{{location:x}}","expect":{"status":[200]}}]`,
		"rubbish":                        `{`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
			if files, err := Load(dir); err == nil {
				t.Errorf("%s was taken: %+v", data, files)
			}
		})
	}
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("a folder without a corpus was taken")
	}
}
