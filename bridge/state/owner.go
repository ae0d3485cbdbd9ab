package state

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Owner is the person who may sign in.
type Owner struct {
	Handle   []byte // identifies the owner to authenticators; random, never changes
	Password string // in PHC form; "" when none is set
	Changed  time.Time
	Passkeys []Passkey // oldest first
}

// Known reports whether there is a password or passkey to sign in with.
func (o Owner) Known() bool { return o.Password != "" || len(o.Passkeys) > 0 }

// Passkey is a public key of the owner.
type Passkey struct {
	ID         int64
	Credential []byte // the authenticator's ID of it
	Name       string // for the owner: "phone"
	Record     []byte // everything about it, as JSON
	Created    time.Time
	LastUsed   time.Time
}

// Errors of the methods for the owner.
var (
	ErrNoSetup     = errors.New("no such set-up link")
	ErrNoPasskey   = errors.New("no such passkey")
	ErrLastSignIn  = errors.New("it is the only way to sign in")
	ErrSamePasskey = errors.New("the passkey was added before")
)

// Owner returns the owner. It creates the handle the first time.
func (db *DB) Owner(ctx context.Context) (Owner, error) {
	o, err := db.owner(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		if err = db.write(ctx, func(tx *transaction) error { return makeOwner(tx) }); err == nil {
			o, err = db.owner(ctx)
		}
	}
	if err != nil {
		return Owner{}, fmt.Errorf("read the owner: %w", err)
	}
	return o, nil
}

func makeOwner(tx *transaction) error {
	handle := make([]byte, 32)
	rand.Read(handle)
	_, err := tx.exec("INSERT INTO owner (id, handle) VALUES (1, ?) ON CONFLICT DO NOTHING", handle)
	return err
}

func (db *DB) owner(ctx context.Context) (Owner, error) {
	var o Owner
	var password sql.NullString
	var changed sql.NullInt64
	err := db.queryRow(ctx, "SELECT handle, password, changed FROM owner").Scan(&o.Handle, &password, &changed)
	if err != nil {
		return Owner{}, err
	}
	o.Password, o.Changed = password.String, instant(changed)
	o.Passkeys, err = collect(ctx, db, "list passkeys", scanPasskey,
		"SELECT id, credential, name, record, created, last_used FROM passkey ORDER BY id")
	return o, err
}

func scanPasskey(r row) (p Passkey, err error) {
	var created, lastUsed sql.NullInt64
	err = r.Scan(&p.ID, &p.Credential, &p.Name, &p.Record, &created, &lastUsed)
	p.Created, p.LastUsed = instant(created), instant(lastUsed)
	return p, err
}

// SetPassword stores a password in PHC form and ends all sessions. If setup is the secret of a
// set-up link, it uses up the link, or returns ErrNoSetup and changes nothing; if it is "", the
// caller has authorized the change.
func (db *DB) SetPassword(ctx context.Context, phc, setup string) error {
	return db.credential(ctx, "set the password", setup, func(tx *transaction) error {
		if err := makeOwner(tx); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE owner SET password = ?, changed = ?", phc, stamp(time.Now())); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM session")
		return err
	})
}

// StrengthenPassword replaces the hash of an unchanged password.
func (db *DB) StrengthenPassword(ctx context.Context, old, phc string) error {
	return db.credential(ctx, "update the password hash", "", func(tx *transaction) error {
		_, err := tx.exec("UPDATE owner SET password = ? WHERE password = ?", phc, old)
		return err
	})
}

// AddPasskey stores p; p.ID is ignored. setup is as for SetPassword; a set-up link ends all
// sessions.
func (db *DB) AddPasskey(ctx context.Context, p Passkey, setup string) error {
	return db.credential(ctx, "add the passkey", setup, func(tx *transaction) error {
		result, err := tx.exec(`
			INSERT INTO passkey (credential, name, record, created, last_used) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`,
			p.Credential, p.Name, string(p.Record), stamp(p.Created), stamp(p.LastUsed))
		if err == nil {
			err = atLeastOne(result, ErrSamePasskey)
		}
		if err != nil || setup == "" {
			return err
		}
		_, err = tx.exec("DELETE FROM session")
		return err
	})
}

// UsePasskey stores a passkey's new record after the owner signed in with it.
func (db *DB) UsePasskey(ctx context.Context, id int64, record []byte, now time.Time) error {
	return db.credential(ctx, "record the use of the passkey", "", func(tx *transaction) error {
		result, err := tx.exec("UPDATE passkey SET record = ?, last_used = ? WHERE id = ?",
			string(record), stamp(now), id)
		if err != nil {
			return err
		}
		return atLeastOne(result, ErrNoPasskey)
	})
}

// RemovePasskey deletes a passkey, or returns ErrLastSignIn if it is the only way to sign in.
func (db *DB) RemovePasskey(ctx context.Context, id int64) error {
	return db.credential(ctx, "remove the passkey", "", func(tx *transaction) error {
		result, err := tx.exec("DELETE FROM passkey WHERE id = ?", id)
		if err == nil {
			err = atLeastOne(result, ErrNoPasskey)
		}
		if err != nil {
			return err
		}
		var left bool
		err = tx.queryRow(`
			SELECT EXISTS (SELECT 1 FROM passkey) OR EXISTS (SELECT 1 FROM owner WHERE password IS NOT NULL)`).Scan(&left)
		if err == nil && !left {
			err = ErrLastSignIn
		}
		return err
	})
}

// RemovePasskeys deletes all passkeys and sessions. It is for the command line.
func (db *DB) RemovePasskeys(ctx context.Context) error {
	return db.credential(ctx, "remove the passkeys", "", func(tx *transaction) error {
		if _, err := tx.exec("DELETE FROM passkey"); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM session")
		return err
	})
}

// credential runs one change of the owner's credentials.
func (db *DB) credential(ctx context.Context, what, setup string, change func(*transaction) error) error {
	err := db.write(ctx, func(tx *transaction) error {
		if setup != "" {
			if err := useSetup(tx, setup); err != nil {
				return err
			}
		}
		return change(tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func atLeastOne(result sql.Result, none error) error {
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return none
	}
	return err
}
