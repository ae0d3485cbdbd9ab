package gitstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// merge3 is a merge for the tests: texts of three lines, merged line by line.
func merge3(_ string, base, ours, theirs []byte) ([]byte, bool, error) {
	b, o, t := bytes.SplitAfter(base, []byte("\n")), bytes.SplitAfter(ours, []byte("\n")), bytes.SplitAfter(theirs,
		[]byte("\n"))
	if len(b) != len(o) || len(b) != len(t) {
		return nil, false, fmt.Errorf("not the same lines")
	}
	conflict := false
	var out []byte
	for i := range b {
		switch {
		case bytes.Equal(o[i], b[i]):
			out = append(out, t[i]...)
		case bytes.Equal(t[i], b[i]), bytes.Equal(t[i], o[i]):
			out = append(out, o[i]...)
		default:
			conflict = true
			out = append(out, t[i]...)
		}
	}
	return out, conflict, nil
}

// meal is a small post, most of whose lines are those of its like.
func meal(date, text string) string {
	return "---\ndate: " + date + "\ntags:\n- food\n- canteen\nauthor: me\n---\n\n" + text + "\n"
}

// TestReplayRules: a commit that was answered meets what a hand pushed meanwhile.
func TestReplayRules(t *testing.T) {
	t.Parallel()
	const text = "one\ntwo\nthree\n"
	long := strings.Repeat("a line that both have\n", 20)
	tests := []struct {
		name        string
		base        map[string]string
		here, there map[string]string // an empty text removes
		want        map[string]string
		conflict    string // part of the note; "" none
		findable    []string
		handLater   bool // the hand's text is the newer one
	}{
		{
			name: "different files",
			base: map[string]string{"a.md": text, "b.md": text},
			here: map[string]string{"a.md": "here\n"}, there: map[string]string{"b.md": "there\n"},
			want: map[string]string{"a.md": "here\n", "b.md": "there\n"},
		},
		{
			name: "same file, different lines",
			base: map[string]string{"a.md": text},
			here: map[string]string{"a.md": "HERE\ntwo\nthree\n"}, there: map[string]string{"a.md": "one\ntwo\nTHERE\n"},
			want: map[string]string{"a.md": "HERE\ntwo\nTHERE\n"},
		},
		{
			name: "same line, hand is newer",
			base: map[string]string{"a.md": text},
			here: map[string]string{"a.md": "HERE\ntwo\nx\n"}, there: map[string]string{"a.md": "THERE\ntwo\nthree\n"},
			want:     map[string]string{"a.md": "THERE\ntwo\nx\n"},
			conflict: "a.md: changed on both sides", handLater: true,
			findable: []string{"HERE\ntwo\nx\n", "THERE\ntwo\nthree\n"},
		},
		{
			name: "same line, ours is newer",
			base: map[string]string{"a.md": text},
			here: map[string]string{"a.md": "HERE\ntwo\nthree\n"}, there: map[string]string{"a.md": "THERE\ntwo\ny\n"},
			want:     map[string]string{"a.md": "HERE\ntwo\ny\n"},
			conflict: "a.md: changed on both sides",
			findable: []string{"HERE\ntwo\nthree\n", "THERE\ntwo\ny\n"},
		},
		{
			name: "cannot be merged at all",
			base: map[string]string{"a.md": text},
			here: map[string]string{"a.md": "here\n"}, there: map[string]string{"a.md": "there\n\n\n\n\n\n"},
			want:     map[string]string{"a.md": "there\n\n\n\n\n\n"},
			conflict: "it cannot be merged: not the same lines", handLater: true,
			findable: []string{"here\n", "there\n\n\n\n\n\n"},
		},
		{
			name: "same change on both sides",
			base: map[string]string{"a.md": text},
			here: map[string]string{"a.md": "same\n"}, there: map[string]string{"a.md": "same\n"},
			want: map[string]string{"a.md": "same\n"},
		},
		{
			name: "deleted there, changed here",
			base: map[string]string{"a.md": text, "k": "k"},
			here: map[string]string{"a.md": "here\n"}, there: map[string]string{"a.md": ""},
			want:     map[string]string{"a.md": "here\n", "k": "k"},
			conflict: "a.md: changed here, deleted elsewhere",
			findable: []string{text, "here\n"},
		},
		{
			name: "deleted here, changed there",
			base: map[string]string{"a.md": text, "k": "k"},
			here: map[string]string{"a.md": ""}, there: map[string]string{"a.md": "there\n"},
			want:     map[string]string{"a.md": "there\n", "k": "k"},
			conflict: "a.md: deleted here, changed elsewhere",
			findable: []string{text, "there\n"},
		},
		{
			name: "deleted on both sides",
			base: map[string]string{"a.md": text, "k": "k"},
			here: map[string]string{"a.md": ""}, there: map[string]string{"a.md": ""},
			want: map[string]string{"k": "k"},
		},
		{
			name: "renamed there, changed here",
			base: map[string]string{"a.md": long + text}, here: map[string]string{"a.md": long + "HERE\ntwo\nthree\n"},
			there: map[string]string{"a.md": "", "new/name.md": long + text},
			want:  map[string]string{"new/name.md": long + "HERE\ntwo\nthree\n"},
		},
		{
			name:  "renamed and changed there, changed here",
			base:  map[string]string{"a.md": long + "two\nthree\n"},
			here:  map[string]string{"a.md": long + "HERE\nthree\n"},
			there: map[string]string{"a.md": "", "b.md": long + "two\nTHERE\n"},
			want:  map[string]string{"b.md": long + "HERE\nTHERE\n"},
		},
		{
			name: "another extension there, changed here",
			base: map[string]string{"a.md": text, "b.md": long + "two\n"},
			here: map[string]string{"a.md": "HERE\ntwo\nthree\n", "b.md": long + "HERE\n"},
			there: map[string]string{"a.md": "", "a.markdown": text, "b.md": "",
				"b.markdown": "THERE\n" + long[len("a line that both have\n"):] + "two\n"},
			want: map[string]string{"a.markdown": "HERE\ntwo\nthree\n",
				"b.markdown": "THERE\n" + long[len("a line that both have\n"):] + "HERE\n"},
		},
		{
			name: "bundle renamed there, changed and added to here",
			base: map[string]string{"p/index.md": long + "two\nthree\n", "p/a.jpg": "a", "q/b.jpg": "b"},
			here: map[string]string{"p/index.md": long + "HERE\nthree\n", "p/new.jpg": "new", "p/in/deep.jpg": "deep",
				"q/c.jpg": "c"},
			there: map[string]string{
				"p/index.md": "", "p/a.jpg": "", "moved/index.md": long + "two\nTHERE\n", "moved/a.jpg": "a",
			},
			want: map[string]string{
				"moved/index.md": long + "HERE\nTHERE\n", "moved/a.jpg": "a", "moved/new.jpg": "new", "moved/in/deep.jpg": "deep",
				"q/b.jpg": "b", "q/c.jpg": "c",
			},
		},
		{
			name: "renamed here, changed there",
			base: map[string]string{"a.md": long + text}, here: map[string]string{"a.md": "", "moved.md": long + text},
			there: map[string]string{"a.md": long + "one\ntwo\nTHERE\n"},
			want:  map[string]string{"moved.md": long + "one\ntwo\nTHERE\n"},
		},
		{
			name: "renamed there, deleted here",
			base: map[string]string{"a.md": long, "k": "k"}, here: map[string]string{"a.md": ""},
			there:    map[string]string{"a.md": "", "moved.md": long},
			want:     map[string]string{"k": "k"},
			conflict: "deleted here, renamed elsewhere to moved.md",
			findable: []string{long},
		},
		{
			name:  "small texts alike by chance: one gone, one new, changed here",
			base:  map[string]string{"lunch.md": meal("2024-03-01T12:00:00Z", "Lunch."), "k": "k"},
			here:  map[string]string{"lunch.md": meal("2024-03-01T12:00:00Z", "Lunch, with soup.")},
			there: map[string]string{"lunch.md": "", "supper.md": meal("2024-03-02T18:00:00Z", "Supper.")},
			want: map[string]string{"lunch.md": meal("2024-03-01T12:00:00Z", "Lunch, with soup."),
				"supper.md": meal("2024-03-02T18:00:00Z", "Supper."), "k": "k"},
			conflict: "lunch.md: changed here, deleted elsewhere",
		},
		{
			name: "the same small text in another file, deleted here",
			base: map[string]string{"a.md": "Hi\n", "k": "k"}, here: map[string]string{"a.md": ""},
			there: map[string]string{"a.md": "", "b.md": "Hi\n"},
			want:  map[string]string{"b.md": "Hi\n", "k": "k"},
		},
		{
			name: "added on both sides",
			base: map[string]string{"k": "k"},
			here: map[string]string{"p/a.en.md": "here\n"}, there: map[string]string{"p/a.en.md": "there\n",
				"p/a-2.en.md": "taken\n"},
			want:     map[string]string{"k": "k", "p/a.en.md": "there\n", "p/a-2.en.md": "taken\n", "p/a-3.en.md": "here\n"},
			conflict: "p/a.en.md: something else is there now; the file of here is p/a-3.en.md",
			findable: []string{"here\n", "there\n"},
		},
		{
			name:  "bundle added on both sides",
			base:  map[string]string{"k": "k"},
			here:  map[string]string{"p/a/index.md": "here\n", "p/a/b.jpg": "photo", "p/z.md": "z"},
			there: map[string]string{"p/a/index.md": "there\n"},
			want: map[string]string{"k": "k", "p/a/index.md": "there\n", "p/a-2/index.md": "here\n", "p/a-2/b.jpg": "photo",
				"p/z.md": "z"},
			conflict: "p/a/index.md: something else is there now",
			findable: []string{"here\n", "there\n"},
		},
		{
			name: "a file there where a folder is needed",
			base: map[string]string{"k": "k"},
			here: map[string]string{"p/a.md": "here\n"}, there: map[string]string{"p": "a file\n"},
			want:     map[string]string{"k": "k", "p": "a file\n", "p-2/a.md": "here\n"},
			conflict: "p/a.md: something else is there now",
			findable: []string{"here\n", "a file\n"},
		},
		{
			name: "a folder there where a file is needed",
			base: map[string]string{"k": "k"},
			here: map[string]string{"p": "here\n"}, there: map[string]string{"p/a.md": "there\n"},
			want:     map[string]string{"k": "k", "p-2": "here\n", "p/a.md": "there\n"},
			conflict: "p: something else is there now",
			findable: []string{"here\n", "there\n"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			remote := remoteWith(t, test.base)
			s := open(t, Config{Remote: remote, Merge: merge3})
			synced(t, s)
			h := checkout(t, remote)
			h.commit(test.there, "by hand")
			when := time.Now().Add(time.Hour)
			if test.handLater {
				when = time.Now().Add(-time.Hour)
			}
			// The remote refuses until the hand has pushed, so that the commit is an
			// answered one when they meet.
			hook(t, remote, "pre-receive", peopleOnly)
			c, err := s.Update(t.Context(), func(at *Snapshot) (Change, error) {
				change, err := edits("Post it\n\nClient: phone\n", test.here)(at)
				change.When = when
				return change, err
			})
			if err != nil {
				t.Fatal(err)
			}
			s.WaitPushed(t.Context(), c)
			h.push()
			unhook(t, remote, "pre-receive")
			synced(t, s)
			pushed(t, s, c)
			wantFiles(t, s.Snapshot(), test.want)
			st := s.Status()
			if st.Unpushed != 0 || string(st.Tip) != runGit(t, remote, "rev-parse", "main") {
				t.Errorf("not in step: %+v", st)
			}
			log := runGit(t, remote, "log", "--format=%B", "main")
			if test.conflict == "" {
				if len(st.Conflicts) != 0 || strings.Contains(log, "Conflict:") {
					t.Errorf("a clean case tells of conflicts: %q\n%s", st.Conflicts, log)
				}
			} else {
				if !slices.ContainsFunc(st.Conflicts, func(c string) bool { return strings.Contains(c, test.conflict) }) {
					t.Errorf("conflicts %q, want one with %q", st.Conflicts, test.conflict)
				}
				if trailers := runGit(t, remote, "log", "--format=%(trailers:key=Conflict)", "main"); !strings.Contains(trailers,
					test.conflict) {
					t.Errorf("the commits say %q, want %q in:\n%s", trailers, test.conflict, log)
				}
			}
			for _, text := range test.findable {
				if !inHistory(t, remote, text) {
					t.Errorf("%q cannot be found in the history", text)
				}
			}
			fsck(t, remote)
			fsck(t, s.c.Dir)
		})
	}
}

