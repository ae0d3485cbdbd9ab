package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// OldClient is an app from before PKCE that the owner allowed, by name, to sign in without it.
type OldClient struct {
	ClientID string
	Approved time.Time
}

// ApproveOldClient lets the app sign in without PKCE from now on.
func (db *DB) ApproveOldClient(ctx context.Context, clientID string) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO old_client (client_id, approved) VALUES (?, ?) ON CONFLICT DO NOTHING", clientID, stamp(time.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("approve %s: %w", clientID, err)
	}
	return nil
}

// OldClientApproved tells whether the owner allowed that app.
func (db *DB) OldClientApproved(ctx context.Context, clientID string) (bool, error) {
	var one int
	err := db.sql.QueryRowContext(ctx, "SELECT 1 FROM old_client WHERE client_id = ?", clientID).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", clientID, explain(err))
	}
	return true, nil
}

// OldClients lists the apps that may sign in without PKCE, by client_id.
func (db *DB) OldClients(ctx context.Context) ([]OldClient, error) {
	rows, err := db.sql.QueryContext(ctx, "SELECT client_id, approved FROM old_client ORDER BY client_id")
	if err != nil {
		return nil, fmt.Errorf("list old apps: %w", explain(err))
	}
	defer rows.Close()
	var list []OldClient
	for rows.Next() {
		var c OldClient
		var approved sql.NullInt64
		if err := rows.Scan(&c.ClientID, &approved); err != nil {
			return nil, fmt.Errorf("list old apps: %w", explain(err))
		}
		c.Approved = instant(approved)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list old apps: %w", explain(err))
	}
	return list, nil
}

// ForgetOldClient takes the permission back. Tokens that the app has stay good.
func (db *DB) ForgetOldClient(ctx context.Context, clientID string) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM old_client WHERE client_id = ?", clientID)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget %s: %w", clientID, err)
	}
	return nil
}
