package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// OldClient is an app that the owner allowed to sign in without PKCE.
type OldClient struct {
	ClientID string
	Approved time.Time
}

// ApproveOldClient allows an app to sign in without PKCE.
func (db *DB) ApproveOldClient(ctx context.Context, clientID string) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec("INSERT INTO old_client (client_id, approved) VALUES (?, ?) ON CONFLICT DO NOTHING",
			clientID, stamp(time.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("approve %s: %w", clientID, err)
	}
	return nil
}

// OldClientApproved reports whether an app may sign in without PKCE.
func (db *DB) OldClientApproved(ctx context.Context, clientID string) (bool, error) {
	var one int
	err := db.queryRow(ctx, "SELECT 1 FROM old_client WHERE client_id = ?", clientID).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", clientID, err)
	}
	return true, nil
}

// ClientKnown reports whether the owner has ever allowed an app to sign in.
func (db *DB) ClientKnown(ctx context.Context, clientID string) (known bool, err error) {
	err = db.queryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM token WHERE client_id = ?1) OR EXISTS (SELECT 1 FROM code WHERE client_id = ?1)
			OR EXISTS (SELECT 1 FROM old_client WHERE client_id = ?1)`, clientID).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", clientID, err)
	}
	return known, nil
}

// OldClients lists the apps that may sign in without PKCE, by client_id.
func (db *DB) OldClients(ctx context.Context) ([]OldClient, error) {
	scan := func(r row) (c OldClient, err error) {
		var approved sql.NullInt64
		err = r.Scan(&c.ClientID, &approved)
		c.Approved = instant(approved)
		return c, err
	}
	return collect(ctx, db, "list apps without PKCE", scan,
		"SELECT client_id, approved FROM old_client ORDER BY client_id")
}

// ForgetOldClient withdraws the permission. Tokens of the app stay valid.
func (db *DB) ForgetOldClient(ctx context.Context, clientID string) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec("DELETE FROM old_client WHERE client_id = ?", clientID)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget %s: %w", clientID, err)
	}
	return nil
}
