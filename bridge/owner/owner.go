// Package owner signs in the one person who owns the sites, with a password or a passkey.
//
// Stored credentials cannot be turned back into secrets. Guessing passwords is slowed down by
// client address and uses a bounded amount of memory. It does not lock out the owner: other
// addresses, browsers in which the owner signed in before (see NewDevice) and passkeys are not
// affected. Whoever can write to the state database, as `gitpost passwd` does, can create a
// set-up link; there is no other recovery.
//
// An Owner is safe for concurrent use.
package owner

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gitpost/bridge/state"
)

// Lifetimes.
const (
	SetupLifetime   = time.Hour           // a set-up link
	SessionIdle     = 7 * 24 * time.Hour  // a session that is not used
	SessionLifetime = 30 * 24 * time.Hour // any session
	SessionFresh    = 15 * time.Minute    // after a sign-in, for sensitive actions
	ceremonyTime    = 5 * time.Minute     // from a passkey's challenge to its answer
)

// Owner authenticates the owner.
type Owner struct {
	db       *state.DB
	name     string // shown by authenticators
	hasher   *hasher
	attempts *attempts
	passkeys *webauthn.WebAuthn // nil: browsers do not support passkeys at this URL
	seal     *seal
	now      func() time.Time
}

// New returns the owner of a server with the URL address. Authenticators show name beside a
// passkey; it is usually the site's host.
func New(db *state.DB, address, name string) (*Owner, error) {
	o := &Owner{db: db, name: name, hasher: newHasher(), attempts: newAttempts(), seal: newSeal(), now: time.Now}
	at, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("parse gitpost's URL: %w", err)
	}
	if !allowsPasskeys(at) {
		return o, nil
	}
	o.passkeys, err = webauthn.New(&webauthn.Config{
		RPID: at.Hostname(), RPDisplayName: "gitpost", RPOrigins: []string{at.Scheme + "://" + at.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			// The passkey is the only factor: it must verify the user and be discoverable.
			UserVerification: protocol.VerificationRequired, ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("set up passkeys for %s: %w", address, err)
	}
	return o, nil
}

// allowsPasskeys reports whether browsers support passkeys at a URL: HTTPS with a name, or localhost.
func allowsPasskeys(at *url.URL) bool {
	if net.ParseIP(at.Hostname()) != nil || at.Hostname() == "" {
		return false
	}
	return at.Scheme == "https" || at.Hostname() == "localhost"
}

// AllowsPasskeys reports whether browsers support passkeys at the server's URL.
func (o *Owner) AllowsPasskeys() bool { return o.passkeys != nil }

// Status returns how the owner can sign in.
func (o *Owner) Status(ctx context.Context) (state.Owner, error) { return o.db.Owner(ctx) }
