package state

import (
	"context"
	"fmt"
	"time"
)

// Renewable are the IDs of the tokens that an app can still renew, whether or not they have
// expired.
func (db *DB) Renewable(ctx context.Context) (map[int64]bool, error) {
	rows, err := db.sql.QueryContext(ctx, "SELECT token_id FROM refresh WHERE used IS NULL AND expires > ?", stamp(time.Now()))
	if err != nil {
		return nil, fmt.Errorf("list refresh tokens: %w", explain(err))
	}
	defer rows.Close()
	renewable := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("list refresh tokens: %w", explain(err))
		}
		renewable[id] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list refresh tokens: %w", explain(err))
	}
	return renewable, nil
}
