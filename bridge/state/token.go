package state

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors of Token. RevokeToken and RevokeSecret return ErrNoToken too.
var (
	ErrNoToken = errors.New("no such token")
	ErrRevoked = errors.New("the token was revoked")
	ErrExpired = errors.New("the token has expired")
)

// tokenPrefix identifies tokens of gitpost for secret scanners and people.
const tokenPrefix = "gp_"

// lastUsedStep is the precision of LastUsed: a busy app causes one write a minute.
const lastUsedStep = time.Minute

// Token is what an app may do. A zero time means never.
type Token struct {
	ID       int64
	Name     string // for the owner: "phone"
	ClientID string // the app's client_id; "" for a token made by hand
	Me       string
	Scope    []string
	Sites    []string // URLs of the sites that it may use; none: all
	AllSites bool     // the owner allowed all sites, also later ones
	Created  time.Time
	LastUsed time.Time
	Expires  time.Time
	Revoked  time.Time
}

// allSites is how AllSites is stored.
const allSites = "*"

// storedSites returns sites as they are stored.
func storedSites(sites []string, all bool) string {
	if all {
		return allSites
	}
	return strings.Join(sites, " ")
}

// readSites is the inverse of storedSites.
func readSites(stored string) (sites []string, all bool) {
	switch stored {
	case "":
		return nil, false
	case allSites:
		return nil, true
	}
	return strings.Fields(stored), false
}

