package bridge_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMicropubHelper lets a client that others build on do all of it, the owner's part in
// the browser. It runs where GITPOST_MICROPUB_HELPER names a folder in which
// `npm install micropub-helper` was run.
func TestMicropubHelper(t *testing.T) {
	folder := os.Getenv("GITPOST_MICROPUB_HELPER")
	if folder == "" {
		t.Skip("GITPOST_MICROPUB_HELPER names no folder in which npm installed micropub-helper")
	}
	w := startChromium(t).tab(t)
	codes := make(chan string, 1)
	client := named(t, "localhost", http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		codes <- r.URL.Query().Get("code")
		fmt.Fprint(out, "<!doctype html><p>Back at the app</p>")
	}))
	var f *fixture
	home := named(t, "localhost", http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(out, "<!doctype html><head>%s</head>", f.config.Discovery(f.config.Me()).HTML)
	}))
	f = serve(t, "hugo", func(c *settings) { c.URL, c.Me = localhost, home+"/" }).owned()

	app := exec.CommandContext(t.Context(), "node", filepath.Join("..", "testdata", "micropub-helper.mjs"), folder,
		f.config.Me(), client+"/")
	app.Stderr = testLog{t}
	in, err := app.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := app.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	if !said.Scan() {
		t.Fatalf("micropub-helper ends: %v", app.Wait())
	}
	w.open(said.Text())
	w.enter()
	w.sees("use your site?")
	if asked, _ := url.Parse(said.Text()); asked.Query().Get("code_challenge") == "" {
		w.click("input[name=without_pkce]")
	}
	w.press("Allow")
	w.sees("Back at the app")
	fmt.Fprintln(in, <-codes)
	in.Close()
	rest, _ := io.ReadAll(out)
	for said.Scan() {
		rest = append([]byte(said.Text()+"\n"), rest...)
	}
	if err := app.Wait(); err != nil {
		t.Fatalf("micropub-helper: %v\n%s", err, rest)
	}
}