// inHistory reports whether some commit of main has a file with the text.
func inHistory(t *testing.T, dir, text string) bool {
	t.Helper()
	want := blobName(text)
	return strings.Contains(runGit(t, dir, "rev-list", "--objects", "main"), want)
}

func TestRewrittenHistoryIsFollowed(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"amended", "reset back", "new root"} {
		t.Run(how, func(t *testing.T) {
			remote := remoteWith(t, map[string]string{"a.md": "a\n"})
			s := open(t, Config{Remote: remote, Merge: merge3})
			first := put(t, s, "pushed", map[string]string{"pushed.md": "p\n"})
			pushed(t, s, first)
			h := checkout(t, remote)
			want := map[string]string{"a.md": "a\n", "pushed.md": "p\n", "waits.md": "w\n"}
			switch how {
			case "amended":
				h.git("commit", "-q", "--amend", "-m", "another message")
			case "reset back":
				h.git("reset", "-q", "--hard", "HEAD~1")
				delete(want, "pushed.md")
			case "new root":
				h.git("checkout", "-q", "--orphan", "fresh")
				h.commit(map[string]string{"b.md": "b\n"}, "fresh start")
				want["b.md"] = "b\n"
			}
			hook(t, remote, "pre-receive", peopleOnly)
			waits := put(t, s, "waits", map[string]string{"waits.md": "w\n"})
			s.WaitPushed(t.Context(), waits)
			h.git("push", "-q", "--force", "origin", "HEAD:refs/heads/main")
			unhook(t, remote, "pre-receive")
			synced(t, s)
			pushed(t, s, waits)
			wantFiles(t, s.Snapshot(), want)
			if got := runGit(t, s.c.Dir, "for-each-ref", "--format=%(objectname)",
				"refs/gitstore/before-rewrite/"); got != string(waits.Hash) {
				t.Errorf("the tip before is kept as %q, want %s", got, waits.Hash)
			}
			if got := runGit(t, remote, "rev-parse", "main"); got != string(s.Snapshot().Commit()) {
				t.Errorf("the remote has %s, we have %s", got, s.Snapshot().Commit())
			}
			fsck(t, s.c.Dir)
			fsck(t, remote)
		})
	}
}

