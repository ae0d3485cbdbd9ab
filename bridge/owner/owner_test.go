package owner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

const (
	address = "203.0.113.7"
	browser = "Firefox on Linux"
	right   = "correct horse battery staple"
)

func TestMain(m *testing.M) {
	HashCheaply()
	os.Exit(m.Run())
}

// hashStrongly makes hashes cost in a test what they cost in production.
func hashStrongly(t *testing.T) {
	t.Helper()
	currentCost = strong
	t.Cleanup(HashCheaply)
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func open(t *testing.T) (*Owner, *state.DB, *clock) {
	t.Helper()
	db, err := state.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o, err := New(db, "https://pub.example.org", "example.org")
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: time.Now()}
	o.now = c.now
	return o, db, c
}

func withPassword(t *testing.T) (*Owner, *state.DB, *clock) {
	t.Helper()
	o, db, c := open(t)
	if err := o.SetPassword(t.Context(), right, ""); err != nil {
		t.Fatal(err)
	}
	return o, db, c
}

func wantCode(t *testing.T, what string, err error, code fault.Code) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		t.Fatalf("%s: got %v, want a fault %s", what, err, code)
	}
	return f
}

func TestSetupLinkIsGoodOnce(t *testing.T) {
	o, _, _ := open(t)
	link, err := o.FirstSetup(t.Context())
	if err != nil || link == "" {
		t.Fatalf("first link: %q, %v", link, err)
	}
	for range 2 { // looking at it does not use it up
		if err := o.CheckSetup(t.Context(), link); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.SetUp(t.Context(), browser, right, link); err != nil {
		t.Fatal(err)
	}
	_, err = o.SetUp(t.Context(), browser, "another password", link)
	wantCode(t, "the second use", err, fault.Forbidden)
	if _, err := o.SignIn(t.Context(), address, browser, right); err != nil {
		t.Errorf("the first password is not in force: %v", err)
	}
}

func TestOfManyWhoUseOneLinkOneSucceeds(t *testing.T) {
	o, _, _ := open(t)
	link, err := o.NewSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	succeeded := 0
	for i := range 4 {
		all.Go(func() {
			if _, err := o.SetUp(context.WithoutCancel(t.Context()), browser, fmt.Sprintf("password number %d", i),
				link); err == nil {
				mu.Lock()
				succeeded++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if succeeded != 1 {
		t.Errorf("%d of 4 used the link, want 1", succeeded)
	}
}

func TestSetupLinkExpires(t *testing.T) {
	o, db, _ := open(t)
	link, err := db.CreateSetup(t.Context(), time.Now().Add(-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "an expired link", o.CheckSetup(t.Context(), link), fault.Forbidden)
	_, err = o.SetUp(t.Context(), browser, right, link)
	wantCode(t, "use of an expired link", err, fault.Forbidden)
}

func TestNewSetupLinkVoidsTheOneBefore(t *testing.T) {
	o, _, _ := open(t)
	first, _ := o.NewSetup(t.Context())
	second, _ := o.NewSetup(t.Context())
	wantCode(t, "the first link", o.CheckSetup(t.Context(), first), fault.Forbidden)
	if err := o.CheckSetup(t.Context(), second); err != nil {
		t.Error(err)
	}
}

func TestFirstSetupLinkIsGivenOnce(t *testing.T) {
	o, _, _ := open(t)
	if link, err := o.FirstSetup(t.Context()); err != nil || link == "" {
		t.Fatalf("first: %q, %v", link, err)
	}
	if link, err := o.FirstSetup(t.Context()); err != nil || link != "" {
		t.Errorf("second start: %q, %v; want none", link, err)
	}
	owned, _, _ := withPassword(t)
	if link, err := owned.FirstSetup(t.Context()); err != nil || link != "" {
		t.Errorf("with an owner: %q, %v; want none", link, err)
	}
}

func TestEmptySetupSecretIsNoLink(t *testing.T) {
	o, _, _ := open(t)
	_, err := o.SetUp(t.Context(), browser, right, "")
	wantCode(t, "set-up without a link", err, fault.Forbidden)
	_, err = o.BeginPasskey(t.Context(), Grounds{})
	wantCode(t, "a passkey without a link", err, fault.Forbidden)
}

func TestNewPasswordEndsEverySession(t *testing.T) {
	o, _, _ := withPassword(t)
	old, err := o.SignIn(t.Context(), address, browser, right)
	if err != nil {
		t.Fatal(err)
	}
	link, _ := o.NewSetup(t.Context())
	fresh, err := o.SetUp(t.Context(), browser, "quite another password", link)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := o.Session(t.Context(), old); ok {
		t.Error("a session from before the recovery is still good")
	}
	if _, ok, _ := o.Session(t.Context(), fresh); !ok {
		t.Error("who recovered is not signed in")
	}
	_, err = o.SignIn(t.Context(), address, browser, right)
	wantCode(t, "the old password", err, fault.Forbidden)
}

func TestSessionsEnd(t *testing.T) {
	start := func(t *testing.T) (*Owner, *clock, string) {
		o, _, c := withPassword(t)
		s, err := o.SignIn(t.Context(), address, browser, right)
		if err != nil {
			t.Fatal(err)
		}
		return o, c, s
	}
	good := func(t *testing.T, o *Owner, s string) bool {
		t.Helper()
		_, ok, err := o.Session(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	t.Run("when they are not used", func(t *testing.T) {
		o, c, s := start(t)
		c.add(SessionIdle - time.Minute)
		if !good(t, o, s) {
			t.Fatal("over too early")
		}
		c.add(SessionIdle - time.Minute) // the use above counts
		if !good(t, o, s) {
			t.Fatal("over although it was used")
		}
		c.add(SessionIdle)
		if good(t, o, s) {
			t.Error("still good")
		}
	})
	t.Run("after their lifetime, whatever happens", func(t *testing.T) {
		o, c, s := start(t)
		for range int(SessionLifetime/(24*time.Hour)) - 1 {
			c.add(24 * time.Hour)
			if !good(t, o, s) {
				t.Fatal("over too early")
			}
		}
		c.add(24 * time.Hour)
		if good(t, o, s) {
			t.Error("still good")
		}
	})
	t.Run("by signing out", func(t *testing.T) {
		o, _, s := start(t)
		if err := o.SignOut(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if good(t, o, s) {
			t.Error("still good")
		}
	})
	t.Run("by signing out everywhere", func(t *testing.T) {
		o, _, s := start(t)
		other, err := o.SignIn(t.Context(), address, browser, right)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.SignOutEverywhere(t.Context()); err != nil {
			t.Fatal(err)
		}
		if good(t, o, s) || good(t, o, other) {
			t.Error("still good")
		}
	})
}

func TestGuessesAreLimitedByAddress(t *testing.T) {
	a, now := newAttempts(), time.Now()
	var waits []time.Duration
	for range maxAttempts {
		wait := a.begin(address, now)
		if wait > 0 {
			waits = append(waits, wait)
			now = now.Add(wait)
			if again := a.begin(address, now); again != 0 {
				t.Fatalf("after waiting %s it is told to wait %s more", wait, again)
			}
		}
	}
	want := []time.Duration{1, 2, 4, 8, 16, 32, 64}
	for i, w := range want[:len(waits)] {
		if waits[i] != w*time.Second {
			t.Errorf("pause %d is %s, want %s", i, waits[i], w*time.Second)
		}
	}
	for a.failed[address].count < maxAttempts {
		now = now.Add(a.begin(address, now))
	}
	if wait := a.begin(address, now); wait < 10*time.Minute || wait > window {
		t.Errorf("the eleventh guess waits %s, want the rest of %s", wait, window)
	}
	if wait := a.begin("203.0.113.8", now); wait != 0 {
		t.Errorf("another address waits %s too", wait)
	}
	if wait := a.begin(address, now.Add(window)); wait != 0 {
		t.Errorf("in the next window it still waits %s", wait)
	}
}

func TestGuessesAtOnceCountAll(t *testing.T) {
	a, now := newAttempts(), time.Now()
	allowed := 0
	for range 100 {
		if a.begin(address, now) == 0 {
			allowed++
		}
	}
	if allowed != freeAttempts+1 {
		t.Errorf("%d guesses at one instant were allowed, want %d", allowed, freeAttempts+1)
	}
}

func TestOneSubscriberOfIPv6IsOneAddress(t *testing.T) {
	a, now := newAttempts(), time.Now()
	for i := range 50 {
		a.begin(fmt.Sprintf("2001:db8:1:2::%x", i), now)
	}
	if len(a.failed) != 1 {
		t.Errorf("a /64 has %d accounts, want 1", len(a.failed))
	}
	if network("::ffff:203.0.113.7") != network("203.0.113.7") {
		t.Error("an IPv4 address has two accounts")
	}
}

func TestAccountsOfAddressesAreBounded(t *testing.T) {
	a, now := newAttempts(), time.Now()
	a.begin(address, now)
	for i := range maxAddresses + 100 {
		a.begin(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now.Add(time.Duration(i)*time.Microsecond))
	}
	if len(a.failed) > maxAddresses {
		t.Errorf("%d addresses are kept, want at most %d", len(a.failed), maxAddresses)
	}
}

func TestGuessesFromElsewhereDoNotLockTheOwnerOut(t *testing.T) {
	o, _, _ := withPassword(t)
	for range 20 {
		o.SignIn(t.Context(), "198.51.100.1", browser, "wrong")
	}
	f := wantCode(t, "a stranger's next guess",
		func() error { _, err := o.SignIn(t.Context(), "198.51.100.1", browser, right); return err }(), fault.TooManyRequests)
	if f.RetryAfter <= 0 {
		t.Error("it is not said how long to wait")
	}
	if _, err := o.SignIn(t.Context(), address, browser, right); err != nil {
		t.Errorf("the owner cannot sign in from elsewhere: %v", err)
	}
}

func TestACrowdOfGuessesIsTurnedAway(t *testing.T) {
	h := newHasher()
	busy, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		h.run(t.Context(), func() { close(busy); <-release })
	})
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	for range cap(h.queue) - 1 {
		all.Go(func() { h.run(ctx, func() {}) })
	}
	for len(h.queue) < cap(h.queue) {
		runtime.Gosched() // until all stand in the queue
	}
	wantCode(t, "one more", h.run(t.Context(), func() { t.Error("it ran beside another") }), fault.Unavailable)
	cancel()
	close(release)
	all.Wait()
}

// TestAKnownBrowserWaitsForOneGuessOfStrangers: guesses from many addresses filled the queue, and the owner's
// password was refused as long as they came.
func TestAKnownBrowserWaitsForOneGuessOfStrangers(t *testing.T) {
	h := newHasher()
	busy, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	var guesses atomic.Int32
	all.Go(func() {
		h.run(asStranger(t.Context()), func() { close(busy); <-release })
	})
	<-busy
	for range cap(h.strangers) - 1 {
		all.Go(func() { h.run(asStranger(t.Context()), func() { guesses.Add(1) }) })
	}
	for len(h.strangers) < cap(h.strangers) {
		runtime.Gosched()
	}
	wantCode(t, "one more", h.run(asStranger(t.Context()), func() { t.Error("it ran") }), fault.Unavailable)
	owner, entered := make(chan error, 1), make(chan int32, 1)
	all.Go(func() {
		owner <- h.run(t.Context(), func() { entered <- guesses.Load() })
	})
	for len(h.queue) == 0 {
		runtime.Gosched() // until the owner waits for the turn
	}
	close(release)
	if err := <-owner; err != nil {
		t.Fatalf("the owner was refused: %v", err)
	}
	if n := <-entered; n > 1 {
		t.Errorf("%d guesses were checked before the owner's password", n)
	}
	all.Wait()
}

func TestPasswordsThatAreRefused(t *testing.T) {
	for password, want := range map[string]string{
		"short":                      "less than 10 characters",
		"éééééééé":                   "less than 10 characters",
		"aaaaaaaaaaaaaa":             "one character",
		strings.Repeat("long ", 250): "longer than 1024 bytes",
		"not \xff valid text":        "not valid text",
	} {
		f := wantCode(t, password, checkNew(password), fault.InvalidRequest)
		if !strings.Contains(f.Message, want) {
			t.Errorf("%q: %q does not say %q", password, f.Message, want)
		}
	}
	if err := checkNew(right); err != nil {
		t.Error(err)
	}
}

func TestPasswordIsTheSameOnEveryKeyboard(t *testing.T) {
	h := newHasher()
	phc, err := h.hash(t.Context(), "Gar\u00e7on und M\u00fcller") // composed
	if err != nil {
		t.Fatal(err)
	}
	matches, current, err := h.matches(t.Context(), "Garc\u0327on und Mu\u0308ller", phc) // decomposed, as macOS may send it
	if err != nil || !matches || !current {
		t.Errorf("matches %t, current %t, %v", matches, current, err)
	}
}

func TestStoredPasswordOfAnotherTimeIsStoredAnew(t *testing.T) {
	hashStrongly(t)
	o, db, _ := open(t)
	weak := cost{memory: 8 << 10, passes: 1, threads: 1}
	salt := []byte("0123456789abcdef")
	if err := db.SetPassword(t.Context(), weak.phc(salt, weak.key(right, salt, hashLength)), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := o.SignIn(t.Context(), address, browser, right); err != nil {
		t.Fatal(err)
	}
	now, err := db.Owner(t.Context())
	if err != nil || !strings.HasPrefix(now.Password, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("stored is %q, %v", now.Password, err)
	}
	if _, err := o.SignIn(t.Context(), address, browser, right); err != nil {
		t.Errorf("after that: %v", err)
	}
}

func TestStoredPasswordsThatCannotBeRead(t *testing.T) {
	hashStrongly(t)
	good := currentCost.phc([]byte("0123456789abcdef"), make([]byte, 32))
	if _, _, _, err := parsePHC(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "password", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=65536", "m=99999999", 1), strings.Replace(good, "t=3", "t=0", 1),
		strings.Replace(good, "t=3", "t=99", 1),
		strings.Replace(good, "p=4", "p=0", 1), strings.Replace(good, "m=65536", "m=065536", 1), good + "$", good + "=",
		strings.Replace(good, "p=4", "p=4,x=1", 1),
	} {
		if _, _, _, err := parsePHC(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestChallengesAreBoundAndGoodOnce(t *testing.T) {
	s, now := newSeal(), time.Now()
	c := s.challenge("sign in", now)
	if err := s.check(c, "sign in", now); err != nil {
		t.Fatal(err)
	}
	if s.check(c, "add by session x", now) == nil {
		t.Error("good for another purpose")
	}
	if s.check(c, "sign in", now.Add(ceremonyTime)) == nil {
		t.Error("good for ever")
	}
	if newSeal().check(c, "sign in", now) == nil {
		t.Error("good at another server")
	}
	for i := range c {
		forged := append([]byte(nil), c...)
		forged[i] ^= 1
		if s.check(forged, "sign in", now) == nil {
			t.Errorf("good with byte %d changed", i)
		}
	}
	if s.check(c[:len(c)-1], "sign in", now) == nil || s.check(nil, "sign in", now) == nil {
		t.Error("good when cut")
	}
	if err := s.spend(c, now); err != nil {
		t.Fatal(err)
	}
	if s.spend(c, now) == nil {
		t.Error("good twice")
	}
	if len(s.spent) != 1 {
		t.Errorf("%d are kept, want 1", len(s.spent))
	}
	later := now.Add(ceremonyTime)
	if err := s.spend(s.challenge("sign in", later), later); err != nil || len(s.spent) != 1 {
		t.Errorf("after a while %d are kept (%v), want 1", len(s.spent), err)
	}
}

func TestWherePasskeysAreAllowed(t *testing.T) {
	_, db, _ := open(t)
	for at, want := range map[string]bool{
		"https://pub.example.org": true, "https://pub.example.org:8443/sub": true, "http://localhost:8080": true,
		"http://pub.example.org": false, "http://127.0.0.1:8080": false, "https://[::1]": false, "https://192.0.2.1": false,
	} {
		o, err := New(db, at, "example.org")
		if err != nil || o.AllowsPasskeys() != want {
			t.Errorf("%s: %v, want %t", at, err, want)
			continue
		}
		if _, err := o.BeginSignIn(); (err == nil) != want {
			t.Errorf("%s: begin: %v", at, err)
		}
	}
}

func TestForgedPasskeyAnswersAreRefused(t *testing.T) {
	o, _, _ := withPassword(t)
	for _, answer := range []string{"", "{}", "null", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`,
		strings.Repeat("[", 10_000)} {
		_, err := o.SignInByPasskey(t.Context(), browser, []byte(answer))
		wantCode(t, answer[:min(len(answer), 20)], err, fault.Forbidden)
	}
}

func TestLastWayToSignInStays(t *testing.T) {
	o, db, _ := open(t)
	for _, id := range []string{"one", "two"} {
		if err := db.AddPasskey(t.Context(), state.Passkey{Credential: []byte(id), Record: []byte("{}"), Created: time.Now()},
			""); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.RemovePasskey(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "the last one", o.RemovePasskey(t.Context(), 2), fault.Conflict)
	wantCode(t, "one that is gone", o.RemovePasskey(t.Context(), 1), fault.NotFound)
	if err := o.SetPassword(t.Context(), right, ""); err != nil {
		t.Fatal(err)
	}
	if err := o.RemovePasskey(t.Context(), 2); err != nil {
		t.Errorf("with a password: %v", err)
	}
}
