package bridge_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"gitpost/bridge"
)

// stranger is a connection on which an incomplete request was sent.
func (f *fixture) stranger(head string, body io.Reader) net.Conn {
	f.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.base, "http://"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		f.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, head); err != nil {
		f.t.Fatal(err)
	}
	_, _ = io.Copy(conn, body) // a server that has refused it may close the connection
	return conn
}

func postHead(path, contentType string, length int, more ...string) string {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\nContent-Length: %d\r\n", path,
		contentType, length)
	for _, line := range more {
		head += line + "\r\n"
	}
	return head + "\r\n"
}

// repeated is n bytes of a text said again and again.
type repeated struct {
	text string
	left int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && r.left > 0 {
		step := copy(p[n:], r.text[:min(len(r.text), r.left)])
		n, r.left = n+step, r.left-step
	}
	return n, nil
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A stranger's call of 24 MB cost 640 MB, because it was decoded before its signature was checked.
func TestUnsignedCallIsNotParsed(t *testing.T) { // not parallel: it measures memory
	f, _ := serveTwo(t, "https://one.example/", "https://two.example/")
	f.stop()
	for i := range f.config.Sites {
		f.config.Sites[i].HookSecret = "s3cret" + strconv.Itoa(i)
	}
	f.start()
	const length = 24 << 20
	for name, tt := range map[string]struct{ contentType, start, text, end, signature string }{
		"unsigned":        {"application/json", `{"repository":{"x":[`, "0,", "0]}}", ""},
		"wrongly signed":  {"application/json", `{"repository":{"x":[`, "[],", "0]}}", "sha256=" + strings.Repeat("ab", 32)},
		"as a form":       {"application/x-www-form-urlencoded", "payload=", "%7B", "", ""},
		"deeply nested":   {"application/json", `{"project":`, "[", "", ""},
		"many properties": {"application/json", `{"repository":{"a":1`, `,"url":"https://a.example/b.git"`, "}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f.t = t
			before := allocated()
			body := io.MultiReader(strings.NewReader(tt.start), &repeated{tt.text, length - len(tt.start) - len(tt.end)},
				strings.NewReader(tt.end))
			r, err := http.NewRequestWithContext(t.Context(), "POST", f.base+"/hooks/push", body)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = length
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Set("X-Hub-Signature-256", tt.signature)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("status %d", res.StatusCode)
			}
			if cost := allocated() - before; cost > 12<<20 {
				t.Errorf("the call allocated %d MB", cost>>20)
			}
		})
	}
	f.t = t
}

// A push of many commits is large, and still fetches the site that it names and no other.
func TestLargeSignedCallIsTaken(t *testing.T) {
	t.Parallel()
	f, other := serveTwo(t, "https://one.example/", "https://two.example/")
	f.stop()
	for i := range f.config.Sites {
		f.config.Sites[i].HookSecret = "s3cret"
	}
	f.start()
	commits := strings.Repeat(`{"id":"5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689","message":"x","added":["a"]},`, 8000) +
		`{}`
	payload := `{"ref":"refs/heads/main","commits":[` + commits + `],"repository":{"id":1,"owner":{"url":"` + f.remote +
		`"},"clone_url":"` + other + `"}}`
	for name, body := range map[string]string{"application/json": payload,
		"application/x-www-form-urlencoded": "payload=" + url.QueryEscape(payload)} {
		a := f.send("POST", "/hooks/push", name, body, "X-Hub-Signature-256", "sha256="+hmacHex("s3cret", body))
		if a.Status != http.StatusOK || !strings.Contains(a.Body, "two.example") || strings.Contains(a.Body, "one.example") {
			t.Errorf("%s of %d KB: %d %s", name, len(body)>>10, a.Status, a.Body)
		}
	}
}