func TestTwoStoresOnOneRemoteLoseNothing(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	n := 150
	if testing.Short() {
		n = 20
	}
	stores := []*Store{open(t, Config{Remote: remote, Merge: merge3}), open(t, Config{Remote: remote, Merge: merge3})}
	done := make(chan error)
	for k, s := range stores {
		go func() {
			for i := range n {
				_, err := s.Update(t.Context(), edits("post", map[string]string{fmt.Sprintf("p/%d-%d.md", k, i): fmt.Sprint(k, i)}))
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range stores {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	for settled := false; !settled; {
		settled = true
		for _, s := range stores {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			_ = s.Sync(ctx)
			cancel()
			settled = settled && s.Status().Unpushed == 0
		}
	}
	want := map[string]string{"a.md": "a\n"}
	for k := range stores {
		for i := range n {
			want[fmt.Sprintf("p/%d-%d.md", k, i)] = fmt.Sprint(k, i)
		}
	}
	for _, s := range stores {
		synced(t, s)
		wantFiles(t, s.Snapshot(), want)
	}
	if got := runGit(t, remote, "rev-list", "--count", "main"); got != fmt.Sprint(2*n+1) {
		t.Errorf("%s commits, want %d", got, 2*n+1)
	}
	fsck(t, remote)
}
