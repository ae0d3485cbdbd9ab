// Package owner knows the one person who may sign in: by a password or by a passkey.
//
// It promises that what is stored cannot be turned back into a secret; that strangers who
// guess passwords are slowed down without the owner being locked out: each address has its
// own account of failures, and passkeys are never limited; and that guessing costs this
// machine a bounded amount of memory. Whoever can write to the state database, as `gitpost
// passwd` does, can always make a new set-up link: there is no other recovery.
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

// How long things last.
const (
	SetupLifetime   = time.Hour           // a set-up link
	SessionIdle     = 7 * 24 * time.Hour  // a session that is not used
	SessionLifetime = 30 * 24 * time.Hour // any session
	SessionFresh    = 15 * time.Minute    // from a sign-in to what only a fresh one may do
	ceremonyTime    = 5 * time.Minute     // from a passkey's challenge to its answer
)

// Owner answers who is the owner.
type Owner struct {
	db       *state.DB
	name     string // shown by authenticators
	hasher   *hasher
	attempts *attempts
	passkeys *webauthn.WebAuthn // nil: browsers allow no passkeys at this address
	seal     *seal
	now      func() time.Time
}

// New is the owner of a server that is reached at address. name is what authenticators show
// beside a passkey, such as the site's host.
func New(db *state.DB, address, name string) (*Owner, error) {
	o := &Owner{db: db, name: name, hasher: newHasher(), attempts: newAttempts(), seal: newSeal(), now: time.Now}
	at, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read gitpost's own address: %w", err)
	}
	if !allowsPasskeys(at) {
		return o, nil
	}
	o.passkeys, err = webauthn.New(&webauthn.Config{
		RPID: at.Hostname(), RPDisplayName: "gitpost", RPOrigins: []string{at.Scheme + "://" + at.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			// The passkey alone signs in: it must know the owner, and be found without a name.
			UserVerification: protocol.VerificationRequired, ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys for %s: %w", address, err)
	}
	return o, nil
}

// allowsPasskeys tells whether browsers do: a name, over HTTPS, or this machine.
func allowsPasskeys(at *url.URL) bool {
	if net.ParseIP(at.Hostname()) != nil || at.Hostname() == "" {
		return false
	}
	return at.Scheme == "https" || at.Hostname() == "localhost"
}

// AllowsPasskeys tells whether browsers allow passkeys at the server's address.
func (o *Owner) AllowsPasskeys() bool { return o.passkeys != nil }

// Status is how the owner can sign in.
func (o *Owner) Status(ctx context.Context) (state.Owner, error) { return o.db.Owner(ctx) }