func TestUnsignedCallsAreLimited(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	limited := 0
	for range 60 {
		a := f.send("POST", "/hooks/push", "application/json", "{}", "Authorization", "-")
		switch {
		case a.Status == http.StatusTooManyRequests && a.Header.Get("Retry-After") != "":
			limited++
		case a.Status != http.StatusOK:
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if limited < 10 {
		t.Errorf("%d of 60 were told to wait", limited)
	}
}

// Unfinished requests without a token held what they had sent: 30 of them 870 MB.
func TestStrangersShareABudget(t *testing.T) { // not parallel: it measures memory
	f := serve(t, "hugo", nil)
	before := inUse()
	const length, conns = 20 << 20, 30
	boundary := "multipart/form-data; boundary=b"
	for i := range conns {
		switch i % 5 {
		case 0:
			f.stranger(postHead("/hooks/push", "application/json", length), &repeated{"x", length - 1})
		case 1:
			f.stranger(postHead("/micropub", "application/json", length), io.MultiReader(strings.NewReader(`{"x":"`), &repeated{"x", 900 << 10}))
		case 2:
			f.stranger(postHead("/micropub", "application/x-www-form-urlencoded", length), io.MultiReader(strings.NewReader("content="), &repeated{"x", length - 9}))
		case 3:
			f.stranger(postHead("/micropub", boundary, length), io.MultiReader(strings.NewReader("--b\r\nContent-Disposition: form-data; name=content\r\n\r\n"), &repeated{"x", length - 100}))
		case 4:
			f.stranger(postHead("/media", "application/x-www-form-urlencoded", length), &repeated{"a&", 900 << 10})
		}
	}
	if used := int64(inUse()) - int64(before); used > 48<<20 {
		t.Errorf("%d unfinished requests hold %d MB", conns, used>>20)
	}
	text := strings.Repeat("word ", 40_000)
	if a := f.form(url.Values{"h": {"entry"}, "content": {text}}); a.Status != http.StatusCreated {
		t.Errorf("a post with a token meanwhile: %d %s", a.Status, a.Body)
	}
	body := "access_token=" + f.token + "&h=entry&content=" + url.QueryEscape(text+"again")
	if a := f.send("POST", "/micropub", "application/x-www-form-urlencoded", body, "Authorization", "-"); a.Status != http.StatusCreated {
		t.Errorf("a post with its token in the form meanwhile: %d %s", a.Status, a.Body)
	}
	contentType, parts := multipartBody(t, part{"access_token", "", f.token}, part{"content", "", text}, part{"photo", "a.jpg", string(picture(t, 3))})
	if a := f.send("POST", "/micropub", contentType, parts, "Authorization", "-"); a.Status != http.StatusCreated {
		t.Errorf("a photo after its token meanwhile: %d %s", a.Status, a.Body)
	}
}

// 400 connections that sent a byte every 20 s lived for ever.
func TestBodiesThatTrickleAreEnded(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.stop()
	f.opened = func(s *bridge.Server) { s.SetBodyTimeout(300 * time.Millisecond) }
	f.start()
	for name, head := range map[string]string{
		"hook": postHead("/hooks/push", "application/json", 20<<20), "form": postHead("/micropub", "application/x-www-form-urlencoded", 20<<20),
		"a refused token": postHead("/micropub", "application/json", 200_000, "Authorization: Bearer bogus"),
		"a page":          postHead("/signin", "application/x-www-form-urlencoded", 60_000),
		"a token request": postHead("/token", "application/x-www-form-urlencoded", 60_000),
		"nothing there":   postHead("/nowhere", "application/json", 100_000),
		"an upload":       postHead("/media", "image/jpeg", 20<<20, "Authorization: Bearer "+f.token),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := f.in(t).stranger(head, strings.NewReader("x"))
			ended := make(chan error, 1)
			go func() {
				_, err := io.Copy(io.Discard, conn)
				ended <- err
			}()
			drip := time.NewTicker(20 * time.Millisecond)
			defer drip.Stop()
			limit := time.After(time.Minute)
			for {
				select {
				case err := <-ended:
					if os.IsTimeout(err) {
						t.Error("the connection was kept")
					}
					return
				case <-drip.C:
					_, _ = conn.Write([]byte("x"))
				case <-limit:
					t.Fatal("the connection is open after a minute")
				}
			}
		})
	}
}

