package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gitpost/gitstore/git"
)

// odd is a repository with all that is not a plain file.
func odd(t *testing.T) string {
	t.Helper()
	remote := remoteWith(t, map[string]string{"a.md": "a\n", "run.sh": "#!/bin/sh\n", "media/x.txt": "x"})
	h := checkout(t, remote)
	other := runGit(t, remote, "rev-parse", "main")
	if err := os.Symlink("media", filepath.Join(h.dir, "link")); err != nil {
		t.Skip("no symlinks here")
	}
	h.git("add", "link")
	h.git("update-index", "--chmod=+x", "run.sh")
	h.git("update-index", "--add", "--cacheinfo", "160000,"+other+",themes/theme")
	h.git("commit", "-q", "-m", "odd")
	h.push()
	return remote
}

func TestOddEntriesSurviveAndAreNeverWrittenThrough(t *testing.T) {
	t.Parallel()
	remote := odd(t)
	s := open(t, Config{Remote: remote})
	before := runGit(t, remote, "ls-tree", "-r", "main")
	for _, path := range []string{"link", "link/x.txt", "themes/theme", "themes/theme/style.css", "a.md/b.md", "media"} {
		_, err := s.Update(t.Context(), edits("x", map[string]string{path: "overwritten"}))
		var e *PathError
		if !errors.As(err, &e) {
			t.Errorf("writing %s: %v", path, err)
		}
		if path == "a.md/b.md" {
			continue
		}
		if _, err := s.Update(t.Context(), func(*Snapshot) (Change, error) {
			return Change{Message: "x", Files: []File{{Path: path, Delete: true}}}, nil
		}); !errors.As(err, &e) {
			t.Errorf("deleting %s: %v", path, err)
		}
	}
	c := put(t, s, "post", map[string]string{"run.sh": "#!/bin/sh\ntrue\n", "link.md": "sorts beside\n",
		"themes/z.md": "beside the submodule\n"})
	pushed(t, s, c)
	after := runGit(t, remote, "ls-tree", "-r", "main")
	for line := range strings.SplitSeq(before, "\n") {
		if !strings.Contains(line, "run.sh") && !strings.Contains(after, line) {
			t.Errorf("%q is gone from\n%s", line, after)
		}
	}
	if !strings.Contains(after, "100755 blob") || !strings.Contains(runGit(t, remote, "ls-tree", "main", "run.sh"),
		"100755") {
		t.Errorf("run.sh lost its mode:\n%s", after)
	}
	var walked []string
	if err := s.Snapshot().Walk(func(path string, _ Hash) error {
		walked = append(walked, path)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(walked, " "); got != "a.md link.md media/x.txt run.sh themes/z.md" {
		t.Errorf("walked %s", got)
	}
	if _, err := s.Snapshot().ReadFile("link"); err == nil {
		t.Error("a symlink was read")
	}
	if info, err := s.Snapshot().Stat("link"); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the symlink: %v, %v", info, err)
	}
	fsck(t, remote)
}

func TestBadPathsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, Config{Remote: remoteWith(t, map[string]string{"a.md": "a\n"})})
	for _, path := range []string{"", "/a", "a/", "a//b", "../a", "a/../b", ".", "a/./b", ".git/config",
		"x/.GIT/hooks/post", ".git /x", "git~1/x",
		".g\u200cit/config", ".git::$INDEX_ALLOCATION/x", "a\\b", "a\x00b", "a\xffb", strings.Repeat("n", 300)} {
		_, err := s.Update(t.Context(), func(*Snapshot) (Change, error) {
			return Change{Message: "x", Files: []File{{Path: path, Data: []byte("x")}}}, nil
		})
		var e *PathError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", path, err)
		}
	}
	put(t, s, "fine", map[string]string{".github/workflows/x.yml": "x", "git~2": "x", "a.git/b": "b",
		"ünï/côde 日本.md": "u"})
	fsck(t, s.c.Dir)
}

func TestFilteredPathsAreRefusedWithARemedy(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{
		".gitattributes":         "*.jpg filter=lfs diff=lfs merge=lfs -text\nsecret/** filter=git-crypt\nstatic/free/** -filter\n",
		"content/.gitattributes": "*.mp4 filter=lfs\n",
		"a.md":                   "a\n"})
	s := open(t, Config{Remote: remote})
	for path, remedy := range map[string]string{"x/y.jpg": "Git LFS", "content/v.mp4": "Git LFS",
		"secret/key": "git-crypt", "content/deep/er/v.mp4": "Git LFS"} {
		_, err := s.Update(t.Context(), edits("x", map[string]string{path: "x"}))
		var e *PathError
		if !errors.As(err, &e) || !strings.Contains(e.Reason, remedy) || e.Hint == "" {
			t.Errorf("%s: %v", path, err)
		}
	}
	put(t, s, "fine", map[string]string{"v.mp4": "v", "static/free/p.jpg": "p", "content/a.md": "a"})
}

