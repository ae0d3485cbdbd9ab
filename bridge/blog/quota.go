package blog

import (
	"context"
	"fmt"
	"io"
	"sync"

	"gitpost/bridge/access"
	"gitpost/bridge/fault"
)

// stagedQuota is how much a token may have in uploads that no post uses yet, and uploadReserve how
// much of the disk uploads leave free for posts.
const (
	stagedQuota   = 2 << 30
	uploadReserve = 200 << 20
	spaceStep     = 1 << 20 // bytes of one upload after which the disk is looked at again
)

// ration is what uploads may take of the disk. Its methods are safe for concurrent use.
type ration struct {
	Quota   int64  // bytes of a token's unused uploads
	Reserve uint64 // bytes of the disk that stay free
	folder  string

	mu       sync.Mutex
	arriving map[int64]int64 // bytes of uploads under way, by token; guarded by mu
}

// rationed reads an upload as far as its token and the disk have room for it. finish must be called.
type rationed struct {
	io.Reader
	ration *ration
	token  int64
	stored int64 // bytes of the token's uploads before this one
	read   int64
	looked int64 // read when the disk was looked at
}

// ration limits an upload. An upload of a token that has many unused ones, or when the disk is almost
// full, is refused at once.
func (u *Uploads) ration(ctx context.Context, who access.Principal, body io.Reader) (*rationed, error) {
	stored, err := u.state.StagedBytes(ctx, who.TokenID)
	if err != nil {
		return nil, err
	}
	r := &rationed{Reader: body, ration: &u.Ration, token: who.TokenID, stored: stored}
	if err := r.hasRoom(); err != nil {
		return nil, err
	}
	return r, r.ration.space()
}

func (r *rationed) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	r.ration.mu.Lock()
	if r.ration.arriving == nil {
		r.ration.arriving = map[int64]int64{}
	}
	r.ration.arriving[r.token] += int64(n)
	r.ration.mu.Unlock()
	if refused := r.hasRoom(); refused != nil {
		return 0, refused
	}
	if r.read-r.looked >= spaceStep {
		r.looked = r.read
		if refused := r.ration.space(); refused != nil {
			return 0, refused
		}
	}
	return n, err
}

// finish ends the count of what arrives: the state has it now, or it is gone.
func (r *rationed) finish() {
	r.ration.mu.Lock()
	defer r.ration.mu.Unlock()
	if r.ration.arriving[r.token] -= r.read; r.ration.arriving[r.token] <= 0 {
		delete(r.ration.arriving, r.token)
	}
}

// hasRoom refuses what a token has no room for.
func (r *rationed) hasRoom() error {
	r.ration.mu.Lock()
	used := r.stored + r.ration.arriving[r.token]
	r.ration.mu.Unlock()
	if used < r.ration.Quota {
		return nil
	}
	return &fault.Error{
		Code: fault.TooLarge, Op: "upload",
		Message: fmt.Sprintf("this token has %d MB in uploads that no post uses", used>>20),
		Hint:    "post them, or delete them at the media endpoint; they expire by themselves",
	}
}

// space refuses uploads when the disk is almost full.
func (r *ration) space() error {
	if free, ok := freeSpace(r.folder); ok && free < r.Reserve {
		return &fault.Error{
			Code: fault.Unavailable, Op: "upload", Message: "the server's disk is almost full, and what is left is for posts",
			Hint: "make room on it, then send it again",
		}
	}
	return nil
}
