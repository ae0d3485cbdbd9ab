package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var updateReadme = flag.Bool("update-readme", false, "write the demo's output into README.md")

// What differs from run to run, and what stands for it in the README.
var runDetails = []struct{ pattern, standsFor string }{
	{`gp_[A-Z0-9]+`, "gp_TOKEN"},
	{`127\.0\.0\.1:[0-9]+`, "127.0.0.1:8080"},
	{`commit [0-9a-f]{12}`, "commit 5d2f0c1e9ab4"},
	{`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)`, "2026-05-23T18:40:12+02:00"},
	{`/20\d\d/\d\d/`, "/2026/05/"},
	{`harbour-[0-9a-z]{8,}\.jpg`, "harbour-4kq7zt2mwdn6xbye.jpg"},
	{`sha256: "?[0-9a-f]+"?`, "sha256: e82d5701af4274886924a6105c8e2ff4"},
}

// The README shows the first part of it, and what does not change from run to run.
func TestReadmeShowsWhatTheDemoPrints(t *testing.T) {
	dir := t.TempDir()
	var out, problems bytes.Buffer
	demo := filepath.Join(dir, "gitpost-demo")
	if status := run([]string{"demo", "--once", "--dir", demo}, strings.NewReader(""), &out, &problems); status != done {
		t.Fatalf("the demo ends with status %d:\n%s", status, problems.String())
	}
	got, _, ok := strings.Cut(out.String(), "\n== A photo")
	if !ok {
		t.Fatalf("the demo does not show a photo:\n%s", out.String())
	}
	got = strings.ReplaceAll(got, demo, "/home/ada/gitpost-demo")
	for _, d := range runDetails {
		got = regexp.MustCompile(d.pattern).ReplaceAllString(got, d.standsFor)
	}
	got = "$ gitpost demo --dir gitpost-demo\n" + got

	const file, begin, end = "../../README.md", "```console\n", "```\n"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), begin)
	want, after, ok2 := strings.Cut(rest, "\n"+end)
	want += "\n"
	if !ok || !ok2 {
		t.Fatalf("%s has no console block", file)
	}
	if got == want {
		return
	}
	if *updateReadme {
		if err := os.WriteFile(file, []byte(before+begin+got+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("the demo prints\n%s\nthe README shows\n%s\n-update-readme writes it", got, want)
}

func TestUsageErrorsExitWithTwo(t *testing.T) {
	for _, args := range [][]string{
		{}, {"wibble"}, {"token"}, {"token", "wibble"}, {"token", "create"}, {"token", "revoke"}, {"token", "list", "x"},
		{"serve", "x"}, {"serve", "--wibble"}, {"urls", "--generator", "wibble"}, {"urls", "--site", "x", "--config", "y"},
		{"demo", "x"}, {"version", "x"}, {"init", "x"}, {"doctor", "x"}, {"healthcheck", "x"}, {"man"},
		{"init", "--print", "x"}, {"token", "create", "--scope", "create", "--expires", "-1h"},
		{"token", "create", "--scope", "create", "--name", "two\nlines"},
	} {
		var problems bytes.Buffer
		if got := run(args, strings.NewReader(""), io.Discard, &problems); got != wrongUsage {
			t.Errorf("gitpost %s ends with status %d, want %d", strings.Join(args, " "), got, wrongUsage)
		}
		if !strings.HasPrefix(problems.String(), "gitpost: ") ||
			!strings.HasSuffix(problems.String(), "--help tells how it is used\n") {
			t.Errorf("gitpost %s says %q", strings.Join(args, " "), problems.String())
		}
	}
}

// documents are the README and the files of the manual.
func documents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../templates/manual/*.md")
	if err != nil || len(files) < 10 {
		t.Fatalf("the manual has the files %v: %v", files, err)
	}
	return append([]string{"../../README.md", "../../.github/SECURITY.md", "../../.github/CONTRIBUTING.md"}, files...)
}

// Each link of the README and the manual to a heading, or to a file of the repository, leads somewhere.
func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	links := 0
	for _, file := range documents(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllSubmatch(text, -1) {
			links++
			to := string(m[1])
			if strings.Contains(to, "://") || to == "../../releases" { // the host's page of releases
				continue
			}
			path, part, _ := strings.Cut(to, "#")
			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
			}
			there, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			} else if part != "" && !headings(there)[part] {
				t.Errorf("%s: %s has no heading %s", file, target, part)
			}
		}
	}
	if links < 60 {
		t.Errorf("only %d links were found", links)
	}
}

// headings are the anchors that a Markdown file has.
func headings(text []byte) map[string]bool {
	parts := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(string(m[1])), "")
		parts[strings.ReplaceAll(name, " ", "-")] = true
	}
	return parts
}
