package bridge_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge"
	"gitpost/bridge/config"
	"gitpost/bridge/fuzztest"
	"gitpost/bridge/micropub/micropubtest"
	"gitpost/bridge/state"
)

// fuzzed is a real server over a real repository, asked without a network.
type fuzzed struct {
	handler      http.Handler
	token        string
	post, secret string // addresses of a post and of a contact that exist
}

func openForFuzzing(f *testing.F, skeleton string) *fuzzed {
	dir := f.TempDir()
	work, remote := filepath.Join(dir, "work"), filepath.Join(dir, "remote.git")
	if err := os.CopyFS(work, os.DirFS(filepath.Join("..", "testdata", "skeletons", skeleton))); err != nil {
		f.Fatal(err)
	}
	git(f, work, "init", "-q", "-b", "main")
	git(f, work, "add", "-A")
	git(f, work, "commit", "-q", "-m", "The site as it was")
	git(f, dir, "clone", "-q", "--bare", work, remote)
	c := config.Config{
		Server: config.Server{
			Data: filepath.Join(dir, "data"), URL: "https://pub.example.org",
			MediaMaxSize: 1 << 20, MediaMaxWidth: 2048, MediaUnused: time.Hour, RateBadTokens: 1 << 30,
		},
		Sites: []config.Site{{
			Dir: filepath.Join(dir, "data"), Me: "https://example.org/", Repo: remote,
			AuthorName: "Ada", AuthorEmail: "ada@example.org", PushDelay: time.Hour,
			Channels: []config.Channel{{UID: "diary", Name: "Diary"}},
		}},
	}
	s, err := bridge.Open(f.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close(f.Context()) }) // its last push finds a context that has ended
	z := &fuzzed{handler: s.Handler()}
	db, err := state.Open(f.Context(), c.StateFile())
	if err != nil {
		f.Fatal(err)
	}
	defer db.Close()
	if z.token, err = db.CreateToken(f.Context(), state.Token{Name: "fuzz",
		Scope: strings.Fields("create update delete undelete media")}); err != nil {
		f.Fatal(err)
	}
	for path, into := range map[string]*string{"/micropub": &z.post, "/micropub?q=contact": &z.secret} {
		w, _ := z.ask("POST", path, "application/json", "",
			[]byte(`{"type":["h-card"],"properties":{"name":["Ada"],"content":["x"]}}`))
		if *into = w.Header().Get("Location"); *into == "" {
			f.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	return z
}

// ask sends a request; ok is false when no client could send it.
func (z *fuzzed) ask(method, target, contentType, accept string, body []byte) (w *httptest.ResponseRecorder, ok bool) {
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Host != "" || !strings.HasPrefix(target, "/") {
		return nil, false
	}
	r := &http.Request{
		Method: method, URL: u, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: "127.0.0.1",
		RemoteAddr: "192.0.2.1:1",
		Header:     http.Header{"Authorization": {"Bearer " + z.token}}, Body: io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
	for name, value := range map[string]string{"Content-Type": contentType, "Accept": accept} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w = httptest.NewRecorder()
	z.handler.ServeHTTP(w, r)
	return w, true
}

// FuzzRequests: whatever bytes in whatever content type are answered 2xx or 4xx, an error is
// told in JSON, and what is answered 201 reads back.
func FuzzRequests(f *testing.F) {
	seedRequests(f)
	sites := map[bool]*fuzzed{true: openForFuzzing(f, "hugo"), false: openForFuzzing(f, "jekyll")}
	f.Fuzz(func(t *testing.T, hugo, get bool, target, contentType, accept string, body []byte) {
		fuzztest.Limit(t)
		z := sites[hugo]
		fill := strings.NewReplacer("{{post}}", url.QueryEscape(z.post), "{{contact}}", url.QueryEscape(z.secret))
		method := map[bool]string{true: "GET", false: "POST"}[get]
		plain := strings.NewReplacer("{{post}}", z.post, "{{contact}}", z.secret)
		if strings.Contains(contentType, "urlencoded") {
			plain = fill
		}
		w, ok := z.ask(method, fill.Replace(target), contentType, accept, []byte(plain.Replace(string(body))))
		if !ok {
			return
		}
		switch {
		case w.Code >= 200 && w.Code < 300:
		case w.Code >= 300 && w.Code < 400 && !strings.HasPrefix(target, "/micropub") && !strings.HasPrefix(target, "/media"):
		case w.Code >= 400 && w.Code < 500:
			var e struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
			}
			if strings.HasPrefix(target, "/micropub") || strings.HasPrefix(target, "/media") {
				if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Error == "" || e.Description == "" {
					t.Fatalf("%s %s, %q: %d %s is no error in JSON", method, target, body, w.Code, w.Body)
				}
			}
		default:
			t.Fatalf("%s %s, %s, %q: %d %s", method, target, contentType, body, w.Code, w.Body)
		}
		if w.Code != http.StatusCreated || !strings.HasPrefix(target, "/micropub") {
			return
		}
		location := w.Header().Get("Location")
		if strings.Contains(location, "/media/") {
			return // a file that was sent to the Micropub endpoint
		}
		if back, _ := z.ask("GET", "/micropub?q=source&url="+url.QueryEscape(location), "", "",
			nil); back.Code != http.StatusOK {
			t.Fatalf("%s %s, %s, %q: %s does not read back: %d %s", method, target, contentType, body, location, back.Code,
				back.Body)
		}
	})
}

func seedRequests(f *testing.F) {
	const form, jsonType = "application/x-www-form-urlencoded", "application/json"
	files, err := micropubtest.Load(filepath.Join("..", "testdata", "client-requests"))
	if err != nil {
		f.Fatal(err)
	}
	for i, file := range files {
		for _, c := range file.Cases {
			r, err := c.Request("http://pub.example/micropub", "http://pub.example/media",
				micropubtest.Values{Location: func(string) string { return "{{post}}" }})
			if err != nil {
				f.Fatal(err)
			}
			var body []byte
			if r.Body != nil {
				if body, err = io.ReadAll(r.Body); err != nil {
					f.Fatal(err)
				}
			}
			f.Add(i%2 == 0, r.Method == "GET", r.URL.RequestURI(), r.Header.Get("Content-Type"), "", body)
		}
	}
	for _, query := range []string{
		"", "q=config", "q=source", "q=source&limit=1&offset=1&order=asc", "q=source&after=x", "q=source&before=%00",
		"q=source&property-x=y&exists[]=a&not-exists=b",
		"q=source&url={{post}}&properties[]=name", "q=source&url={{contact}}", "q=syndicate-to&post-type=note",
		"q=category&filter=%ff", "q=post-types&limit=0", "q=channel", "q=destination",
		"q=contact&filter=ada", "q=geo&uri=geo:1,2;u=3", "q=geo&lat=1&lon=1&u=1e308", "q=geo:1,2", "q=last", "q=nonsense",
		"q=config&mp-destination=x", "q=source&url=%2f&url=b", "%zz;",
		"q=category&limit=1&after=AAAAAAAAAAAA", "q=contact&before=AAAAAAAAAAAA&limit=1",
		"q=post-types&limit=2&offset=1&order=desc", "q[]=source&url[]={{post}}&limit[0]=1",
		"q=source&limit=2&properties[]=url",
	} {
		for _, accept := range []string{"", form, "text/plain, application/json;q=0"} {
			f.Add(true, true, "/micropub?"+query, "", accept, []byte{})
			f.Add(false, true, "/media?"+query, "", accept, []byte{})
		}
	}
	for _, body := range []string{
		"h=entry&content=x&location=geo:1,2;name=x&location-visibility=text",
		"h=entry&checkin[type]=h-card&checkin[properties][latitude]=1&location-visibility=private&content=x",
		"h=page&name=/../..", "h=entry&content=x&mp-channel=diary", "h=entry&content=x&mp-channel=no",
		"h=entry&content=x&audience=me", "mp-url={{post}}&mp-remove=content", "edit-of={{post}}&h=entry&content=",
		"action=update&url={{post}}&replace[type]=x&replace[mf2]=y&replace[gitpost]=z", "action=delete&url={{post}}",
		"action=undelete&url={{post}}", "action=edit&url={{contact}}&name=y",
		"h=card&_internal_url={{contact}}&name=", "url={{post}}&mp-slug=..",
		"h=entry&content[html]=<p>&content[https://x/]=y", "h=card&name=x&geo=geo:91,181",
		"h=entry&content=x&syndication=https://a%0a&shortlink=x",
		"h=entry&content=---%0a---&name=%7B%7B%3C x&category=%7B%25", "h=entry&content=x&published=9999-99-99",
		"h=entry&content=x&published=0000-01-01T00:00:00-23:59", "h=event&start=now&name=x",
		"q=contact&h=card&name=x", "h=entry&photo[]=https://x.example/&photo[2]=b&mp-photo-alt[1]=c&mp-photo-alt[2]=d",
		"h=entry&content=x&published=Sat, 09 Mar 2024 14:05:06 GMT",
		"h=entry&content=x&published=1709993106&updated=20240309",
		"h=entry&content=<video src=\"https://m.example/a.mp4\"></video> <iframe src=x>",
		"h=entry&content[html]=<iframe src=\"https://x.example/\"></iframe><object data=//y><video><source src=\"https://z.example\">",
		"h=event&start=x&description=a%0a%0a{{b", "action=update&url={{post}}&mp-channel=diary&replace[h]=event",
		"action=update&url={{post}}&delete=published", "h=entry&syndicate-to=https://a, https://b,c",
	} {
		for _, target := range []string{"/micropub", "/micropub?q=contact", "/media"} {
			f.Add(true, false, target, form, "", []byte(body))
			f.Add(false, false, target, form, "text/plain", []byte(body))
		}
	}
	for _, body := range []string{
		`{"type":["h-card"],"properties":{"name":["` + "\u2028" + `"],"nickname":[{"a":[1e400]}]}}`,
		`{"action":"update","url":"{{contact}}","replace":{"name":[{"type":["h-card"],"properties":{"name":["x"]}}]},"delete":["url"]}`,
		`{"action":"update","url":"{{post}}","add":{"mp-syndicate-to":["x"],"published":[1]},"delete":{"name":["Ada"]}}`,
		`{"properties":{"location-visibility":[{"x":1}],"content":["x"]}}`,
		`{"properties":{"audience":[{"type":["h-card"],"properties":{"url":["https://a.example/"]}}],"content":["x"]}}`,
		`{"type":["h-entry"],"properties":{"post-status":[true],"visibility":[1],"content":[null]}}`, `[]`, `{`,
		"\xef\xbb\xbf{}",
		`{"properties":{"h":["event"],"content":["\ud83d\ude00\ud83d"]}}`,
		`{"type":["h-event"],"h":"event","properties":{"published":[1709993106,"x"],"photo":[{"src":"https://x.example/"}]}}`,
	} {
		f.Add(true, false, "/micropub", jsonType, "", []byte(body))
		f.Add(false, false, "/micropub?q=contact", "application/vnd.api+json; charset=utf-8", form, []byte(body))
	}
	for _, contentType := range []string{"", "text/plain", "multipart/form-data", "multipart/form-data; boundary=b",
		"image/jpeg", "application/octet-stream", "application/json; charset=\"", "multipart/mixed;boundary=b", "text/csv"} {
		f.Add(true, false, "/micropub", contentType, "",
			[]byte("--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nx\r\n--b--"))
		f.Add(false, false, "/media", contentType, "",
			[]byte("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nGIF89a\r\n--b--"))
	}
	f.Add(true, true, "/micropub/contacts/ada", "", "", []byte{})
	f.Add(true, true, "/micropub/contacts/..%2f..", "", "", []byte{})
}
