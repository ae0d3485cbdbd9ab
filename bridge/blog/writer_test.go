package blog

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// twice is a repository whose updates run each edit on a snapshot that has become outdated, and
// then on the newest one.
type twice struct {
	older, newer *gitstore.Snapshot
	change       gitstore.Change // of the second run
}

func (r *twice) Snapshot() *gitstore.Snapshot { return r.newer }

func (r *twice) Update(_ context.Context, edit gitstore.Edit) (*gitstore.Commit, error) {
	if _, err := edit(r.older); err != nil {
		return nil, err
	}
	var err error
	r.change, err = edit(r.newer)
	return &gitstore.Commit{}, err
}

func (r *twice) WaitPushed(context.Context, *gitstore.Commit) gitstore.Push { return gitstore.Push{} }

// written is the text of the change's file below a folder.
func (r *twice) written(t *testing.T, folder string) string {
	t.Helper()
	for _, f := range r.change.Files {
		if strings.HasPrefix(f.Path, folder) {
			return string(f.Data)
		}
	}
	t.Fatalf("no file below %s was written: %+v", folder, r.change.Files)
	return ""
}

// oneUpload is a file that was staged for another site.
type oneUpload struct{ upload state.Upload }

func (u oneUpload) Upload(_ context.Context, name string) (state.Upload, error) {
	if name != u.upload.Name {
		return state.Upload{}, state.ErrNoUpload
	}
	return u.upload, nil
}

func (oneUpload) MarkCommitted(context.Context, []state.Upload, time.Time) error { return nil }

const stagedURL = "https://other.example/media/heron-abcdefghijklmnop.jpg"

// rerun returns a writer whose edits run twice: on a site at http://example.org/, and on the same
// site after it has moved to https://example.org/.
func rerun(t *testing.T) (*writer, *twice) {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-c", "user.name=Hand", "-c", "user.email=hand@example.org"}, args...)...)
		c.Dir, c.Env = dir, append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "main")
	write("content/posts/a.md", "---\ntitle: A\ndate: 2024-03-09T10:00:00Z\n---\nText.\n")
	write("data/contacts/ada.json", `{"name": "Ada"}`)
	write("hugo.toml", "baseURL = 'http://example.org/'\n")
	git("add", "-A")
	git("commit", "-q", "-m", "The site as it was")
	write("hugo.toml", "baseURL = 'https://example.org/'\n")
	git("commit", "-q", "-a", "-m", "Use HTTPS")
	newer, err := gitstore.OpenReader(filepath.Join(dir, ".git"))
	if err != nil {
		t.Fatal(err)
	}
	repo := &twice{newer: newer}
	err = newer.Log(t.Context(), func(c gitstore.LogEntry) bool {
		repo.older = c.Before
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	site := &config.Site{MediaDimensions: true} // without me the base URL is that of hugo.toml
	return &writer{
		repo: repo, catalog: catalog.New(site.OpenSite),
		uploads: oneUpload{state.Upload{Name: "heron-abcdefghijklmnop.jpg", URL: stagedURL, Size: 1, Width: 4, Height: 3,
			Created: time.Now()}},
		staged: func(context.Context, string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil },
		config: func() *config.Site { return site }, server: func() *config.Server { return &config.Server{} },
		mayUse: func(access.Principal, state.Upload) bool { return true },
		owns:   func(string) bool { return false }, log: slog.New(slog.DiscardHandler), now: time.Now,
	}, repo
}

// TestEditThatRunsAgainKeepsNothingOfTheFirstRun: an address that the first run wrote into the post
// stayed there, although the second run put the file elsewhere.
func TestEditThatRunsAgainKeepsNothingOfTheFirstRun(t *testing.T) {
	ctx := t.Context()
	who := access.Principal{Scope: []string{"create", "update"}}
	photo := []any{map[string]any{"value": stagedURL, "alt": "A heron"}}
	check := func(t *testing.T, text string) {
		t.Helper()
		if !strings.Contains(text, "https://example.org/") || strings.Contains(text, "http://example.org/") ||
			strings.Contains(text, "other.example") {
			t.Errorf("the file has other addresses than those of the second run:\n%s", text)
		}
	}
	t.Run("create", func(t *testing.T) {
		w, repo := rerun(t)
		item := mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{"content": {"See " + stagedURL},
			"photo": photo}}
		o, err := w.create(ctx, who, &micropub.Create{Item: item}, nil)
		if err != nil {
			t.Fatal(err)
		}
		check(t, repo.written(t, "content/"))
		check(t, o.Item.Properties.Text("content"))
	})
	t.Run("update", func(t *testing.T) {
		w, repo := rerun(t)
		cmd := &micropub.Update{URL: "https://example.org/posts/a/", Add: mf2.Properties{"photo": photo},
			Replace: mf2.Properties{"content": {"See " + stagedURL}}}
		if _, err := w.update(ctx, who, cmd, nil); err != nil {
			t.Fatal(err)
		}
		check(t, repo.written(t, "content/"))
	})
	t.Run("create contact", func(t *testing.T) {
		w, repo := rerun(t)
		card := mf2.Item{Type: []string{"h-card"}, Properties: mf2.Properties{"name": {"Bea"}, "photo": photo}}
		if _, err := w.createContact(ctx, who, card, nil, func(name string) string {
			return "https://pub.example.org/" + name
		}); err != nil {
			t.Fatal(err)
		}
		check(t, repo.written(t, "data/contacts/"))
	})
	t.Run("update contact", func(t *testing.T) {
		w, repo := rerun(t)
		cmd := &micropub.Update{Replace: mf2.Properties{"photo": photo}}
		if _, err := w.updateContact(ctx, who, "ada", "https://pub.example.org/ada", cmd, nil); err != nil {
			t.Fatal(err)
		}
		check(t, repo.written(t, "data/contacts/"))
	})
	if value := photo[0].(map[string]any)["value"]; value != stagedURL {
		t.Errorf("the command was changed: %v", value)
	}
}
