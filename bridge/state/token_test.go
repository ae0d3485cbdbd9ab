package state

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestATokenComesBackAsItWasMade(t *testing.T) {
	db, path := fresh(t)
	made := Token{
		Name:     "phone's \"app\"",
		ClientID: "https://app.example/",
		Me:       "https://example.org/",
		Sites:    []string{"https://one.example/", "https://two.example/"},
		Scope:    []string{"create", "draft", "profile", "x:unknown"},
		Created:  time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Expires:  time.Now().Add(time.Hour).UTC().Truncate(time.Second),
	}
	secret, err := db.CreateToken(t.Context(), made)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "gp_") || len(secret) < 29 || len(secret) > 100 {
		t.Errorf("secret %q (%d bytes) has not the right form", secret, len(secret))
	}
	for _, db := range []*DB{db, reopen(t, path)} {
		got, err := db.Token(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if got.LastUsed.IsZero() {
			t.Error("LastUsed was not set")
		}
		got.LastUsed, got.ID = time.Time{}, 0
		if !reflect.DeepEqual(got, made) {
			t.Errorf("got  %+v\nwant %+v", got, made)
		}
	}
}

func TestSecretsDiffer(t *testing.T) {
	db, _ := fresh(t)
	seen := map[string]bool{}
	for range 50 {
		secret, err := db.CreateToken(t.Context(), Token{})
		if err != nil {
			t.Fatal(err)
		}
		if seen[secret] {
			t.Fatalf("%s was given twice", secret)
		}
		seen[secret] = true
	}
}

func TestAScopeIsOneWord(t *testing.T) {
	db, _ := fresh(t)
	for _, scope := range []string{"", "create update", "a\tb", "a\n"} {
		if _, err := db.CreateToken(t.Context(), Token{Scope: []string{scope}}); err == nil {
			t.Errorf("scope %q was taken", scope)
		}
	}
}

