package mastodontest_test

import (
	"encoding/json"
	"image"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gitpost/bridge/delivery/mastodontest"
	"gitpost/bridge/npmtest"
)

// client runs a client's program, and returns what it says.
func client(t *testing.T, folder, program string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), program, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "XDG_CONFIG_HOME="+folder, "HOME="+folder, "NO_COLOR=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func picture(t *testing.T, folder string) string {
	t.Helper()
	name := filepath.Join(folder, "dot.png")
	f, err := os.Create(name)
	if err == nil {
		err = png.Encode(f, image.NewGray(image.Rect(0, 0, 8, 8)))
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// Debian's toot posts, uploads, likes and deletes.
func TestTootWorksWithTheFake(t *testing.T) {
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skip("runs toot (apt-get install toot): set GITPOST_TEST_ALL=1")
	}
	toot, err := exec.LookPath("toot")
	if err != nil {
		t.Fatal("GITPOST_TEST_ALL is set, and toot is not installed (apt-get install toot)")
	}
	s := mastodontest.New()
	defer s.Close()
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	user := "ada@" + at.Host
	text, err := json.Marshal(map[string]any{
		"active_user": user,
		"apps": map[string]any{at.Host: map[string]string{"base_url": s.URL, "client_id": "c", "client_secret": "s",
			"instance": at.Host}},
		"users": map[string]any{user: map[string]string{"access_token": mastodontest.Token, "instance": at.Host,
			"username": "ada"}},
	})
	if err == nil {
		err = os.MkdirAll(filepath.Join(folder, "toot"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "toot", "config.json"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	client(t, folder, toot, "post", "Hello from toot", "--language", "en", "--spoiler-text", "Hello", "--visibility",
		"unlisted")
	client(t, folder, toot, "post", "With a picture", "--media", picture(t, folder), "--description", "A dot")
	list, _ := s.Statuses()
	if len(list) != 2 || list[0].Text != "Hello from toot" || list[0].Spoiler != "Hello" ||
		list[0].Visibility != "unlisted" ||
		list[0].Language != "en" || len(list[1].Media) != 1 || *list[1].Media[0].Description != "A dot" {
		t.Fatalf("got %+v", list)
	}
	client(t, folder, toot, "favourite", list[0].ID)
	client(t, folder, toot, "delete", list[1].ID)
	if list, _ = s.Statuses(); len(list) != 1 || !list[0].Favourited {
		t.Errorf("got %+v", list)
	}
}

// masto and megalodon post, edit, upload and delete.
func TestClientsOfNPMWorkWithTheFake(t *testing.T) {
	folder := filepath.Dir(npmtest.Modules(t, "masto", "megalodon"))
	script, err := filepath.Abs("../../../testdata/delivery/mastodon-clients.mjs")
	if err != nil {
		t.Fatal(err)
	}
	s := mastodontest.New()
	defer s.Close()
	home := t.TempDir()
	for _, name := range []string{"masto", "megalodon"} {
		client(t, home, "node", script, folder, name, s.URL, mastodontest.Token, picture(t, home))
		list, _ := s.Statuses()
		if len(list) != 1 || list[0].Text != "Edited by "+name || list[0].Edited == nil || len(list[0].Media) != 1 ||
			*list[0].Media[0].Description != "A dot" {
			t.Fatalf("%s: got %+v", name, list)
		}
		client(t, home, "node", script, folder, name, s.URL, mastodontest.Token, "delete", list[0].ID)
		if list, _ = s.Statuses(); len(list) != 0 {
			t.Errorf("%s deletes nothing: %+v", name, list)
		}
	}
}
