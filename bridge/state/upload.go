package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrNoUpload means that there is no upload with that name or URL.
var ErrNoUpload = errors.New("no such upload")

// Upload is a file that a client sent. It is staged on disk until a post refers to it; then it
// is committed to the repository.
type Upload struct {
	Site        string // URL of the site that it was uploaded for; "": from before sites were recorded
	Name        string // last element of the URL; unique
	URL         string // at which the site will serve it; unique
	Path        string // file in the repository
	File        string // staged file on disk, relative to the uploads folder
	Filename    string // as the client named it
	ContentType string // by content
	Size        int64
	Width       int // 0 when it is not a picture
	Height      int
	Created     time.Time
	Committed   time.Time // zero: not yet
	TokenID     int64     // of the token that uploaded it; 0 for one of another server
}

// AddUpload stores u; u.Created is by default the current time. A second upload with the same
// name or URL is an error.
func (db *DB) AddUpload(ctx context.Context, u Upload) error {
	if u.Created.IsZero() {
		u.Created = time.Now()
	}
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec(`
			INSERT INTO upload
				(site, name, url, path, file, filename, content_type, size, width, height, token_id, created, committed)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			u.Site, u.Name, u.URL, u.Path, u.File, u.Filename, u.ContentType, u.Size, u.Width, u.Height,
			sql.NullInt64{Int64: u.TokenID, Valid: u.TokenID != 0}, stamp(u.Created), stamp(u.Committed))
		return err
	})
	if err != nil {
		return fmt.Errorf("add upload %s: %w", u.Name, err)
	}
	return nil
}

// Upload returns the upload with a name, or ErrNoUpload.
func (db *DB) Upload(ctx context.Context, name string) (Upload, error) {
	return db.oneUpload(ctx, "name", name)
}

// UploadByURL returns the upload that the site will serve at url, or ErrNoUpload.
func (db *DB) UploadByURL(ctx context.Context, url string) (Upload, error) {
	return db.oneUpload(ctx, "url", url)
}

func (db *DB) oneUpload(ctx context.Context, column, value string) (Upload, error) {
	u, err := scanUpload(db.queryRow(ctx, selectUpload+" WHERE "+column+" = ?", value))
	if errors.Is(err, sql.ErrNoRows) {
		return Upload{}, ErrNoUpload
	}
	if err != nil {
		return Upload{}, fmt.Errorf("look up upload %s: %w", value, err)
	}
	return u, nil
}

// StagedBytes returns the total size of the uploads of a token that no post refers to.
func (db *DB) StagedBytes(ctx context.Context, tokenID int64) (size int64, err error) {
	err = db.queryRow(ctx, `
		SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM upload WHERE token_id IS NOT DISTINCT FROM ? AND committed IS NULL`,
		sql.NullInt64{Int64: tokenID, Valid: tokenID != 0}).Scan(&size)
	if err != nil {
		return 0, fmt.Errorf("sum uploads: %w", err)
	}
	return size, nil
}

// Uploads lists the uploads, newest first, including committed ones. A limit of 0 or less means
// all of them.
func (db *DB) Uploads(ctx context.Context, limit, offset int) ([]Upload, error) {
	if limit <= 0 {
		limit = noLimit
	}
	return db.uploads(ctx, "ORDER BY created DESC, id DESC LIMIT ? OFFSET ?", limit, max(offset, 0))
}

// ExpiredUploads lists the uploads from before a time that no post refers to, oldest first.
func (db *DB) ExpiredUploads(ctx context.Context, before time.Time) ([]Upload, error) {
	return db.uploads(ctx, "WHERE committed IS NULL AND created < ? ORDER BY created, id", stamp(before))
}

func (db *DB) uploads(ctx context.Context, which string, args ...any) ([]Upload, error) {
	return collect(ctx, db, "list uploads", scanUpload, selectUpload+" "+which, args...)
}

// MarkCommitted records that the uploads are in the repository, all or none of them. An upload
// beside its post has another Path and URL than before; empty ones are not changed. Uploads
// with unknown names, or that were committed to the same path before, are ignored.
func (db *DB) MarkCommitted(ctx context.Context, uploads []Upload, at time.Time) error {
	if len(uploads) == 0 {
		return nil
	}
	err := db.write(ctx, func(tx *transaction) error {
		for _, u := range uploads {
			_, err := tx.exec(`
				UPDATE upload SET committed = ?, path = coalesce(nullif(?, ''), path), url = coalesce(nullif(?, ''), url)
				WHERE name = ? AND (committed IS NULL OR ? <> '' AND path <> ?)`, stamp(at), u.Path, u.URL, u.Name, u.Path, u.Path)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark uploads as committed: %w", err)
	}
	return nil
}

// PlaceUpload changes Path, URL and Site of an upload that is not committed yet.
func (db *DB) PlaceUpload(ctx context.Context, u Upload) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec("UPDATE upload SET path = ?, url = ?, site = ? WHERE name = ? AND committed IS NULL",
			u.Path, u.URL, u.Site, u.Name)
		return err
	})
	if err != nil {
		return fmt.Errorf("place upload %s: %w", u.Name, err)
	}
	return nil
}

// RemoveUpload deletes an upload, but not its staged file, or returns ErrNoUpload.
func (db *DB) RemoveUpload(ctx context.Context, name string) error {
	err := db.write(ctx, func(tx *transaction) error {
		result, err := tx.exec("DELETE FROM upload WHERE name = ?", name)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err == nil && n == 0 {
			return ErrNoUpload
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrNoUpload) {
		return fmt.Errorf("remove upload %s: %w", name, err)
	}
	return err
}

const selectUpload = `
	SELECT site, name, url, path, file, filename, content_type, size, width, height, token_id, created, committed
	FROM upload`

func scanUpload(r row) (Upload, error) {
	var u Upload
	var token, created, committed sql.NullInt64
	err := r.Scan(&u.Site, &u.Name, &u.URL, &u.Path, &u.File, &u.Filename, &u.ContentType, &u.Size, &u.Width, &u.Height,
		&token, &created, &committed)
	if err != nil {
		return Upload{}, err
	}
	u.TokenID = token.Int64
	u.Created, u.Committed = instant(created), instant(committed)
	return u, nil
}
