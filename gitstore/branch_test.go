package gitstore

import "testing"

// The branch is renamed at the remote while commits wait, and the configuration follows, as the
// error asks for. Regression test: the new branch was fetched and what waited stayed on the old one.
func TestWhatWaitsComesAlongToAnotherBranch(t *testing.T) {
	t.Parallel()
	for _, change := range []struct {
		name   string
		remote func(t *testing.T, remote string)
	}{
		{"renamed", func(t *testing.T, remote string) { runGit(t, remote, "branch", "-m", "main", "trunk") }},
		{"another one", func(t *testing.T, remote string) {
			h := checkout(t, remote)
			h.git("checkout", "-q", "-b", "trunk")
			h.commit(map[string]string{"a.md": "one\nby hand\n", "hand.md": "hand\n"}, "by hand")
			h.git("push", "-q", "origin", "trunk")
			runGit(t, remote, "update-ref", "-d", "refs/heads/main")
		}},
	} {
		t.Run(change.name, func(t *testing.T) {
			remote := remoteWith(t, map[string]string{"a.md": "one\n"})
			dir := t.TempDir()
			s := open(t, Config{Remote: remote, Dir: dir})
			pushed(t, s, put(t, s, "pushed", map[string]string{"pushed.md": "pushed\n"}))
			change.remote(t, remote)
			put(t, s, "waits", map[string]string{"waits.md": "waits\n"})
			put(t, s, "waits too", map[string]string{"pushed.md": "changed\n"})
			shut(t, s)

			s = open(t, Config{Remote: remote, Dir: dir, Branch: "trunk"})
			synced(t, s)
			want := map[string]string{"waits.md": "waits", "pushed.md": "changed"}
			for path, text := range want {
				if got := runGit(t, remote, "show", "trunk:"+path); got != text {
					t.Errorf("%s of trunk is %q, want %q", path, got, text)
				}
			}
			if n := runGit(t, remote, "rev-list", "--count", "--grep=waits", "trunk"); n != "2" {
				t.Errorf("trunk has %s commits that waited, want 2", n)
			}
			shut(t, s)

			// Neither coming back nor going there again brings them twice.
			runGit(t, remote, "branch", "-f", "main", "trunk~2")
			for _, branch := range []string{"main", "trunk"} {
				s = open(t, Config{Remote: remote, Dir: dir, Branch: branch})
				synced(t, s)
				shut(t, s)
			}
			if n := runGit(t, remote, "rev-list", "--count", "main..trunk"); n != "2" {
				t.Errorf("trunk has %s commits that main has not, want 2", n)
			}
			fsck(t, remote)
			fsck(t, dir)
		})
	}
}
