package gitstore

import (
	"slices"
	"strings"
	"testing"
)

// A merge brings in commits that are older than the last one that was seen.
func TestLogSinceHasWhatMergesBroughtIn(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	s := open(t, Config{Remote: remote})
	h := checkout(t, remote)
	h.commit(map[string]string{"b.md": "b\n"}, "aside")
	pushed(t, s, put(t, s, "ours", map[string]string{"c.md": "c\n"}))
	known := s.Snapshot().Commit()
	h.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
	h.push()
	synced(t, s)
	walk := func(known Hash) (list []string, reached bool) {
		t.Helper()
		reached, err := s.Snapshot().LogSince(t.Context(), known, func(e LogEntry) bool {
			message, _, _ := strings.Cut(e.Message, "\n")
			list = append(list, message)
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		return list, reached
	}
	if list, reached := walk(known); len(list) != 2 || list[1] != "aside" || !reached {
		t.Errorf("since %s there are %q (reached: %v), want the merge and what it brought in", known, list, reached)
	}
	if list, reached := walk(""); len(list) != 4 || reached {
		t.Errorf("in all there are %q (reached: %v)", list, reached)
	}
	if list, reached := walk(s.Snapshot().Commit()); len(list) != 0 || !reached {
		t.Errorf("since the tip there are %q (reached: %v)", list, reached)
	}
	if list, reached := walk("0123456789012345678901234567890123456789"); len(list) != 4 && len(list) != 0 || reached {
		t.Errorf("since what is not here there are %q (reached: %v)", list, reached)
	}
}
