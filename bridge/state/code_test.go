package state

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"sync"
	"testing"
	"time"
)

func aCode() Code {
	return Code{
		ClientID: "https://app.example/", ClientName: "An App", RedirectURI: "https://app.example/redirect?a=b",
		Challenge: "abc",
		Me:        "https://example.org/", Scope: []string{"create", "update"}, Sites: []string{"https://example.org/"},
		Lifetime: time.Hour, Expires: time.Now().Add(10 * time.Minute).UTC().Truncate(time.Microsecond),
	}
}

// grants is what a sign-in server does with a code: a token, and a refresh token for a day.
func grants(c Code) (Issue, error) {
	return Issue{Token: &Token{Name: c.ClientName, ClientID: c.ClientID, Me: c.Me, Scope: c.Scope,
		Expires: time.Now().Add(c.Lifetime)}, Refresh: time.Now().Add(24 * time.Hour)}, nil
}

func renews(r Renewal) (Issue, error) {
	t := r.Token
	t.Scope, t.Expires = r.Scope, time.Now().Add(r.Lifetime)
	return Issue{Token: &t, Refresh: time.Now().Add(24 * time.Hour)}, nil
}

func TestACodeComesBackAsItWasMade(t *testing.T) {
	db, path := fresh(t)
	secret, err := db.CreateCode(t.Context(), aCode())
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("not yet")
	for _, db := range []*DB{db, reopen(t, path)} {
		var got Code
		_, err := db.RedeemCode(t.Context(), secret, func(c Code) (Issue, error) { got = c; return Issue{}, refused })
		if !errors.Is(err, refused) {
			t.Errorf("got %v, want the error of check", err)
		}
		want := aCode()
		want.Expires = got.Expires
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	if _, err := db.RedeemCode(t.Context(), "gpc_none", grants); !errors.Is(err, ErrNoCode) {
		t.Errorf("got %v, want ErrNoCode", err)
	}
}

func TestACodeUsedTwiceRevokesItsToken(t *testing.T) {
	db, _ := fresh(t)
	secret, _ := db.CreateCode(t.Context(), aCode())
	first, err := db.RedeemCode(t.Context(), secret, grants)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Token(t.Context(), first.Secret); err != nil {
		t.Fatal(err)
	}
	second, err := db.RedeemCode(t.Context(), secret, grants)
	if !errors.Is(err, ErrUsed) || second.Secret != "" {
		t.Errorf("got %+v, %v, want ErrUsed", second, err)
	}
	if _, err := db.Token(t.Context(), first.Secret); !errors.Is(err, ErrRevoked) {
		t.Errorf("the token: %v, want ErrRevoked", err)
	}
	if _, err := db.Refresh(t.Context(), first.Refresh, renews); !errors.Is(err, ErrRevoked) {
		t.Errorf("the refresh token: %v, want ErrRevoked", err)
	}
}

func TestOfManyWhoUseACodeAtOnceOneGetsAToken(t *testing.T) {
	db, path := fresh(t)
	secret, _ := db.CreateCode(t.Context(), aCode())
	var wg sync.WaitGroup
	var mu sync.Mutex
	var given []string
	for i := range 16 {
		db := db
		if i%4 == 0 {
			db = reopen(t, path) // as another process
		}
		wg.Go(func() {
			out, err := db.RedeemCode(t.Context(), secret, grants)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				given = append(given, out.Secret)
			} else if !errors.Is(err, ErrUsed) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(given) != 1 {
		t.Fatalf("%d tokens were given", len(given))
	}
	if _, err := db.Token(t.Context(), given[0]); !errors.Is(err, ErrRevoked) {
		t.Errorf("the token: %v, want ErrRevoked, since the code was tried again", err)
	}
}

func TestACodeThatExpiredIsNoGood(t *testing.T) {
	db, _ := fresh(t)
	c := aCode()
	c.Expires = time.Now().Add(-time.Second)
	secret, _ := db.CreateCode(t.Context(), c)
	if _, err := db.RedeemCode(t.Context(), secret, grants); !errors.Is(err, ErrExpired) {
		t.Errorf("got %v, want ErrExpired", err)
	}
}

func TestRefreshKeepsTheTokensIDAndEndsItsSecret(t *testing.T) {
	db, path := fresh(t)
	code, _ := db.CreateCode(t.Context(), aCode())
	first, err := db.RedeemCode(t.Context(), code, grants)
	if err != nil {
		t.Fatal(err)
	}
	second, err := reopen(t, path).Refresh(t.Context(), first.Refresh, renews)
	if err != nil {
		t.Fatal(err)
	}
	if second.Token.ID != first.Token.ID || second.Secret == first.Secret || second.Refresh == first.Refresh ||
		second.Refresh == "" {
		t.Errorf("got %+v after %+v", second, first)
	}
	if _, err := db.Token(t.Context(), first.Secret); !errors.Is(err, ErrNoToken) {
		t.Errorf("the old secret: %v, want ErrNoToken", err)
	}
	if got, err := db.Token(t.Context(), second.Secret); err != nil || got.Name != "An App" {
		t.Errorf("the new secret: %+v, %v", got, err)
	}
	if list, err := db.Tokens(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("the list has %d tokens, %v; want the app once", len(list), err)
	}
}

func TestARefreshTokenUsedTwiceRevokesTheToken(t *testing.T) {
	db, _ := fresh(t)
	code, _ := db.CreateCode(t.Context(), aCode())
	first, _ := db.RedeemCode(t.Context(), code, grants)
	second, err := db.Refresh(t.Context(), first.Refresh, renews)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Refresh(t.Context(), first.Refresh, renews); !errors.Is(err, ErrUsed) {
		t.Errorf("got %v, want ErrUsed", err)
	}
	if _, err := db.Token(t.Context(), second.Secret); !errors.Is(err, ErrRevoked) {
		t.Errorf("the token: %v, want ErrRevoked", err)
	}
	if _, err := db.Refresh(t.Context(), second.Refresh, renews); !errors.Is(err, ErrRevoked) {
		t.Errorf("the newer refresh token: %v, want ErrRevoked", err)
	}
}

func TestARefreshTokenExpires(t *testing.T) {
	db, _ := fresh(t)
	code, _ := db.CreateCode(t.Context(), aCode())
	first, _ := db.RedeemCode(t.Context(), code, func(c Code) (Issue, error) {
		issue, err := grants(c)
		issue.Refresh = time.Now().Add(-time.Second)
		return issue, err
	})
	if _, err := db.Refresh(t.Context(), first.Refresh, renews); !errors.Is(err, ErrExpired) {
		t.Errorf("got %v, want ErrExpired", err)
	}
}

func TestRevokingARefreshTokenRevokesTheToken(t *testing.T) {
	db, _ := fresh(t)
	code, _ := db.CreateCode(t.Context(), aCode())
	first, _ := db.RedeemCode(t.Context(), code, grants)
	if err := db.RevokeRefresh(t.Context(), first.Refresh); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Token(t.Context(), first.Secret); !errors.Is(err, ErrRevoked) {
		t.Errorf("got %v, want ErrRevoked", err)
	}
	if err := db.RevokeRefresh(t.Context(), "gpr_none"); !errors.Is(err, ErrNoRefresh) {
		t.Errorf("got %v, want ErrNoRefresh", err)
	}
}

// The owner revokes what the list shows: the token. Nothing renews it after that.
func TestRevokingATokenEndsItsRefreshToken(t *testing.T) {
	db, _ := fresh(t)
	code, _ := db.CreateCode(t.Context(), aCode())
	first, _ := db.RedeemCode(t.Context(), code, grants)
	if err := db.RevokeToken(t.Context(), first.Token.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Refresh(t.Context(), first.Refresh, renews); !errors.Is(err, ErrRevoked) {
		t.Errorf("got %v, want ErrRevoked", err)
	}
}

func TestCodesThatExpiredLongAgoAreForgotten(t *testing.T) {
	db, _ := fresh(t)
	old := aCode()
	old.Expires = time.Now().Add(-25 * time.Hour)
	secret, _ := db.CreateCode(t.Context(), old)
	db.CreateCode(t.Context(), aCode())
	if _, err := db.RedeemCode(t.Context(), secret, grants); !errors.Is(err, ErrNoCode) {
		t.Errorf("got %v, want ErrNoCode", err)
	}
}

func TestNoSecretIsInTheFile(t *testing.T) {
	onlySQLite(t)
	db, path := fresh(t)
	code, _ := db.CreateCode(t.Context(), aCode())
	first, _ := db.RedeemCode(t.Context(), code, grants)
	second, err := db.Refresh(t.Context(), first.Refresh, renews)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil && suffix == "" {
			t.Fatal(err)
		}
		for _, secret := range []string{code, first.Secret, first.Refresh, second.Secret, second.Refresh} {
			if bytes.Contains(data, []byte(secret)) || bytes.Contains(data, []byte(secret[4:30])) {
				t.Errorf("%s has %s", path+suffix, secret)
			}
		}
	}
}

func TestOldClientsAreRemembered(t *testing.T) {
	db, path := fresh(t)
	const app = "https://old.example/"
	if ok, err := db.OldClientApproved(t.Context(), app); ok || err != nil {
		t.Fatalf("got %v, %v", ok, err)
	}
	for range 2 {
		if err := db.ApproveOldClient(t.Context(), app); err != nil {
			t.Fatal(err)
		}
	}
	db = reopen(t, path)
	if ok, err := db.OldClientApproved(t.Context(), app); !ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
	if list, err := db.OldClients(t.Context()); err != nil || len(list) != 1 || list[0].ClientID != app ||
		list[0].Approved.IsZero() {
		t.Errorf("got %+v, %v", list, err)
	}
	if err := db.ForgetOldClient(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	if ok, _ := db.OldClientApproved(t.Context(), app); ok {
		t.Error("the app is still allowed")
	}
}

func TestScopesAreWords(t *testing.T) {
	db, _ := fresh(t)
	for _, scope := range []string{"", "two words", "\"create\"", "a\\b", "a\tb", "é", "a\x00"} {
		if _, err := db.CreateToken(t.Context(), Token{Scope: []string{"create", scope}}); err == nil {
			t.Errorf("%q was taken", scope)
		}
	}
	if list, err := db.Tokens(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%d tokens are there, %v", len(list), err)
	}
}
