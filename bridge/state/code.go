package state

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors of RedeemCode and Refresh, beside ErrExpired and ErrRevoked.
var (
	ErrNoCode    = errors.New("no such code")
	ErrNoRefresh = errors.New("no such refresh token")
	ErrUsed      = errors.New("it was used before")
)

const (
	codePrefix    = "gpc_"
	refreshPrefix = "gpr_"
)

// Code is a grant to an app, which redeems it with the code's secret.
type Code struct {
	ClientID    string
	ClientName  string
	RedirectURI string
	Challenge   string // of PKCE, method S256; "" for an app that sent none
	Me          string
	Scope       []string
	Sites       []string      // the sites that the token may use
	AllSites    bool          // it may use all sites, also later ones
	Lifetime    time.Duration // of access tokens; 0: until they are revoked
	Expires     time.Time     // of the code itself
}

// Issue is the token that RedeemCode and Refresh store.
type Issue struct {
	Token   *Token    // nil: none; the app only asks who signed in
	Refresh time.Time // when the refresh token expires; zero: none
}

// Issued is a stored token with its secrets.
type Issued struct {
	Token   Token
	Secret  string // of the access token; "" when there is none
	Refresh string // "" when there is none
}

// CreateCode stores c and returns its secret.
func (db *DB) CreateCode(ctx context.Context, c Code) (secret string, err error) {
	secret = newSecret(codePrefix)
	err = db.write(ctx, func(tx *transaction) error {
		// After a day a used code is treated like an unknown one.
		for _, table := range []string{"code", "refresh"} {
			yesterday := stamp(time.Now().Add(-24 * time.Hour))
			if _, err := tx.exec("DELETE FROM "+table+" WHERE expires < ?", yesterday); err != nil {
				return err
			}
		}
		_, err := tx.exec(`
			INSERT INTO code (secret, client_id, client_name, redirect_uri, challenge, me, scope, sites, lifetime, expires)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			digest(secret), c.ClientID, c.ClientName, c.RedirectURI, c.Challenge, c.Me,
			strings.Join(c.Scope, " "), storedSites(c.Sites, c.AllSites), c.Lifetime.Microseconds(), stamp(c.Expires))
		if err != nil {
			return err
		}
		return record(tx, Event{Kind: Granted, First: time.Now(), Subject: c.ClientID})
	})
	if err != nil {
		return "", fmt.Errorf("create code: %w", err)
	}
	return secret, nil
}

// RedeemCode redeems a code, once. check returns what is issued for it; if it returns an error,
// so does RedeemCode, and the code stays valid. For a code that was used before RedeemCode
// returns ErrUsed and revokes the token that was issued for it, since the code was stolen.
func (db *DB) RedeemCode(ctx context.Context, secret string, check func(Code) (Issue, error)) (Issued, error) {
	var out Issued
	var refusal error // with which the transaction is committed nevertheless
	err := db.write(ctx, func(tx *transaction) error {
		var c Code
		var scope, sites string
		var lifetime int64
		var expires, used, token sql.NullInt64
		err := tx.queryRow(`
			SELECT client_id, client_name, redirect_uri, challenge, me, scope, sites, lifetime, expires, used, token_id
			FROM code WHERE secret = ?`, digest(secret)).
			Scan(&c.ClientID, &c.ClientName, &c.RedirectURI, &c.Challenge, &c.Me,
				&scope, &sites, &lifetime, &expires, &used, &token)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoCode
		}
		if err != nil {
			return err
		}
		c.Scope = strings.Fields(scope)
		c.Sites, c.AllSites = readSites(sites)
		c.Lifetime, c.Expires = time.Duration(lifetime)*time.Microsecond, instant(expires)
		now := time.Now()
		switch {
		case used.Valid:
			refusal = ErrUsed
			return revokeRow(tx, token, TokenStolen, now)
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
			if id.Int64, err = insertToken(tx, out.Secret, out.Token); err != nil {
				return err
			}
			out.Token.ID = id.Int64
			if out.Refresh, err = insertRefresh(tx, id.Int64, scope, lifetime, issue.Refresh); err != nil {
				return err
			}
		}
		_, err = tx.exec("UPDATE code SET used = ?, token_id = ? WHERE secret = ?",
			stamp(now), id, digest(secret))
		return err
	})
	if err = errors.Join(err, refusal); err != nil {
		return Issued{}, err
	}
	return out, nil
}

// Renewal describes a refresh token.
type Renewal struct {
	Token    Token         // may have expired
	Scope    []string      // as the owner granted it
	Lifetime time.Duration // of access tokens
}

// Refresh redeems a refresh token, once, and returns another one. The access token keeps its ID
// and gets a new secret, and the Scope and Expires that check returns; the rest of check's
// Token is ignored. For a refresh token that was used before Refresh returns ErrUsed and revokes
// the access token.
func (db *DB) Refresh(ctx context.Context, secret string, check func(Renewal) (Issue, error)) (Issued, error) {
	var out Issued
	var refusal error
	err := db.write(ctx, func(tx *transaction) error {
		var scope string
		var lifetime int64
		var id, expires, used sql.NullInt64
		err := tx.queryRow(
			"SELECT token_id, scope, lifetime, expires, used FROM refresh WHERE secret = ?", digest(secret)).
			Scan(&id, &scope, &lifetime, &expires, &used)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoRefresh
		}
		if err != nil {
			return err
		}
		t, err := scanToken(tx.queryRow(selectToken+" WHERE id = ?", id.Int64))
		if err != nil {
			return err
		}
		now := time.Now()
		switch {
		case used.Valid:
			refusal = ErrUsed
			return revokeRow(tx, id, TokenStolen, now)
		case !t.Revoked.IsZero():
			return ErrRevoked
		case !now.Before(instant(expires)):
			return ErrExpired
		}
		issue, err := check(Renewal{
			Token: t, Scope: strings.Fields(scope), Lifetime: time.Duration(lifetime) * time.Microsecond,
		})
		if err != nil {
			return err
		}
		t.Scope, t.Expires = issue.Token.Scope, issue.Token.Expires
		out.Token, out.Secret = t, newSecret(tokenPrefix)
		if _, err := tx.exec("UPDATE token SET secret = ?, scope = ?, expires = ? WHERE id = ?",
			digest(out.Secret), strings.Join(t.Scope, " "), stamp(t.Expires), t.ID); err != nil {
			return err
		}
		_, err = tx.exec("UPDATE refresh SET used = ? WHERE secret = ?", stamp(now), digest(secret))
		if err != nil {
			return err
		}
		out.Refresh, err = insertRefresh(tx, t.ID, scope, lifetime, issue.Refresh)
		return err
	})
	if err = errors.Join(err, refusal); err != nil {
		return Issued{}, err
	}
	return out, nil
}

// RevokeRefresh revokes the token of a refresh token; then neither works.
func (db *DB) RevokeRefresh(ctx context.Context, secret string) error {
	err := db.write(ctx, func(tx *transaction) error {
		var id sql.NullInt64
		err := tx.queryRow("SELECT token_id FROM refresh WHERE secret = ?", digest(secret)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoRefresh
		}
		if err != nil {
			return err
		}
		return revokeRow(tx, id, TokenRevoked, time.Now())
	})
	if err != nil && !errors.Is(err, ErrNoRefresh) {
		return fmt.Errorf("revoke refresh token: %w", err)
	}
	return err
}

func insertRefresh(
	tx *transaction, token int64, scope string, lifetime int64, expires time.Time,
) (secret string, err error) {
	if expires.IsZero() {
		return "", nil
	}
	secret = newSecret(refreshPrefix)
	_, err = tx.exec("INSERT INTO refresh (secret, token_id, scope, lifetime, expires) VALUES (?, ?, ?, ?, ?)",
		digest(secret), token, scope, lifetime, stamp(expires))
	return secret, err
}

// revokeRow revokes the token with that id, if there is one and it is not revoked yet.
func revokeRow(tx *transaction, id sql.NullInt64, kind EventKind, now time.Time) error {
	result, err := tx.exec("UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL", stamp(now), id)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	t, err := scanToken(tx.queryRow(selectToken+" WHERE id = ?", id))
	if err != nil {
		return err
	}
	return record(tx, Event{Kind: kind, First: now, Subject: cmp.Or(t.ClientID, t.Name), TokenID: t.ID})
}