// Connections beyond the limit close those of strangers, the oldest first; an app gets through.
func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.stop()
	f.opened = func(s *bridge.Server) { s.SetMostConnections(20) }
	f.start()
	var conns []net.Conn
	for i := range 60 {
		head := "GET / HTTP/1.1\r\nHost: a\r\n" // that does not end
		if i%2 == 0 {
			head = postHead("/micropub", "application/json", 1000)
		}
		conns = append(conns, f.stranger(head, strings.NewReader("")))
		if i%20 == 19 {
			http.DefaultClient.CloseIdleConnections() // they may be among the oldest
			f.create(`{"properties":{"content":["While strangers wait"]}}`)
		}
	}
	closed := 0
	for _, conn := range conns[:40] {
		if _, err := io.ReadAll(conn); !os.IsTimeout(err) {
			closed++
		}
	}
	if closed < 39 {
		t.Errorf("%d of the 40 oldest connections were closed", closed)
	}
}

// Whether a hidden post exists was told to strangers by the words of the refusal, and their tries
// did not count as bad tokens.
func TestBadTokenInABodySaysNothingOfPosts(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.RateBadTokens = 30 })
	draft := f.create(`{"properties":{"content":["Hidden"],"post-status":["draft"]}}`)
	for _, body := range []string{
		"url=U&mp-add=x", "url=U&add_tags=a", "url=U&remove_tags=a", "mp-url=U&mp-action=x", "url=U", "edit-of=U&content=x", "url=U&mp-slug=x",
	} {
		var answers []string
		for _, address := range []string{draft, "https://example.org/nothing/"} {
			form := strings.ReplaceAll(body, "U", url.QueryEscape(address)) + "&access_token=bogus"
			a := f.send("POST", "/micropub", "application/x-www-form-urlencoded", form, "Authorization", "-")
			answers = append(answers, strconv.Itoa(a.Status)+a.Body)
			var parts []part
			for pair := range strings.SplitSeq(form, "&") {
				name, value, _ := strings.Cut(pair, "=")
				value, _ = url.QueryUnescape(value)
				parts = append(parts, part{name, "", value})
			}
			contentType, multipart := multipartBody(t, parts...)
			a = f.send("POST", "/micropub", contentType, multipart, "Authorization", "-")
			answers = append(answers, strconv.Itoa(a.Status)+a.Body)
		}
		for _, answer := range answers {
			if answer != answers[0] || !strings.HasPrefix(answer, "401") && !strings.HasPrefix(answer, "429") {
				t.Errorf("%s: %q", body, answers)
				break
			}
		}
	}
	for _, json := range []string{`{"access_token":"bogus","action":"delete","url":"` + draft + `"}`, `{"access_token":"bogus"`, `{"access_token":["bogus"],"x":`} {
		a := f.send("POST", "/micropub", "application/json", json, "Authorization", "-")
		if a.Status != http.StatusTooManyRequests && a.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", json, a.Status, a.Body)
		}
	}
	for range 31 {
		f.send("POST", "/micropub", "application/x-www-form-urlencoded", "url=x&mp-add=x&access_token=bogus", "Authorization", "-")
	}
	a := f.send("POST", "/micropub", "application/x-www-form-urlencoded", "url=x&mp-add=x&access_token=bogus", "Authorization", "-")
	if a.Status != http.StatusTooManyRequests {
		t.Errorf("after 30 bad tokens in bodies: %d %s", a.Status, a.Body)
	}
	good := "url=" + url.QueryEscape(draft) + "&add_tags=a&access_token=" + f.token
	if a := f.send("POST", "/micropub", "application/x-www-form-urlencoded", good, "Authorization", "-"); a.Status != http.StatusOK {
		t.Errorf("a good token from there: %d %s", a.Status, a.Body)
	}
	unknown := "url=https%3A%2F%2Fexample.org%2Fnothing%2F&add_tags=a&access_token=" + f.token
	if a := f.send("POST", "/micropub", "application/x-www-form-urlencoded", unknown, "Authorization", "-"); a.Status != 400 || !strings.Contains(a.Body, "no post") {
		t.Errorf("an unknown address with a good token: %d %s", a.Status, a.Body)
	}
}
