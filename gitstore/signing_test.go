package gitstore

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Git itself verifies what was signed, by every kind of key that ssh-keygen makes.
func TestCommitsAreSignedWithAnSSHKey(t *testing.T) {
	t.Parallel()
	keygen := need(t, "ssh-keygen", "openssh-client")
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			key := filepath.Join(t.TempDir(), "key")
			if out, err := exec.Command(keygen, "-q", "-t", kind, "-N", "", "-f", key).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			public, err := os.ReadFile(key + ".pub")
			if err != nil {
				t.Fatal(err)
			}
			allowed := filepath.Join(t.TempDir(), "allowed")
			if err := os.WriteFile(allowed, []byte("phone@example.org "+string(public)), 0o600); err != nil {
				t.Fatal(err)
			}
			remote := remoteWith(t, map[string]string{"a.md": "one\ntwo\n"})
			s := open(t, Config{Remote: remote, SigningKeyFile: key, SignOff: true, SubjectPattern: "[blog] {subject}"})
			hook(t, remote, "pre-receive", peopleOnly)
			put(t, s, "post\n\nThe text.\n\nKey: value", map[string]string{"b.md": "b\n"})
			h := checkout(t, remote)
			h.edit(map[string]string{"hand.md": "hand\n"}, "by hand")
			unhook(t, remote, "pre-receive")
			synced(t, s) // replays, and signs anew
			runGit(t, remote, "-c", "gpg.ssh.allowedSignersFile="+allowed, "verify-commit", "main")
			want := "[blog] post\n\nThe text.\n\nKey: value\nSigned-off-by: Phone <phone@example.org>"
			if got := runGit(t, remote, "log", "-1", "--format=%B", "main"); strings.TrimSpace(got) != want {
				t.Errorf("the message is\n%s\nwant\n%s", got, want)
			}
			fsck(t, remote)
		})
	}
}

// What waits because the host asks for something is made again when that is configured: beside a running store, and
// after a restart.
func TestWhatWaitsIsSignedAndWordedAsConfiguredLater(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		remote := remoteWith(t, map[string]string{"a.md": "a\n"})
		hook(t, remote, "pre-receive", `while read old new ref; do for c in $(git rev-list $old..$new); do
			git cat-file -p $c | grep -q '^gpgsig ' || { echo "commits must be signed" >&2; exit 1; }
			git log -1 --format=%B $c | grep -q '^Signed-off-by: Phone' || { echo "no Signed-off-by" >&2; exit 1; }
			git log -1 --format=%s $c | grep -q '^docs: .*!$' || { echo "commit message must match ^docs" >&2; exit 1; }
		done; done`)
		s := open(t, Config{Remote: remote})
		for _, name := range []string{"one", "two"} {
			s.WaitPushed(t.Context(), put(t, s, name+"\n\nKey: value", map[string]string{name + ".md": name}))
		}
		s.WaitPushed(t.Context(), put(t, s, "one again", map[string]string{"one.md": "changed"}))
		key := filepath.Join(t.TempDir(), "key")
		if _, err := NewDeployKey(key, ""); err != nil {
			t.Fatal(err)
		}
		c := *s.config()
		c.SigningKeyFile, c.SignOff, c.SubjectPattern = key, true, "docs: {subject}!"
		if restart {
			shut(t, s)
			s = open(t, c)
		} else if err := s.Reconfigure(c); err != nil {
			t.Fatal(err)
		}
		pushed(t, s, put(t, s, "three", map[string]string{"three.md": "3"}))
		synced(t, s)
		if st := s.Status(); st.Unpushed != 0 {
			t.Fatalf("restart %v: %d wait: %s", restart, st.Unpushed, st.Problem)
		}
		subjects := runGit(t, remote, "log", "--format=%s", "main")
		for _, want := range []string{"docs: three!", "docs: two!", "docs: one again!"} {
			if !strings.Contains(subjects, want) {
				t.Errorf("restart %v: no %q in\n%s", restart, want, subjects)
			}
		}
		if got := show(t, remote, "one.md"); got != "changed" {
			t.Errorf("one.md is %q", got)
		}
		fsck(t, remote)
	}
}

func TestSigningKeyThatCannotBeUsedIsToldAtOnce(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	bad := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(bad, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{bad, filepath.Join(t.TempDir(), "none")} {
		if _, err := Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "clone"), Remote: remote,
			SigningKeyFile: path}); err == nil || !strings.Contains(err.Error(), "signing key") {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, pattern := range []string{"no placeholder", "two\nlines {subject}"} {
		if _, err := Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "clone"), Remote: remote,
			SubjectPattern: pattern}); err == nil || !strings.Contains(err.Error(), "{subject}") {
			t.Errorf("%q: %v", pattern, err)
		}
	}
	s := open(t, Config{Remote: remote})
	c := *s.config()
	c.SigningKeyFile = bad
	if err := s.Reconfigure(c); err == nil {
		t.Error("a bad key was accepted while the store is open")
	}
	pushed(t, s, put(t, s, "post", map[string]string{"b.md": "b"}))
}

func TestWordsOfAPostCloseNoIssue(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"The harbour fixes #1 at last":               "The harbour fixes # 1 at last\n",
		"Closes: #12, #13":                           "Closes: # 12, #13\n",
		"post\n\nresolved owner/repo#7 today":        "post\n\nresolved owner/repo# 7 today\n",
		"Fixing GH-3":                                "Fixing GH- 3\n",
		"Implements group/project!9":                 "Implements group/project! 9\n",
		"close https://git.example/me/blog/issues/4": "close https://git.example/me/blog/issues/4\n",
		"Note: number #1 of the fixes":               "Note: number #1 of the fixes\n",
		"prefixes #1":                                "prefixes #1\n",
		"post\n\nGitpost-Path: fixes #1.md\nKey: x":  "post\n\nGitpost-Path: fixes #1.md\nKey: x\n",
	} {
		if got := defuse(tidyMessage(message)); got != want {
			t.Errorf("%q became %q, want %q", message, got, want)
		}
	}
}