// BindSites names the sites in tokens and codes that do not name any, unless the owner allowed
// all. Call it with the current sites before new ones are added.
func (db *DB) BindSites(ctx context.Context, sites []string) error {
	err := db.write(ctx, func(tx *transaction) error {
		for _, table := range []string{"token", "code"} {
			_, err := tx.exec("UPDATE "+table+" SET sites = ? WHERE sites = ''", storedSites(sites, false))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("bind tokens to sites: %w", err)
	}
	return nil
}

// CreateToken stores t and returns its secret, of which only the SHA-256 is stored: it cannot
// be shown again. t.ID is ignored; t.Created is by default the current time.
func (db *DB) CreateToken(ctx context.Context, t Token) (secret string, err error) {
	if t.Created.IsZero() {
		t.Created = time.Now()
	}
	secret = newSecret(tokenPrefix)
	err = db.write(ctx, func(tx *transaction) error {
		_, err := insertToken(tx, secret, t)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create token: %w", err)
	}
	return secret, nil
}

// newSecret returns the prefix and two texts of 130 random bits each. One would be enough;
// together they have the usual length of tokens, which secret scanners expect.
func newSecret(prefix string) string { return prefix + rand.Text() + rand.Text() }

// notInScope reports whether RFC 6749 forbids a character in a scope.
func notInScope(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }

func insertToken(tx *transaction, secret string, t Token) (id int64, err error) {
	for _, word := range t.Scope {
		if word == "" || strings.ContainsFunc(word, notInScope) {
			return 0, fmt.Errorf("scope %q must be one word of ASCII characters", word)
		}
	}
	for _, site := range t.Sites {
		if site == "" || strings.ContainsAny(site, " \t\r\n") {
			return 0, fmt.Errorf("site %q is not a URL", site)
		}
	}
	err = tx.queryRow(`
		INSERT INTO token (secret, name, client_id, me, scope, sites, created, last_used, expires, revoked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		digest(secret), t.Name, t.ClientID, t.Me, strings.Join(t.Scope, " "), storedSites(t.Sites, t.AllSites),
		stamp(t.Created), stamp(t.LastUsed), stamp(t.Expires), stamp(t.Revoked)).Scan(&id)
	if err != nil {
		return 0, err
	}
	e := Event{Kind: TokenCreated, First: time.Now(), Subject: cmp.Or(t.ClientID, t.Name), TokenID: id}
	return id, record(tx, e)
}

// digest returns what is stored of a secret. A secret has 260 random bits, so a plain hash
// cannot be reversed, and the time of looking it up reveals nothing.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Token returns the token of a secret, or ErrNoToken, ErrRevoked or ErrExpired. It reads the
// file each time, so that a revocation by another process takes effect immediately. It updates
// LastUsed at most once a minute and ignores errors in doing so.
func (db *DB) Token(ctx context.Context, secret string) (Token, error) {
	row := db.queryRow(ctx, selectToken+" WHERE secret = ?", digest(secret))
	t, err := scanToken(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, ErrNoToken
	}
	if err != nil {
		return Token{}, fmt.Errorf("look up token: %w", err)
	}
	now := time.Now()
	if !t.Revoked.IsZero() {
		return Token{}, ErrRevoked
	}
	if !t.Expires.IsZero() && !now.Before(t.Expires) {
		return Token{}, ErrExpired
	}
	if now.Sub(t.LastUsed) >= lastUsedStep && db.touch(ctx, t, now) {
		t.LastUsed = now.UTC().Truncate(time.Microsecond)
	}
	return t, nil
}

// touch updates LastUsed unless it would have to wait for another writer; then the next request
// tries again.
func (db *DB) touch(ctx context.Context, t Token, now time.Time) bool {
	if !db.writing.TryLock() {
		return false
	}
	defer db.writing.Unlock()
	tx, err := db.begin(ctx, false)
	if err != nil {
		return false
	}
	defer tx.end()
	result, err := tx.exec(
		"UPDATE token SET last_used = ?1 WHERE id = ?2 AND (last_used IS NULL OR last_used < ?1)", stamp(now), t.ID)
	if err != nil {
		return false
	}
	if n, err := result.RowsAffected(); err == nil && n > 0 && t.LastUsed.IsZero() {
		e := Event{Kind: TokenFirstUsed, First: now, Subject: cmp.Or(t.ClientID, t.Name), TokenID: t.ID}
		if err := record(tx, e); err != nil {
			return false
		}
	}
	return tx.Commit() == nil
}

// Tokens lists all tokens, newest first, revoked and expired ones too.
func (db *DB) Tokens(ctx context.Context) ([]Token, error) {
	return collect(ctx, db, "list tokens", scanToken, selectToken+" ORDER BY created DESC, id DESC")
}

// RevokeToken revokes a token. Revoking it again changes nothing; it returns ErrNoToken when
// there is no token with that id.
func (db *DB) RevokeToken(ctx context.Context, id int64) error {
	return db.revoke(ctx, "id", id)
}

// RevokeSecret is RevokeToken by secret.
func (db *DB) RevokeSecret(ctx context.Context, secret string) error {
	return db.revoke(ctx, "secret", digest(secret))
}

// RevokeClient revokes all tokens that an app has by signing in.
func (db *DB) RevokeClient(ctx context.Context, clientID string) error {
	err := db.write(ctx, func(tx *transaction) error {
		ids, err := clientTokens(tx, clientID)
		for _, id := range ids {
			if err == nil {
				err = revokeRow(tx, sql.NullInt64{Int64: id, Valid: true}, TokenRevoked, time.Now())
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke the tokens of %s: %w", clientID, err)
	}
	return nil
}

// clientTokens returns the IDs of an app's tokens that are not revoked.
func clientTokens(tx *transaction, clientID string) (ids []int64, err error) {
	rows, err := tx.query(
		"SELECT id FROM token WHERE client_id = ? AND client_id <> '' AND revoked IS NULL", clientID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// RestoreToken undoes a revocation after a time. It returns ErrNoToken when there is no such token,
// or it was revoked earlier, or not by the owner or the app.
func (db *DB) RestoreToken(ctx context.Context, id int64, after time.Time) error {
	err := db.write(ctx, func(tx *transaction) error {
		result, err := tx.exec(`
			UPDATE token SET revoked = NULL WHERE id = ? AND revoked > ?
			AND NOT EXISTS (SELECT 1 FROM event WHERE token_id = token.id AND kind = ?)`,
			id, stamp(after), string(TokenStolen))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, ErrNoToken)
		}
		t, err := scanToken(tx.queryRow(selectToken+" WHERE id = ?", id))
		if err != nil {
			return err
		}
		e := Event{Kind: TokenRestored, First: time.Now(), Subject: cmp.Or(t.ClientID, t.Name), TokenID: id}
		return record(tx, e)
	})
	if err != nil && !errors.Is(err, ErrNoToken) {
		return fmt.Errorf("restore token: %w", err)
	}
	return err
}

func (db *DB) revoke(ctx context.Context, column string, value any) error {
	err := db.write(ctx, func(tx *transaction) error {
		t, err := scanToken(tx.queryRow(selectToken+" WHERE "+column+" = ?", value))
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoToken
		}
		if err != nil {
			return err
		}
		return revokeRow(tx, sql.NullInt64{Int64: t.ID, Valid: true}, TokenRevoked, time.Now())
	})
	if err != nil && !errors.Is(err, ErrNoToken) {
		return fmt.Errorf("revoke token: %w", err)
	}
	return err
}

const selectToken = "SELECT id, name, client_id, me, scope, sites, created, last_used, expires, revoked FROM token"

// row is one row of a result.
type row interface{ Scan(into ...any) error }

func scanToken(r row) (Token, error) {
	var t Token
	var scope, sites string
	var created, lastUsed, expires, revoked sql.NullInt64
	err := r.Scan(&t.ID, &t.Name, &t.ClientID, &t.Me, &scope, &sites, &created, &lastUsed, &expires, &revoked)
	if err != nil {
		return Token{}, err
	}
	t.Scope = strings.Fields(scope)
	t.Sites, t.AllSites = readSites(sites)
	t.Created, t.LastUsed, t.Expires, t.Revoked = instant(created), instant(lastUsed), instant(expires), instant(revoked)
	return t, nil
}
