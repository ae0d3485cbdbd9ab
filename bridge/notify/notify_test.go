package notify

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/config"
)

// TestAlarmTellsOnceOfATroubleAndOnceOfItsEnd lets a clock run over a remote that is down,
// and a chat service that is down for a while as well.
func TestAlarmTellsOnceOfATroubleAndOnceOfItsEnd(t *testing.T) {
	var got []notice
	down := false
	chat := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var n notice
		if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
			t.Error(err)
		}
		got = append(got, n)
	}))
	defer chat.Close()

	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now, waiting, since, reason := start, 0, time.Time{}, ""
	a := &alarm{
		site: "https://blog.example/", after: func() time.Duration { return 15 * time.Minute },
		state:  func() condition { return condition{waiting: waiting, since: since, reason: reason} },
		notify: func() []string { return []string{chat.URL} },
		log:    slog.New(slog.NewTextHandler(io.Discard, nil)), now: func() time.Time { return now },
	}
	for _, step := range []struct {
		minute, waiting int
		reason          string
		down            bool
		told            int // messages so far
	}{
		{0, 0, "", false, 0},
		{1, 2, "the remote is down", false, 0},
		{10, 3, "the remote is down", false, 0},
		{17, 3, "the remote is down", true, 0}, // the chat is down too
		{18, 3, "the remote is down", false, 1},
		{40, 4, "the remote is down", false, 1},
		{41, 0, "", true, 1},
		{42, 0, "", false, 2},
		{43, 0, "", false, 2},
		{50, 0, "the site's configuration cannot be read", false, 2},
		{65, 0, "the site's configuration cannot be read", false, 3},
	} {
		now, waiting, reason, down = start.Add(time.Duration(step.minute)*time.Minute), step.waiting, step.reason, step.down
		since = time.Time{}
		if waiting > 0 {
			since = start.Add(time.Minute)
		}
		a.check(t.Context())
		if len(got) != step.told {
			t.Fatalf("minute %d: told %d times: %+v", step.minute, len(got), got)
		}
	}
	if n := got[0]; n.Waiting != 3 || !n.Since.Equal(start.Add(time.Minute)) || n.Resolved ||
		!strings.Contains(n.Text, "3 of its changes have waited to be pushed since 1 March 12:01 UTC: the remote is down") ||
		n.Content != n.Text {
		t.Errorf("told %+v", n)
	}
	if n := got[1]; !n.Resolved || n.Waiting != 0 {
		t.Errorf("told %+v", n)
	}
}

// TestAlarmWithoutALengthOfTimeNeverTells: the demo has none, and prints nothing beside its own.
func TestAlarmWithoutALengthOfTimeNeverTells(t *testing.T) {
	var log strings.Builder
	a := &alarm{
		after: func() time.Duration { return 0 }, notify: func() []string { return nil },
		state: func() condition { return condition{waiting: 1, since: time.Unix(0, 0), reason: "down"} },
		log:   slog.New(slog.NewTextHandler(&log, nil)), now: time.Now,
	}
	if a.check(t.Context()); log.Len() > 0 {
		t.Errorf("told %s", log.String())
	}
}

func TestNotifyRunsACommandWithTheMessageAsItsInput(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	command := []string{"/bin/sh", "-c", `cat > "$0"; echo "$1" >> "$0"`, out, "an argument; not a shell's"}
	if err := runNotice(t.Context(), command, notice{Text: "all is well"}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(out); string(got) != "all is well\nan argument; not a shell's\n" {
		t.Errorf("the command got %q, %v", got, err)
	}
	err := runNotice(t.Context(), []string{"/bin/sh", "-c", "echo no such user >&2; exit 3"}, notice{})
	if err == nil || !strings.Contains(err.Error(), "exit status 3: no such user") {
		t.Errorf("a command that fails: %v", err)
	}
}

// A change that the host refuses is news, also while the owner knows of another trouble.
func TestAlarmTellsOfEachRefusedChange(t *testing.T) {
	var got []notice
	chat := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var n notice
		if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
			t.Error(err)
		}
		got = append(got, n)
	}))
	defer chat.Close()
	var now condition
	a := &alarm{
		site: "https://blog.example/", after: func() time.Duration { return time.Minute }, state: func() condition {
			return now
		},
		notify: func() []string { return []string{chat.URL} }, log: slog.New(slog.DiscardHandler), now: time.Now,
	}
	long := time.Now().Add(-time.Hour)
	for i, step := range []struct {
		condition
		told int
	}{
		{condition{1, long, "the remote is down", nil}, 1},
		{condition{2, long, "the host refuses https://blog.example/a/", []string{"a.md"}}, 2},
		{condition{2, long, "the host refuses https://blog.example/a/", []string{"a.md"}}, 2},
		{condition{3, long, "the host refuses 2 changes", []string{"a.md", "b.md"}}, 3},
		{condition{2, long, "the host refuses https://blog.example/b/", []string{"b.md"}}, 3},
		{condition{}, 4},
	} {
		now = step.condition
		if a.check(t.Context()); len(got) != step.told {
			t.Fatalf("step %d: told %d times: %+v", i, len(got), got)
		}
	}
	if n := got[2]; !slices.Equal(n.Refused, []string{"a.md", "b.md"}) || !got[3].Resolved {
		t.Errorf("told %+v", got)
	}
}

// The command sees nothing that configures gitpost or hands it something of its own.
func TestNotifyCommandSeesNoSecret(t *testing.T) {
	t.Setenv("GITPOST_REPO_TOKEN", "sesame-1")
	t.Setenv("CREDENTIALS_DIRECTORY", "/run/sesame-2")
	t.Setenv("NOTIFY_SOCKET", "/run/sesame-3")
	t.Setenv("GIT_DIR", "/sesame-4")
	t.Setenv("MAILER", "kept")
	out := filepath.Join(t.TempDir(), "env")
	if err := runNotice(t.Context(), []string{"/bin/sh", "-c", `env > "$0"`, out}, notice{}); err != nil {
		t.Fatal(err)
	}
	env, err := os.ReadFile(out)
	if err != nil || strings.Contains(string(env), "sesame") || !strings.Contains(string(env), "MAILER=kept") {
		t.Errorf("%v; the command sees\n%s", err, env)
	}
}

func TestNotifyIsAnAddressOrACommand(t *testing.T) {
	for text, want := range map[string][]string{
		`https://chat.example/x?key=1`: {"https://chat.example/x?key=1"},
		`tell`:                         {"BASE/tell"},
		`[/usr/bin/mail, -s, "a b"]`:   {"/usr/bin/mail", "-s", "a b"},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "gitpost.yaml")
		if err := os.WriteFile(file, []byte("me: https://a.example/\nrepo: r\nurl: https://b.example\nnotify: "+text+"\n"),
			0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		want = slices.Clone(want)
		want[0] = strings.Replace(want[0], "BASE", dir, 1)
		if !slices.Equal(c.Notify, want) {
			t.Errorf("notify: %s is %q, want %q", text, c.Notify, want)
		}
	}
}
