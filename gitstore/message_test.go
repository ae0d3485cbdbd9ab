package gitstore

import "testing"

// The title of a post is in the commit's subject, where every CI looks for such marks: an app, or what
// it quotes, could keep the site from being built.
func TestWordsOfAPostSkipNoBuild(t *testing.T) {
	for message, want := range map[string]string{
		"Add note: [skip ci] hello":          "Add note: (skip ci) hello\n",
		"Add note: [CI Skip]":                "Add note: (CI Skip)\n",
		"Add note: [no ci] [No-CI]":          "Add note: (no ci) (No-CI)\n",
		"a [skip actions][actions skip] b":   "a (skip actions)(actions skip) b\n",
		"[skip netlify] [CF-Pages-Skip]":     "(skip netlify) (CF-Pages-Skip)\n",
		"x ***NO_CI*** y":                    "x (NO_CI) y\n",
		"[[skip ci]]":                        "[(skip ci)]\n",
		"read [this] and [that skipped]":     "read [this] and [that skipped]\n",
		"Add\n\nGitpost-Url: https://e.org/": "Add\n\nGitpost-Url: https://e.org/\n",
	} {
		if got := defuse(tidyMessage(message)); got != want {
			t.Errorf("%q became %q, want %q", message, got, want)
		}
	}
	if got := markSkipCI(defuse(tidyMessage("Draft: [skip ci]"))); got != "Draft: (skip ci) [skip ci]\n" {
		t.Errorf("gitpost's own mark: %q", got)
	}
}
