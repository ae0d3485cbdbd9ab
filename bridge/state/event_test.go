package state

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func kinds(t *testing.T, db *DB) (list []string) {
	t.Helper()
	events, err := db.Events(t.Context(), time.Time{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		list = append(list, string(e.Kind)+": "+e.Subject)
	}
	slices.Reverse(list)
	return list
}

func TestSecurityEventsAreRecorded(t *testing.T) {
	db, path := fresh(t)
	now := time.Now()
	if _, err := db.CreateSession(t.Context(), Session{Browser: "Firefox", Created: now, Used: now,
		Expires: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	app := "https://app.example/"
	code, err := db.CreateCode(t.Context(), Code{ClientID: app, Expires: now.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	redeem := func() (Issued, error) {
		return db.RedeemCode(t.Context(), code, func(Code) (Issue, error) { return Issue{Token: &Token{ClientID: app}}, nil })
	}
	issued, err := redeem()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // only the first use is an event
		if _, err := db.Token(t.Context(), issued.Secret); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := redeem(); err == nil {
		t.Fatal("a code was redeemed twice")
	}
	secret, err := db.CreateToken(t.Context(), Token{Name: "phone"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.RevokeSecret(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"signed in: Firefox", "granted: " + app, "token created: " + app, "token first used: " + app,
		string(TokenStolen) + ": " + app, "token created: phone", "token revoked: phone",
	}
	for _, db := range []*DB{db, reopen(t, path)} {
		if got := kinds(t, db); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestRefusalsAreCountedByAddressAndDay(t *testing.T) {
	db, path := fresh(t)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	refuse := func(kind EventKind, address string, at time.Time) {
		t.Helper()
		if err := db.Refused(t.Context(), kind, address, at); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 50 {
		refuse(TokenRefused, "192.0.2.1", noon.Add(time.Duration(i)*time.Second))
	}
	refuse(TokenRefused, "192.0.2.2", noon)
	refuse(SignInRefused, "192.0.2.1", noon)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = reopen(t, path)
	refuse(TokenRefused, "192.0.2.1", noon.Add(time.Hour))
	events, err := db.Events(t.Context(), time.Time{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, e := range events {
		got[string(e.Kind)+" "+e.Address] += e.Count
	}
	if len(events) != 3 || got["token refused 192.0.2.1"] != 51 || got["token refused 192.0.2.2"] != 1 ||
		got["sign-in refused 192.0.2.1"] != 1 {
		t.Errorf("got %v in %d events", got, len(events))
	}
	refuse(TokenRefused, "192.0.2.1", noon.Add(24*time.Hour))
	if events, err = db.Events(t.Context(), time.Time{}, 0); err != nil || len(events) != 4 {
		t.Errorf("the next day: %d events, %v", len(events), err)
	}
}

// Strangers choose the number of addresses.
func TestRefusalsAreBounded(t *testing.T) {
	db, _ := fresh(t)
	now := time.Now()
	db.refusals.flushed = now
	for i := range 3 * maxPending {
		if err := db.Refused(t.Context(), TokenRefused, fmt.Sprint("address ", i), now); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(db.refusals.pending); n > maxPending+1 {
		t.Errorf("%d counts are in memory", n)
	}
	events, err := db.Events(t.Context(), time.Time{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, e := range events {
		total += e.Count
	}
	if total != 3*maxPending {
		t.Errorf("%d refusals were counted, want %d", total, 3*maxPending)
	}
}

func TestEventsAreKeptForAYear(t *testing.T) {
	db, _ := fresh(t)
	now := time.Now()
	for _, age := range []time.Duration{400 * 24 * time.Hour, 360 * 24 * time.Hour, 0} {
		err := db.write(t.Context(), func(tx *transaction) error {
			return record(tx, Event{Kind: SignedIn, First: now.Add(-age), Subject: age.String()})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := kinds(t, db); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}

// Tokens from before sites were named reach no site that is added later.
func TestBindSitesNamesThemInOldTokens(t *testing.T) {
	db, _ := fresh(t)
	secrets := map[string]string{}
	for name, token := range map[string]Token{"old": {}, "one": {Sites: []string{"https://b/"}}, "all": {AllSites: true}} {
		var err error
		if secrets[name], err = db.CreateToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	code, err := db.CreateCode(t.Context(), Code{Expires: time.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		if err := db.BindSites(t.Context(), []string{"https://a/", "https://b/"}); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]string{"old": {"https://a/", "https://b/"}, "one": {"https://b/"}, "all": nil} {
		if got, err := db.Token(t.Context(), secrets[name]); err != nil || !slices.Equal(got.Sites, want) ||
			got.AllSites != (name == "all") {
			t.Errorf("%s: got %q, all %v, %v", name, got.Sites, got.AllSites, err)
		}
	}
	_, err = db.RedeemCode(t.Context(), code, func(c Code) (Issue, error) {
		if !slices.Equal(c.Sites, []string{"https://a/", "https://b/"}) {
			t.Errorf("the code has %q", c.Sites)
		}
		return Issue{}, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStagedBytesAreCountedByToken(t *testing.T) {
	db, _ := fresh(t)
	id := func() int64 {
		t.Helper()
		secret, err := db.CreateToken(t.Context(), Token{})
		if err != nil {
			t.Fatal(err)
		}
		token, err := db.Token(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		return token.ID
	}
	a, b := id(), id()
	for i, owner := range []int64{a, a, b, 0} {
		u := upload(fmt.Sprintf("%d.jpg", i), day)
		u.TokenID, u.Size, u.Site = owner, 1<<i, "https://example.org/"
		add(t, db, u)
	}
	if got, err := db.Upload(t.Context(), "0.jpg"); err != nil || got.Site != "https://example.org/" {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := db.MarkCommitted(t.Context(), []Upload{{Name: "1.jpg"}}, day); err != nil {
		t.Fatal(err)
	}
	for owner, want := range map[int64]int64{a: 1, b: 4, 0: 8, 99: 0} {
		if got, err := db.StagedBytes(t.Context(), owner); err != nil || got != want {
			t.Errorf("token %d has %d bytes, %v; want %d", owner, got, err, want)
		}
	}
}
