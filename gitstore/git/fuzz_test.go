package git

import (
	"bytes"
	"testing"
	"time"
)

// limited ends the run when a case takes too long.
func limited(t *testing.T) {
	t.Helper()
	timer := time.AfterFunc(10*time.Second, func() { panic("a case takes more than 10s") })
	t.Cleanup(func() { timer.Stop() })
}

// FuzzDelta: whatever a pack says, what comes out has the size that it announces, or is refused.
func FuzzDelta(f *testing.F) {
	f.Add([]byte("base text"), []byte{9, 4, 0x90, 4})
	f.Add([]byte("base text"), []byte{9, 5, 5, 'a', 'b', 'c', 'd', 'e'})
	f.Add([]byte(""), []byte{0, 0xff, 0xff, 0xff, 0xff, 0x07})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		limited(t)
		out, err := applyDelta(base, delta)
		if err != nil {
			return
		}
		if _, size, _, err := deltaSizes(delta); err != nil || size != len(out) {
			t.Errorf("%d bytes, announced %d (%v)", len(out), size, err)
		}
	})
}

// FuzzTree: entries take up the bytes of a tree, each at least one, and splicing nothing changes nothing.
func FuzzTree(f *testing.F) {
	f.Add(append([]byte("100644 a.md\x00"), make([]byte, 20)...))
	f.Add(append([]byte("40000 posts\x00"), make([]byte, 20)...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		limited(t)
		for rest := raw; len(rest) > 0; {
			e, next, err := NextEntry(rest)
			if err != nil {
				return
			}
			if len(next) >= len(rest) || len(e.Name) == 0 && len(rest)-len(next) < 20 {
				t.Fatalf("an entry of no bytes at %d", len(raw)-len(rest))
			}
			rest = next
		}
		if out, _, err := SpliceTree(raw, nil); err == nil && !bytes.Equal(out, raw) {
			t.Errorf("%q became %q", raw, out)
		}
		_, _, _ = FindEntry(raw, "a.md") // must end
	})
}

// FuzzCommit: a commit that can be read has a tree.
func FuzzCommit(f *testing.F) {
	f.Add([]byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nText\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		limited(t)
		if c, err := ParseCommit(OID{}, data); err == nil && c.Tree == (OID{}) && !bytes.Contains(data, []byte("tree 0000")) {
			t.Errorf("no tree in %q", data)
		}
	})
}
