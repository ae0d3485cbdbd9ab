package state

import (
	"context"
	"time"
)

// Renewable returns the IDs of the tokens that an app can still renew, even if they have
// expired.
func (db *DB) Renewable(ctx context.Context) (map[int64]bool, error) {
	scan := func(r row) (id int64, err error) { return id, r.Scan(&id) }
	ids, err := collect(ctx, db, "list refresh tokens", scan,
		"SELECT token_id FROM refresh WHERE used IS NULL AND expires > ?", stamp(time.Now()))
	if err != nil {
		return nil, err
	}
	renewable := make(map[int64]bool, len(ids))
	for _, id := range ids {
		renewable[id] = true
	}
	return renewable, nil
}
