package blog

import (
	"context"
	"fmt"

	"gitpost/bridge/access"
	"gitpost/bridge/fault"
)

// stagedQuota is how much a token may have in uploads that no post uses yet, and uploadReserve how
// much of the disk uploads leave free for posts.
const (
	stagedQuota   = 2 << 30
	uploadReserve = 200 << 20
)

// admits refuses an upload of a token that has many unused ones, or when the disk is almost full.
func (u *Uploads) admits(ctx context.Context, who access.Principal) error {
	const op = "upload"
	used, err := u.state.StagedBytes(ctx, who.TokenID)
	if err != nil {
		return err
	}
	if used >= u.quota {
		return &fault.Error{
			Code: fault.TooLarge, Op: op, Message: fmt.Sprintf("this token has %d MB in uploads that no post uses", used>>20),
			Hint: "post them, or delete them at the media endpoint; they expire by themselves",
		}
	}
	if free, ok := freeSpace(u.folder); ok && free < uploadReserve {
		return &fault.Error{
			Code: fault.Unavailable, Op: op, Message: "the server's disk is almost full, and what is left is for posts",
			Hint: "make room on it, then send it again",
		}
	}
	return nil
}
