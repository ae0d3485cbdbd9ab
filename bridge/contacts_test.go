package bridge_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestContactsKeepOffTheSitesOwnData: a data file called contacts, or something else in the place
// of the folder, stays as it is, and the app is told.
func TestContactsKeepOffTheSitesOwnData(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(dir string) error{
		"a list of the site's own": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "data", "contacts.yaml"), []byte("- Ada\n"), 0o644)
		},
		"a file": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "data", "contacts"), []byte("Ada\n"), 0o644)
		},
		"a link": func(dir string) error { return os.Symlink("/etc", filepath.Join(dir, "data", "contacts")) },
		"a linked data folder": func(dir string) error {
			if err := os.Remove(filepath.Join(dir, "data")); err != nil {
				return err
			}
			return os.Symlink("content", filepath.Join(dir, "data"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := t.TempDir()
			if err := os.CopyFS(site, os.DirFS(filepath.Join("..", "testdata", "skeletons", "hugo"))); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(site, "data"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := prepare(site); err != nil {
				t.Fatal(err)
			}
			f := serveFiles(t, os.DirFS(site), nil)
			before := f.commits()
			if a := f.send("GET", "/micropub?q=contact", "", ""); a.Status != http.StatusOK ||
				strings.TrimSpace(a.Body) != `{"contacts":[]}` {
				t.Errorf("q=contact: %d %s", a.Status, a.Body)
			}
			a := f.send("POST", "/micropub?q=contact", "application/x-www-form-urlencoded", "name=Grace")
			if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "data") {
				t.Errorf("create: %d %s", a.Status, a.Body)
			}
			if f.commits() != before {
				t.Error("a refused contact made a commit")
			}
		})
	}
}

// TestPhotoOfAContactIsInItsCommit: a file that comes with a contact, and one that was sent
// before it.
func TestPhotoOfAContactIsInItsCommit(t *testing.T) {
	t.Parallel()
	f := serve(t, "jekyll", nil)
	contentType, body := multipartBody(t, part{"h", "", "card"}, part{"name", "", "Ada"},
		part{"photo", "ada.jpg", string(picture(t, 21))})
	ada := created(t, f.send("POST", "/micropub?q=contact", contentType, body))
	if files := f.lastChange(); !strings.Contains(files, "A\t_data/contacts/ada.yml") ||
		!strings.Contains(files, "A\tassets/media/") {
		t.Errorf("the commit has\n%s", files)
	}
	photo := created(t, f.upload("file", string(picture(t, 22))))
	if a := f.json(`{"action":"update","url":"` + ada + `","replace":{"photo":["` + photo +
		`"]}}`); a.Status != http.StatusOK {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	if files := f.lastChange(); !strings.Contains(files, "M\t_data/contacts/ada.yml") ||
		!strings.Contains(files, "A\tassets/media/") {
		t.Errorf("the commit has\n%s", files)
	}
	if a := f.send("GET", "/micropub?q=contact&filter="+url.QueryEscape(photo), "", ""); !strings.Contains(a.Body,
		`"photo":"`+photo+`"`) {
		t.Errorf("q=contact: %s", a.Body)
	}
}