// TestLineEndingsAreAsGitWouldStoreThem compares with "git add" for many attributes.
func TestLineEndingsAreAsGitWouldStoreThem(t *testing.T) {
	t.Parallel()
	attributes := "*.auto text=auto\n*.text text\n*.lf eol=lf\n*.crlf eol=crlf\n*.none -text\n*.bin binary\n*.old crlf\n*.oldno -crlf\n" +
		"*.autocrlf text=auto eol=crlf\n[attr]prose text\n*.macro prose\nsub/*.text -text\ndeep/**/x.text -text\n/root.none text\n\"with space.none\" text\n*.un text\nu.un !text\n"
	contents := map[string]string{"crlf": "a\r\nb\r\n", "mixed": "a\r\nb\n", "lf": "a\nb\n", "lonecr": "a\rb\r\n",
		"nul": "a\x00\r\nb\r\n"}
	names := []string{"f.auto", "f.text", "f.lf", "f.crlf", "f.none", "f.bin", "f.old", "f.oldno", "f.autocrlf", "f.macro",
		"sub/f.text", "sub/sub/f.text",
		"deep/x.text", "deep/a/b/x.text", "root.none", "sub/root.none", "with space.none", "u.un", "v.un", "plain", "sub/deeper.text", "inner/f.none"}
	remote := remoteWith(t, map[string]string{".gitattributes": attributes, "inner/.gitattributes": "*.none text\n",
		"stored.auto": "x"})
	// A file that is stored with CRLF although text=auto came later.
	h := checkout(t, remote)
	blob := filepath.Join(t.TempDir(), "blob")
	if err := os.WriteFile(blob, []byte("old\r\nfile\r\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	h.git("update-index", "--add", "--cacheinfo", "100644,"+h.git("hash-object", "-w", "--no-filters", blob)+",had.auto")
	h.git("commit", "-q", "-m", "crlf in the index")
	h.push()
	s := open(t, Config{Remote: remote})
	for what, content := range contents {
		files := map[string]string{"had.auto": content}
		for _, name := range names {
			files[what+"/"+name] = content
			if strings.Contains(name, "/") || strings.HasPrefix(name, "root") || strings.HasPrefix(name, "with") {
				files[name] = content
			}
		}
		h.git("fetch", "-q", "origin", "main")
		h.git("reset", "-q", "--hard", "origin/main")
		synced(t, s)
		c := put(t, s, what, files)
		h.write(files)
		for name := range files {
			h.git("add", "--renormalize", "--", ".gitattributes")
			h.git("add", "--", name)
		}
		wantTree := h.git("write-tree")
		if got := string(c.Snapshot.Tree()); got != wantTree {
			runGit(t, s.c.Dir, "fetch", "-q", h.dir, "HEAD")
			diff, _ := tryGit(t, h.dir, "-c", "core.alternateRefsCommand=", "diff", "--stat", wantTree)
			t.Errorf("%s: tree %s, git has %s\n%s", what, got, wantTree, diff)
			for name := range files {
				mine, _ := s.Snapshot().ReadFile(name)
				theirs := gitBytes(t, h.dir, "show", ":"+name)
				if !bytes.Equal(mine, theirs) {
					t.Errorf("%s: %q, git has %q", name, mine, theirs)
				}
			}
		}
		pushed(t, s, c)
	}
}

func gitBytes(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, gitEnv()
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("git %v: %v", args, err)
	}
	return out
}

func TestDefaultBranchIsFound(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	h := checkout(t, remote)
	h.git("checkout", "-q", "-b", "trunk/site")
	h.commit(map[string]string{"trunk.md": "t\n"}, "trunk")
	h.git("push", "-q", "origin", "trunk/site")
	runGit(t, remote, "symbolic-ref", "HEAD", "refs/heads/trunk/site")
	s := open(t, Config{Remote: remote})
	if b := s.Status().Branch; b != "trunk/site" {
		t.Errorf("branch %s", b)
	}
	pushed(t, s, put(t, s, "post", map[string]string{"b.md": "b"}))
	shut(t, s)
	s = open(t, Config{Dir: s.c.Dir, Remote: remote, Branch: "main"})
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n"})
	_, err := Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "c"), Remote: remote, Branch: "none"})
	if err == nil || !strings.Contains(err.Error(), "main, trunk/site") {
		t.Errorf("a branch that is not there: %v", err)
	}
}

