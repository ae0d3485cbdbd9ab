package git

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestSpliceTreeKeepsTheOrder applies random edits to trees of names that are easily mixed up, and
// compares with trees that are built anew. What the delta makes of the old tree must be the new one.
func TestSpliceTreeKeepsTheOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(18, 1))
	var names []string
	for _, stem := range []string{"a", "a-b", "a.b", "a0", "ab", "post", "post-1", "post.md", "é"} {
		names = append(names, stem, stem+"/") // a folder
	}
	for round := range 2000 {
		tree := map[string]OID{}
		for range random.IntN(12) {
			tree = set(tree, names[random.IntN(len(names))], objectNamed(random.Uint64()))
		}
		raw := rawTree(tree)
		var edits []Edit
		want := tree
		for _, i := range random.Perm(len(names))[:random.IntN(4)] {
			name, folder := strings.CutSuffix(names[i], "/")
			if slices.ContainsFunc(edits, func(e Edit) bool { return e.Name == name }) {
				continue
			}
			edit := Edit{Name: name}
			if random.IntN(3) > 0 {
				edit.Mode, edit.ID = ModeFile, objectNamed(random.Uint64())
				if folder {
					edit.Mode = ModeDir
				}
			}
			edits, want = append(edits, edit), set(want, names[i], edit.ID)
		}
		next, delta, err := SpliceTree(raw, edits)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(next, rawTree(want)) {
			t.Fatalf("round %d: %q with %v became\n%q, want\n%q", round, raw, edits, next, rawTree(want))
		}
		if got, err := applyDelta(raw, delta); err != nil || !bytes.Equal(got, next) {
			t.Fatalf("round %d: the delta makes %q (%v), want\n%q", round, got, err, next)
		}
		for _, name := range names {
			name = strings.TrimSuffix(name, "/")
			file, folder := want[name], want[name+"/"]
			e, ok, err := FindEntry(next, name)
			if err != nil || ok != (!file.IsZero() || !folder.IsZero()) || e.ID != file && e.ID != folder {
				t.Fatalf("round %d: %s in %q is %v, %v, %v", round, name, next, e.ID, ok, err)
			}
		}
	}
}

// set returns a tree with one more name, which is a file or a folder; without it for a zero object.
func set(tree map[string]OID, name string, id OID) map[string]OID {
	tree = maps.Clone(tree)
	delete(tree, strings.TrimSuffix(name, "/"))
	delete(tree, strings.TrimSuffix(name, "/")+"/")
	if !id.IsZero() {
		tree[name] = id
	}
	return tree
}

// rawTree is the tree as Git writes it.
func rawTree(tree map[string]OID) (raw []byte) {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		mode := ModeFile
		if strings.HasSuffix(name, "/") {
			mode = ModeDir
		}
		raw = append(raw, fmt.Sprintf("%o %s\x00", mode, strings.TrimSuffix(name, "/"))...)
		id := tree[name]
		raw = append(raw, id[:]...)
	}
	return raw
}

// objectNamed is a name with bytes in it that look like the parts of an entry.
func objectNamed(n uint64) OID {
	var id OID
	copy(id[:], fmt.Sprintf("\x00100644 \x00%d", n))
	return id
}