func TestATokenThatIsNotGoodIsRefused(t *testing.T) {
	db, _ := fresh(t)
	create := func(made Token) string {
		t.Helper()
		secret, err := db.CreateToken(t.Context(), made)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	now := time.Now()
	good := create(Token{})
	for _, c := range []struct {
		name   string
		secret string
		want   error
	}{
		{"good", good, nil},
		{"empty", "", ErrNoToken},
		{"unknown", "gp_AAAAAAAAAAAAAAAAAAAAAAAAAA", ErrNoToken},
		{"a byte more", good + "A", ErrNoToken},
		{"a byte less", good[:len(good)-1], ErrNoToken},
		{"other case", strings.ToLower(good), ErrNoToken},
		{"its own hash", string(digest(good)), ErrNoToken},
		{"SQL", "' OR 1=1 --", ErrNoToken},
		{"NUL", "\x00", ErrNoToken},
		{"expired", create(Token{Expires: now.Add(-time.Second)}), ErrExpired},
		{"not yet expired", create(Token{Expires: now.Add(time.Hour)}), nil},
		{"revoked", create(Token{Revoked: now.Add(-time.Hour)}), ErrRevoked},
		{"revoked and expired", create(Token{Revoked: now, Expires: now.Add(-time.Hour)}), ErrRevoked},
	} {
		got, err := db.Token(t.Context(), c.secret)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil && !reflect.DeepEqual(got, Token{}) {
			t.Errorf("%s: refused, and yet gives %+v", c.name, got)
		}
	}
}

func TestARefusedTokenCountsAsNotUsed(t *testing.T) {
	db, _ := fresh(t)
	secret, err := db.CreateToken(t.Context(), Token{Expires: time.Now().Add(-time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	db.Token(t.Context(), secret)
	if list, err := db.Tokens(t.Context()); err != nil || !list[0].LastUsed.IsZero() {
		t.Errorf("LastUsed is %v, %v", list, err)
	}
}

func TestRevokeWorksAtOnceForEveryProcess(t *testing.T) {
	server, path := fresh(t)
	command := reopen(t, path)
	for name, revoke := range map[string]func(secret string, id int64) error{
		"by id":     func(_ string, id int64) error { return command.RevokeToken(t.Context(), id) },
		"by secret": func(secret string, _ int64) error { return command.RevokeSecret(t.Context(), secret) },
	} {
		secret, err := server.CreateToken(t.Context(), Token{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		token, err := server.Token(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := revoke(secret, token.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := server.Token(t.Context(), secret); !errors.Is(err, ErrRevoked) {
			t.Errorf("%s: %v, want ErrRevoked", name, err)
		}
		list, err := server.Tokens(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		at := list[0].Revoked
		if at.IsZero() {
			t.Errorf("%s: Tokens does not show the revocation", name)
		}
		if err := revoke(secret, token.ID); err != nil {
			t.Errorf("%s: revoking again: %v", name, err)
		}
		list, err = server.Tokens(t.Context())
		if err != nil || !list[0].Revoked.Equal(at) {
			t.Errorf("%s: revoking again moved the time from %v to %v, %v", name, at, list[0].Revoked, err)
		}
	}
	if err := command.RevokeToken(t.Context(), 12345); !errors.Is(err, ErrNoToken) {
		t.Errorf("unknown id: %v, want ErrNoToken", err)
	}
	if err := command.RevokeSecret(t.Context(), "gp_X"); !errors.Is(err, ErrNoToken) {
		t.Errorf("unknown secret: %v, want ErrNoToken", err)
	}
}

func TestTokensAreListedNewestFirst(t *testing.T) {
	db, _ := fresh(t)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"b", "d", "a", "c"} {
		at := start.AddDate(0, 0, int(name[0]-'a'))
		if _, err := db.CreateToken(t.Context(), Token{Name: name, Created: at}); err != nil {
			t.Fatal(i, err)
		}
	}
	list, err := db.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names string
	for _, token := range list {
		names += token.Name
	}
	if names != "dcba" {
		t.Errorf("order is %s, want dcba", names)
	}
}

func TestLastUsedIsWrittenAtMostOnceAMinute(t *testing.T) {
	db, _ := fresh(t)
	secret, err := db.CreateToken(t.Context(), Token{})
	if err != nil {
		t.Fatal(err)
	}
	use := func() time.Time {
		t.Helper()
		token, err := db.Token(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		return token.LastUsed
	}
	set := func(at time.Time) {
		t.Helper()
		if _, err := db.sql.ExecContext(t.Context(), fmt.Sprint("UPDATE token SET last_used = ",
			at.UnixMicro())); err != nil {
			t.Fatal(err)
		}
	}
	if use().IsZero() {
		t.Error("the first use was not noted")
	}
	recent := time.Now().Add(-30 * time.Second).UTC().Truncate(time.Second)
	set(recent)
	if got := use(); !got.Equal(recent) {
		t.Errorf("LastUsed went from %v to %v within a minute", recent, got)
	}
	set(time.Now().Add(-2 * time.Minute))
	if got := use(); time.Since(got) > time.Minute {
		t.Errorf("LastUsed stayed at %v", got)
	}
}

func TestATokenIsGoodWhenLastUsedCannotBeWritten(t *testing.T) {
	db, path := fresh(t)
	secret, err := db.CreateToken(t.Context(), Token{Name: "phone"})
	if err != nil {
		t.Fatal(err)
	}
	other := reopen(t, path)
	tx, err := other.begin(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.Token(t.Context(), secret)
	if err != nil || got.Name != "phone" {
		t.Errorf("while another process writes: %+v, %v", got, err)
	}
	db.writing.Lock()
	got, err = db.Token(t.Context(), secret)
	db.writing.Unlock()
	if err != nil || got.Name != "phone" {
		t.Errorf("while this process writes: %+v, %v", got, err)
	}
	tx.end()
	if got, err = db.Token(t.Context(), secret); err != nil || got.LastUsed.IsZero() {
		t.Errorf("afterwards: %+v, %v; want LastUsed set", got, err)
	}
	if IsURL(path) {
		return
	}
	// The connection that wrote LastUsed waits again like the others.
	var timeout int
	if err := db.sql.QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&timeout); err != nil || timeout != 10000 {
		t.Errorf("busy_timeout is %d, %v", timeout, err)
	}
}

func TestNoTokenIsInAnyFile(t *testing.T) {
	onlySQLite(t)
	db, path := fresh(t)
	var secrets []string
	for range 20 {
		secret, err := db.CreateToken(t.Context(), Token{Name: "n", ClientID: "c", Me: "m", Scope: []string{"create"}})
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, secret)
		if _, err := db.Token(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.RevokeSecret(t.Context(), secrets[0]); err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range secrets {
				for _, part := range []string{secret, secret[3:], secret[3:29], secret[29:]} {
					if bytes.Contains(data, []byte(part)) {
						t.Fatalf("%s: %s holds %s", when, filepath.Base(name), part)
					}
				}
			}
		}
	}
	look("while open")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	look("after closing")
}

func BenchmarkToken(b *testing.B) {
	db, _ := fresh(b)
	secret, err := db.CreateToken(b.Context(), Token{Name: "phone", Scope: []string{"create", "update"}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := db.Token(b.Context(), secret); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCreateToken(b *testing.B) {
	db, _ := fresh(b)
	for b.Loop() {
		if _, err := db.CreateToken(b.Context(), Token{Name: "phone"}); err != nil {
			b.Fatal(err)
		}
	}
}
