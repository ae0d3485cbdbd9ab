package blog

import (
	"context"
	"fmt"

	"gitpost/bridge/catalog"
	"gitpost/gitstore"
)

// indexed lets the catalog, which knows nothing of Git, read a gitstore.Snapshot.
type indexed struct{ *gitstore.Snapshot }

func (s indexed) ID() string { return string(s.Tree()) }

func (s indexed) Ref() string { return string(s.Commit()) }

func (s indexed) At(ref string) (catalog.Snapshot, error) {
	older, err := s.AtCommit(gitstore.Hash(ref))
	return indexed{older}, err
}

func (s indexed) Walk(f func(path, blob string) error) error {
	return s.Snapshot.Walk(func(path string, blob gitstore.Hash) error { return f(path, string(blob)) })
}

func (s indexed) Changes(older catalog.Snapshot) ([]catalog.Change, error) {
	old, ok := older.(indexed)
	if !ok {
		return nil, fmt.Errorf("cannot compare with a %T", older)
	}
	deltas, err := old.Snapshot.Diff(s.Snapshot)
	if err != nil {
		return nil, err
	}
	changes := make([]catalog.Change, len(deltas))
	for i, d := range deltas {
		changes[i] = catalog.Change{Path: d.Path, Old: string(d.Old), New: string(d.New)}
	}
	return changes, nil
}

func (s indexed) ReadBlob(blob string) ([]byte, error) { return s.Blob(gitstore.Hash(blob)) }

func (s indexed) ReadBlobs(ctx context.Context, blobs []string, f func(i int, data []byte) error) error {
	hashes := make([]gitstore.Hash, len(blobs))
	for i, b := range blobs {
		hashes[i] = gitstore.Hash(b)
	}
	return s.Snapshot.ReadBlobs(ctx, hashes, f)
}
