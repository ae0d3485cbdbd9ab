package state

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// What Token says of a secret that is not good. RevokeToken and RevokeSecret answer
// ErrNoToken too.
var (
	ErrNoToken = errors.New("no such token")
	ErrRevoked = errors.New("the token was revoked")
	ErrExpired = errors.New("the token has expired")
)

// tokenPrefix lets secret scanners and people recognise a token of gitpost.
const tokenPrefix = "gp_"

// lastUsedStep is how exact LastUsed is: a busy app costs one write a minute.
const lastUsedStep = time.Minute

// Token is what an app may do, for whom. A zero time means never.
type Token struct {
	ID       int64
	Name     string // for the owner: "phone"
	ClientID string // the app's client_id; "" for a token made by hand
	Me       string
	Scope    []string
	Sites    []string // addresses of the sites that it is good for; none: all
	Created  time.Time
	LastUsed time.Time
	Expires  time.Time
	Revoked  time.Time
}

// CreateToken stores t (its ID is ignored, and Created is now when it is zero) and gives the
// secret that stands for it. Only the secret's SHA-256 is kept: it cannot be shown again.
func (db *DB) CreateToken(ctx context.Context, t Token) (secret string, err error) {
	if t.Created.IsZero() {
		t.Created = time.Now()
	}
	secret = newSecret(tokenPrefix)
	err = db.write(ctx, func(tx *sql.Tx) error {
		_, err := insertToken(ctx, tx, secret, t)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create token: %w", err)
	}
	return secret, nil
}

// newSecret is the prefix and two texts of 130 random bits each. The first alone could not
// be guessed; together they are as long as the tokens of other hosts, which scanners expect.
func newSecret(prefix string) string { return prefix + rand.Text() + rand.Text() }

// notInScope tells of what RFC 6749 keeps out of a scope, which has a place in headers.
func notInScope(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }

func insertToken(ctx context.Context, tx *sql.Tx, secret string, t Token) (id int64, err error) {
	for _, word := range t.Scope {
		if word == "" || strings.ContainsFunc(word, notInScope) {
			return 0, fmt.Errorf("scope %q is not one word of plain letters; give each scope by itself", word)
		}
	}
	for _, site := range t.Sites {
		if site == "" || strings.ContainsAny(site, " \t\r\n") {
			return 0, fmt.Errorf("site %q is not an address; give each site by itself", site)
		}
	}
	result, err := tx.ExecContext(ctx, `
		INSERT INTO token (secret, name, client_id, me, scope, sites, created, last_used, expires, revoked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		digest(secret), t.Name, t.ClientID, t.Me, strings.Join(t.Scope, " "), strings.Join(t.Sites, " "),
		stamp(t.Created), stamp(t.LastUsed), stamp(t.Expires), stamp(t.Revoked))
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// digest is what is stored of a secret. A secret has 260 random bits, so a plain hash
// cannot be turned back; and looking a hash up tells a stranger nothing by the time it takes.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Token is the token that secret stands for: ErrNoToken, ErrRevoked or ErrExpired when it is
// not good. It asks the file each time, so that a revocation by any process works at once.
// LastUsed is renewed at most once a minute; that this failed is no reason to refuse a
// request.
func (db *DB) Token(ctx context.Context, secret string) (Token, error) {
	row := db.sql.QueryRowContext(ctx, selectToken+" WHERE secret = ?", digest(secret))
	t, err := scanToken(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, ErrNoToken
	}
	if err != nil {
		return Token{}, fmt.Errorf("look up token: %w", explain(err))
	}
	now := time.Now()
	if !t.Revoked.IsZero() {
		return Token{}, ErrRevoked
	}
	if !t.Expires.IsZero() && !now.Before(t.Expires) {
		return Token{}, ErrExpired
	}
	if now.Sub(t.LastUsed) >= lastUsedStep && db.touch(ctx, t.ID, now) {
		t.LastUsed = now.UTC().Truncate(time.Microsecond)
	}
	return t, nil
}

// touch renews LastUsed unless that would mean waiting: another writer in this process or
// in another one is left alone, and the next request tries again.
func (db *DB) touch(ctx context.Context, id int64, now time.Time) bool {
	if !db.writing.TryLock() {
		return false
	}
	defer db.writing.Unlock()
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return false
	}
	// The connection goes back to the pool with its timeout, also when ctx has ended.
	defer conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout.Milliseconds()))
	_, err = conn.ExecContext(ctx, "UPDATE token SET last_used = ?1 WHERE id = ?2 AND (last_used IS NULL OR last_used < ?1)", stamp(now), id)
	return err == nil
}

// Tokens lists all tokens, newest first, revoked and expired ones too.
func (db *DB) Tokens(ctx context.Context) ([]Token, error) {
	rows, err := db.sql.QueryContext(ctx, selectToken+" ORDER BY created DESC, id DESC")
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", explain(err))
	}
	defer rows.Close()
	var list []Token
	for rows.Next() {
		t, err := scanToken(rows)
		if err != nil {
			return nil, fmt.Errorf("list tokens: %w", explain(err))
		}
		list = append(list, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list tokens: %w", explain(err))
	}
	return list, nil
}

// RevokeToken makes the token useless from now on. Revoking again changes nothing;
// ErrNoToken when there was never one of that id.
func (db *DB) RevokeToken(ctx context.Context, id int64) error {
	return db.revoke(ctx, "id", id)
}

// RevokeSecret is RevokeToken for who has the secret.
func (db *DB) RevokeSecret(ctx context.Context, secret string) error {
	return db.revoke(ctx, "secret", digest(secret))
}

func (db *DB) revoke(ctx context.Context, column string, value any) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		// Of two revocations the first one's time stays.
		result, err := tx.ExecContext(ctx, "UPDATE token SET revoked = coalesce(revoked, ?) WHERE "+column+" = ?", stamp(time.Now()), value)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err == nil && n == 0 {
			return ErrNoToken
		}
		return err
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
	if sites != "" {
		t.Sites = strings.Fields(sites)
	}
	t.Created, t.LastUsed, t.Expires, t.Revoked = instant(created), instant(lastUsed), instant(expires), instant(revoked)
	return t, nil
}
