package bridge_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/micropub/micropubtest"
)

// TestWhateverIsAnswered201ReadsBack sends posts that are hard to keep. Each is refused in
// words, or comes back as it was sent; none is a defect.
func TestWhateverIsAnswered201ReadsBack(t *testing.T) {
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			f := serve(t, name, func(c *settings) { c.PushWait = 0 })
			kept := 0
			const posts = 150
			for seed := range uint64(posts) {
				body, want, err := micropubtest.RandomPost(seed)
				if err != nil {
					t.Fatal(err)
				}
				a := f.json(string(body))
				switch {
				case a.Status == http.StatusCreated:
					kept++
				case a.Status >= 400 && a.Status < 500 && a.json(t)["error_description"] != nil:
					continue
				default:
					t.Fatalf("seed %d: status %d: %s\n%s", seed, a.Status, a.Body, body)
				}
				answer := f.send("GET", "/micropub?q=source&url="+url.QueryEscape(a.Header.Get("Location")), "", "")
				for _, problem := range micropubtest.Compare(want, []byte(answer.Body), time.UTC, nil) {
					t.Errorf("seed %d: %v\nsent %s\nread %s", seed, problem, body, answer.Body)
				}
			}
			if kept < posts*3/4 {
				t.Errorf("only %d of %d posts were kept", kept, posts)
			}
			if err := f.stop(); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(git(t, f.remote, "log", "--format=%s", "main"), "\n"); n != kept+1 {
				t.Errorf("the remote has %d commits for %d posts", n-1, kept)
			}
		})
	}
}
