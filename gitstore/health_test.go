package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// packOf is the pack in a clone that has an object, named as "git rev-parse" takes it.
func packOf(t *testing.T, dir, object string) string {
	t.Helper()
	id := runGit(t, dir, "rev-parse", object)
	packs, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.idx"))
	for _, idx := range packs {
		if strings.Contains(runGit(t, dir, "verify-pack", "-v", idx), id) {
			return strings.TrimSuffix(idx, ".idx")
		}
	}
	t.Fatalf("no pack in %s has %s", dir, object)
	return ""
}

// spoil does something to a file that is read only.
func spoil(t *testing.T, path string, change func(data []byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.Chmod(path, 0o644)
	}
	if err == nil {
		err = os.WriteFile(path, change(data), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func half(data []byte) []byte    { return data[:len(data)/2] }
func nothing([]byte) []byte      { return nil }
func garbage(data []byte) []byte { return bytes.Repeat([]byte("garbage "), len(data)/8+1) }
func flipped(data []byte) []byte {
	for i := len(data) / 4; i < len(data)*3/4; i++ {
		data[i] ^= 0x55
	}
	return data
}

// What the remote has is fetched again, and what waits is pushed, whatever else of the clone is
// damaged. Each of these was a server that did not start, or refused every post, or forgot
// what waited.
func TestDamagedCloneHealsAndLosesNothing(t *testing.T) {
	t.Parallel()
	remove := func(t *testing.T, path string) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, damage := range map[string]func(t *testing.T, dir, old, young string){
		"old index gone":      func(t *testing.T, _, old, _ string) { remove(t, old+".idx") },
		"old index garbage":   func(t *testing.T, _, old, _ string) { spoil(t, old+".idx", garbage) },
		"old index empty":     func(t *testing.T, _, old, _ string) { spoil(t, old+".idx", nothing) },
		"old pack gone":       func(t *testing.T, _, old, _ string) { remove(t, old+".pack") },
		"old pack cut":        func(t *testing.T, _, old, _ string) { spoil(t, old+".pack", half) },
		"old pack flipped":    func(t *testing.T, _, old, _ string) { spoil(t, old+".pack", flipped) },
		"old pack and index":  func(t *testing.T, _, old, _ string) { remove(t, old+".pack"); remove(t, old+".idx") },
		"young index gone":    func(t *testing.T, _, _, young string) { remove(t, young+".idx") },
		"young index garbage": func(t *testing.T, _, _, young string) { spoil(t, young+".idx", garbage) },
		"HEAD gone":           func(t *testing.T, dir, _, _ string) { remove(t, filepath.Join(dir, "HEAD")) },
		"HEAD empty":          func(t *testing.T, dir, _, _ string) { spoil(t, filepath.Join(dir, "HEAD"), nothing) },
		"config gone":         func(t *testing.T, dir, _, _ string) { remove(t, filepath.Join(dir, "config")) },
		"tracking garbage": func(t *testing.T, dir, _, _ string) {
			spoil(t, filepath.Join(dir, "refs/remotes/origin/main"), garbage)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			remote := remoteWith(t, map[string]string{"a.md": strings.Repeat("one\n", 100), "posts/b.md": "b\n",
				"posts/c.md": "c\n"})
			dir := t.TempDir()
			s := open(t, Config{Remote: remote, Dir: dir})
			decline := hooked(t, remote)
			put(t, s, "waits", map[string]string{"posts/waits.md": "waits\n"})
			shut(t, s)
			decline()
			damage(t, dir, packOf(t, dir, "main~1"), packOf(t, dir, "main"))

			s = open(t, Config{Remote: remote, Dir: dir})
			var err error
			for range 100 { // the first ones may meet the damage
				if _, err = s.Update(t.Context(),
					edits("after", map[string]string{"posts/after.md": "after\n", "posts/b.md": "changed\n"})); err == nil {
					break
				}
				if !strings.Contains(s.Status().Disk, "object ") {
					t.Errorf("the update failed with %v, and the status says %q", err, s.Status().Disk)
				}
				_ = s.Sync(t.Context())
			}
			if err != nil {
				t.Fatalf("the clone does not heal: %v", err)
			}
			for range 100 { // so may a push
				if err = s.Sync(t.Context()); err == nil {
					break
				}
			}
			want := map[string]string{
				"a.md": strings.Repeat("one\n", 100), "posts/b.md": "changed\n", "posts/c.md": "c\n",
				"posts/waits.md": "waits\n", "posts/after.md": "after\n",
			}
			wantFiles(t, s.Snapshot(), want)
			if st := s.Status(); st.Disk != "" || st.Unpushed != 0 {
				t.Errorf("afterwards: %+v", st)
			}
			h := checkout(t, remote)
			for path, text := range want {
				if got, err := os.ReadFile(filepath.Join(h.dir, path)); err != nil || string(got) != text {
					t.Errorf("%s at the remote is %q (%v), want %q", path, got, err, text)
				}
			}
			fsck(t, remote)
		})
	}
}

// hooked makes the remote decline pushes until the returned function is called.
func hooked(t *testing.T, remote string) (allow func()) {
	hook(t, remote, "pre-receive", "exit 1")
	return func() { unhook(t, remote, "pre-receive") }
}

func TestCloneThatIsDamagedWhileItIsOpenHeals(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"posts/a.md": "a\n", "b.md": "b\n"})
	s := open(t, Config{Remote: remote})
	synced(t, s)
	if err := os.Truncate(packOf(t, s.c.Dir, "main")+".pack", 40); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		c, err := s.Update(t.Context(), edits("post", map[string]string{"posts/new.md": "new\n"}))
		if err == nil {
			for s.WaitPushed(t.Context(), c); s.Status().Unpushed > 0 && time.Now().Before(deadline); {
				_ = s.Sync(t.Context()) // the push may meet the damage too
			}
			pushed(t, s, c)
			break
		}
		var missing *MissingError
		if !errors.As(err, &missing) || time.Now().After(deadline) {
			t.Fatal(err)
		}
		_ = s.Sync(t.Context())
	}
	wantFiles(t, s.Snapshot(), map[string]string{"posts/a.md": "a\n", "b.md": "b\n", "posts/new.md": "new\n"})
	// Upkeep goes on without the damaged pack.
	for n := 0; n < maxPacks || s.Status().Packs >= maxPacks; n++ {
		if n > 20*maxPacks {
			t.Fatalf("%d packs are never joined", s.Status().Packs)
		}
		put(t, s, "post", map[string]string{"n.md": fmt.Sprint(n, "\n")})
	}
}

// What was not pushed and cannot be read is nowhere else: the clone is not made anew over it.
func TestCommitThatIsNowhereElseIsNotGivenUp(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	dir := t.TempDir()
	s := open(t, Config{Remote: remote, Dir: dir})
	hooked(t, remote)
	put(t, s, "waits", map[string]string{"waits.md": "waits\n"})
	shut(t, s)
	spoil(t, packOf(t, dir, "main")+".pack", half)
	_, err := Open(t.Context(), defaults(t, Config{Remote: remote, Dir: dir}))
	if err == nil || !strings.Contains(err.Error(), "cannot be read") || !strings.Contains(err.Error(), "keep it") {
		t.Errorf("open: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack*"))
	if len(left) < 2 {
		t.Errorf("of the packs there are left %v", fmt.Sprint(left))
	}
}