func TestFilesBecomeFoldersAndBack(t *testing.T) {
	t.Parallel()
	s := open(t, Config{Remote: remoteWith(t, map[string]string{"a": "file\n", "b/c": "c\n", "k": "k"})})
	c, err := s.Update(t.Context(), func(*Snapshot) (Change, error) {
		return Change{Message: "swap", Files: []File{{Path: "a", Delete: true}, {Path: "a/x/y", Data: []byte("y")},
			{Path: "b/c", Delete: true}, {Path: "b", Data: []byte("b")}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, c.Snapshot, map[string]string{"a/x/y": "y", "b": "b", "k": "k"})
	put(t, s, "empty folders go", map[string]string{"a/x/y": ""})
	if got := runGit(t, s.c.Dir, "ls-tree", "-r", "--name-only", "main"); got != "b\nk" {
		t.Errorf("files %q", got)
	}
	put(t, s, "all gone", map[string]string{"b": "", "k": ""})
	if tree := s.Snapshot().Tree(); tree != git.EmptyTree.Hash() {
		t.Errorf("tree %s", tree)
	}
	put(t, s, "missing", map[string]string{"none": ""})
	pushed(t, s, put(t, s, "again", map[string]string{"z": "z"}))
	fsck(t, s.c.Dir)
}

func TestLargeFilesAreStreamed(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	w := serveHTTP(t, remote, "", "")
	s := open(t, Config{Remote: w.repo(remote)})
	const size = 9 << 20
	opened := 0
	c, err := s.Update(t.Context(), func(at *Snapshot) (Change, error) {
		return Change{Message: "video", Files: []File{
			{Path: "v.mp4", Size: size, Open: func() (io.ReadCloser, error) {
				opened++
				return io.NopCloser(io.LimitReader(&noise{}, size)), nil
			}},
			{Path: "copy.mp4", Size: size, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.LimitReader(&noise{}, size)), nil
			}},
			{Path: "small.bin", Size: 5, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader("small")),
					nil
			}},
		}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	pushed(t, s, c)
	f, err := s.Snapshot().Open("v.mp4")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var want, got bytes.Buffer
	_, _ = io.Copy(&want, io.LimitReader(&noise{}, size))
	if _, err := io.Copy(&got, f); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("the file that was read differs: %d bytes, %v", got.Len(), err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != size {
		t.Errorf("stat: %v, %v", info, err)
	}
	_, err = s.Update(t.Context(), func(at *Snapshot) (Change, error) {
		return Change{Message: "short",
			Files: []File{{Path: "s.mp4", Size: size,
				Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("short")), nil }}}}, nil
	})
	var disk *StorageError
	if err == nil || errors.As(err, &disk) {
		t.Errorf("a short file: %v", err)
	}
	mine := fmt.Errorf("upload %s", "gone")
	_, err = s.Update(t.Context(), func(at *Snapshot) (Change, error) {
		return Change{Message: "gone",
			Files: []File{{Path: "s.mp4", Size: size, Open: func() (io.ReadCloser, error) { return nil, mine }}}}, nil
	})
	if !errors.Is(err, mine) {
		t.Errorf("a file that cannot be opened: %v", err)
	}
	fsck(t, s.c.Dir)
	fsck(t, remote)
}

// noise is incompressible and always the same.
type noise struct{ x uint64 }

func (n *noise) Read(p []byte) (int, error) {
	for i := range p {
		n.x = n.x*6364136223846793005 + 1442695040888963407
		p[i] = byte(n.x >> 33)
	}
	return len(p), nil
}

func TestSkipCIOnlyWhenNothingThatWaitsWantsABuild(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	hook(t, remote, "pre-receive", "exit 1")
	s := open(t, Config{Remote: remote})
	draft := func(name string) Edit {
		return func(*Snapshot) (Change, error) {
			return Change{Message: "Draft " + name, SkipCI: true, Files: []File{{Path: name, Data: []byte("d")}}}, nil
		}
	}
	subject := func(c *Commit, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return runGit(t, s.c.Dir, "log", "-1", "--format=%s", string(c.Hash))
	}
	if got := subject(s.Update(t.Context(), draft("one"))); got != "Draft one [skip ci]" {
		t.Errorf("got %q", got)
	}
	put(t, s, "Post", map[string]string{"post.md": "p"})
	if got := subject(s.Update(t.Context(), draft("two"))); got != "Draft two" {
		t.Errorf("got %q", got)
	}
	c, err := s.Update(t.Context(), func(*Snapshot) (Change, error) {
		return Change{Message: "Build again", Empty: true},
			nil
	})
	if got := subject(c, err); got != "Build again" {
		t.Errorf("got %q", got)
	}
}
