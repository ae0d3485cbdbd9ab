package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// What RedeemCode and Refresh say of a secret that is not good, beside ErrExpired and
// ErrRevoked.
var (
	ErrNoCode    = errors.New("no such code")
	ErrNoRefresh = errors.New("no such refresh token")
	ErrUsed      = errors.New("it was used before")
)

const (
	codePrefix    = "gpc_"
	refreshPrefix = "gpr_"
)

// Code is what the owner granted to an app, which the app has to fetch with the code's
// secret.
type Code struct {
	ClientID    string
	ClientName  string
	RedirectURI string
	Challenge   string // of PKCE, method S256; "" for an app that sent none
	Me          string
	Scope       []string
	Sites       []string      // the sites that the token may use; none: all
	Lifetime    time.Duration // of access tokens; 0: until they are revoked
	Expires     time.Time     // of the code itself
}

// Issue is what RedeemCode and Refresh are to store.
type Issue struct {
	Token   *Token    // nil: the app is only told who signed in
	Refresh time.Time // until when the token can be renewed; zero: not at all
}

// Issued has the secrets of what was stored.
type Issued struct {
	Token   Token
	Secret  string // of the access token; "" when there is none
	Refresh string // "" when there is none
}

// CreateCode stores c and gives the secret that stands for it.
func (db *DB) CreateCode(ctx context.Context, c Code) (secret string, err error) {
	secret = newSecret(codePrefix)
	err = db.write(ctx, func(tx *sql.Tx) error {
		// Who tries a code after that long learns no more than from an invented one.
		for _, table := range []string{"code", "refresh"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE expires < ?", stamp(time.Now().Add(-24*time.Hour))); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO code (secret, client_id, client_name, redirect_uri, challenge, me, scope, sites, lifetime, expires)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			digest(secret), c.ClientID, c.ClientName, c.RedirectURI, c.Challenge, c.Me,
			strings.Join(c.Scope, " "), strings.Join(c.Sites, " "), c.Lifetime.Microseconds(), stamp(c.Expires))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create code: %w", err)
	}
	return secret, nil
}

// RedeemCode uses a code, once. check sees it first and says what it gives; an error of
// check is returned as it is, and the code stays good. A code that was used before gives
// ErrUsed, and the token that was made from it is revoked: one of the two who had the code
// has stolen it.
func (db *DB) RedeemCode(ctx context.Context, secret string, check func(Code) (Issue, error)) (Issued, error) {
	var out Issued
	var refusal error // with what was written kept
	err := db.write(ctx, func(tx *sql.Tx) error {
		var c Code
		var scope, sites string
		var lifetime int64
		var expires, used, token sql.NullInt64
		err := tx.QueryRowContext(ctx, `
			SELECT client_id, client_name, redirect_uri, challenge, me, scope, sites, lifetime, expires, used, token_id
			FROM code WHERE secret = ?`, digest(secret)).
			Scan(&c.ClientID, &c.ClientName, &c.RedirectURI, &c.Challenge, &c.Me, &scope, &sites, &lifetime, &expires, &used, &token)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoCode
		}
		if err != nil {
			return err
		}
		c.Scope, c.Sites = strings.Fields(scope), strings.Fields(sites)
		c.Lifetime, c.Expires = time.Duration(lifetime)*time.Microsecond, instant(expires)
		now := time.Now()
		switch {
		case used.Valid:
			refusal = ErrUsed
			return revokeRow(ctx, tx, token, now)
		case !now.Before(c.Expires):
			return ErrExpired
		}
		issue, err := check(c)
		if err != nil {
			return err
		}
		var id sql.NullInt64
		if issue.Token != nil {
			out.Token, out.Secret = *issue.Token, newSecret(tokenPrefix)
			if out.Token.Created.IsZero() {
				out.Token.Created = now
			}
			id.Valid = true
			if id.Int64, err = insertToken(ctx, tx, out.Secret, out.Token); err != nil {
				return err
			}
			out.Token.ID = id.Int64
			if out.Refresh, err = insertRefresh(ctx, tx, id.Int64, scope, lifetime, issue.Refresh); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE code SET used = ?, token_id = ? WHERE secret = ?", stamp(now), id, digest(secret))
		return err
	})
	if err = errors.Join(err, refusal); err != nil {
		return Issued{}, err
	}
	return out, nil
}

// Renewal is what a refresh token stands for.
type Renewal struct {
	Token    Token         // as it is; it may have expired
	Scope    []string      // what the owner granted
	Lifetime time.Duration // of access tokens
}

// Refresh uses a refresh token, once, and gives another one. The access token keeps its ID
// and gets a new secret; its Scope and Expires become those that check gives, and the rest
// of check's Token is ignored. A refresh token that was used before gives ErrUsed, and the
// access token is revoked.
func (db *DB) Refresh(ctx context.Context, secret string, check func(Renewal) (Issue, error)) (Issued, error) {
	var out Issued
	var refusal error
	err := db.write(ctx, func(tx *sql.Tx) error {
		var scope string
		var lifetime int64
		var id, expires, used sql.NullInt64
		err := tx.QueryRowContext(ctx, "SELECT token_id, scope, lifetime, expires, used FROM refresh WHERE secret = ?", digest(secret)).
			Scan(&id, &scope, &lifetime, &expires, &used)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoRefresh
		}
		if err != nil {
			return err
		}
		t, err := scanToken(tx.QueryRowContext(ctx, selectToken+" WHERE id = ?", id.Int64))
		if err != nil {
			return err
		}
		now := time.Now()
		switch {
		case used.Valid:
			refusal = ErrUsed
			return revokeRow(ctx, tx, id, now)
		case !t.Revoked.IsZero():
			return ErrRevoked
		case !now.Before(instant(expires)):
			return ErrExpired
		}
		issue, err := check(Renewal{Token: t, Scope: strings.Fields(scope), Lifetime: time.Duration(lifetime) * time.Microsecond})
		if err != nil {
			return err
		}
		t.Scope, t.Expires = issue.Token.Scope, issue.Token.Expires
		out.Token, out.Secret = t, newSecret(tokenPrefix)
		if _, err := tx.ExecContext(ctx, "UPDATE token SET secret = ?, scope = ?, expires = ? WHERE id = ?",
			digest(out.Secret), strings.Join(t.Scope, " "), stamp(t.Expires), t.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE refresh SET used = ? WHERE secret = ?", stamp(now), digest(secret)); err != nil {
			return err
		}
		out.Refresh, err = insertRefresh(ctx, tx, t.ID, scope, lifetime, issue.Refresh)
		return err
	})
	if err = errors.Join(err, refusal); err != nil {
		return Issued{}, err
	}
	return out, nil
}

// RevokeRefresh revokes the token that a refresh token renews, and the refresh token with it.
func (db *DB) RevokeRefresh(ctx context.Context, secret string) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		var id sql.NullInt64
		err := tx.QueryRowContext(ctx, "SELECT token_id FROM refresh WHERE secret = ?", digest(secret)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoRefresh
		}
		if err != nil {
			return err
		}
		return revokeRow(ctx, tx, id, time.Now())
	})
	if err != nil && !errors.Is(err, ErrNoRefresh) {
		return fmt.Errorf("revoke refresh token: %w", err)
	}
	return err
}

func insertRefresh(ctx context.Context, tx *sql.Tx, token int64, scope string, lifetime int64, expires time.Time) (secret string, err error) {
	if expires.IsZero() {
		return "", nil
	}
	secret = newSecret(refreshPrefix)
	_, err = tx.ExecContext(ctx, "INSERT INTO refresh (secret, token_id, scope, lifetime, expires) VALUES (?, ?, ?, ?, ?)",
		digest(secret), token, scope, lifetime, stamp(expires))
	return secret, err
}

// revokeRow revokes the token of that id, if there is one.
func revokeRow(ctx context.Context, tx *sql.Tx, id sql.NullInt64, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?", stamp(now), id)
	return err
}
