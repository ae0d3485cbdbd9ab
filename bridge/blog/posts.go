package blog

import (
	"context"

	"gitpost/bridge/access"
	"gitpost/bridge/micropub"
)

// Create writes a new post, which is durable when it returns without error. sent are the names of
// the uploads that came in the same request.
func (b *Blog) Create(ctx context.Context, who access.Principal, cmd *micropub.Create, sent []string) (Outcome, error) {
	w, err := b.ready()
	if err != nil {
		return Outcome{}, err
	}
	return w.create(ctx, who, cmd, sent)
}

// Update changes a post in place. A change that changes nothing makes no commit. sent are the names
// of the uploads that came in the same request.
func (b *Blog) Update(ctx context.Context, who access.Principal, cmd *micropub.Update, sent []string) (Outcome, error) {
	w, err := b.ready()
	if err != nil {
		return Outcome{}, err
	}
	return w.update(ctx, who, cmd, sent)
}

// Delete removes a post's file, and the folder of a page bundle, in one commit.
func (b *Blog) Delete(ctx context.Context, who access.Principal, cmd *micropub.Delete) (Outcome, error) {
	w, err := b.ready()
	if err != nil {
		return Outcome{}, err
	}
	return w.delete(ctx, who, cmd)
}

// Undelete restores a deleted post from the history, at the same path. A post that is there
// already stays as it is.
func (b *Blog) Undelete(ctx context.Context, who access.Principal, cmd *micropub.Undelete) (Outcome, error) {
	w, err := b.ready()
	if err != nil {
		return Outcome{}, err
	}
	return w.undelete(ctx, who, cmd)
}
