package blog

import (
	"context"
	"io/fs"
	"path"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/gitstore"
)

// WellKnown returns the file that the site serves at /.well-known/name; nil when the repository has none.
func (b *Blog) WellKnown(ctx context.Context, name string) (data []byte, err error) {
	err = b.view(ctx, func(v *catalog.View) error {
		edits, err := v.Site().WellKnown(v.Tree(), name, "")
		if err != nil || len(edits) == 0 {
			return nil // the site cannot serve it, or serves nothing
		}
		data, _ = fs.ReadFile(v.Tree(), edits[0].Path) // none when it is new
		return nil
	})
	return data, err
}

// AddWellKnown has the site serve a text at /.well-known/name. It does not replace what somebody else wrote.
func (b *Blog) AddWellKnown(ctx context.Context, name, text string) error {
	op := "add /.well-known/" + name
	w, err := b.ready()
	if err != nil {
		return err
	}
	_, err = w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		edits, err := v.Site().WellKnown(v.Tree(), name, text)
		if err != nil || len(edits) == 0 {
			return gitstore.Change{}, err
		}
		if !edits[0].New {
			return gitstore.Change{}, &fault.Error{Code: fault.Conflict, Op: op, Message: edits[0].Path + " has another text",
				Hint: "delete it, or write into it: " + text}
		}
		change := gitstore.Change{Message: history.Message("Add", path.Join(".well-known", name), history.Client, "gitpost")}
		for _, e := range edits {
			change.Files = append(change.Files, gitstore.File{Path: e.Path, Data: e.Data})
		}
		return change, nil
	})
	return storeFault(op, err)
}
