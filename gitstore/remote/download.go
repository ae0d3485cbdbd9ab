package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"

	"gitpost/gitstore/git"
)

const agentName = "gitpost"

// Download asks for a commit and what it needs and returns the pack. haves are commits that
// the remote may know. progress shows how much was received; it may be nil.
func (f *Fetch) Download(
	ctx context.Context, want git.OID, haves []git.OID, progress io.Writer,
) (io.ReadCloser, error) {
	answer, err := f.download(ctx, want, haves, progress)
	var moved *redirectError
	if errors.As(err, &moved) && !moved.elsewhere {
		// The repository moved between the greeting and the question: begin again.
		var again *Fetch
		if again, err = f.r.fetch(ctx); err == nil {
			f.Close()
			f.Refs, f.s = again.Refs, again.s
			if f.s == nil {
				err = errors.New("the repository moved, and is empty now")
			} else {
				answer, err = f.download(ctx, want, haves, progress)
			}
		}
	}
	return answer, f.r.Explain("fetch from", err)
}

func (f *Fetch) download(
	ctx context.Context, want git.OID, haves []git.OID, progress io.Writer,
) (io.ReadCloser, error) {
	caps := f.adv.Capabilities
	req := packp.NewUploadPackRequest()
	req.Wants = []plumbing.Hash{plumbing.Hash(want)}
	for _, h := range haves {
		if h != want && !slices.Contains(req.Haves, plumbing.Hash(h)) {
			req.Haves = append(req.Haves, plumbing.Hash(h))
		}
	}
	for _, c := range []capability.Capability{capability.OFSDelta, capability.Sideband64k} {
		if caps.Supports(c) {
			_ = req.Capabilities.Set(c)
		}
	}
	if caps.Supports(capability.Agent) {
		_ = req.Capabilities.Set(capability.Agent, agentName)
	}
	if progress == nil && caps.Supports(capability.NoProgress) {
		_ = req.Capabilities.Set(capability.NoProgress)
	}
	var request bytes.Buffer
	if err := errors.Join(req.UploadRequest.Encode(&request), req.UploadHaves.Encode(&request, false),
		pktline.NewEncoder(&request).EncodeString("done\n")); err != nil {
		return nil, err
	}
	answer, err := f.s.conv.ask(ctx, request.Bytes(), git.Pack{})
	if err != nil {
		return nil, err
	}
	resp := packp.NewUploadPackResponse(req)
	if err := resp.Decode(answer); err != nil {
		answer.Close()
		if words := f.s.conv.stderr(); words != "" {
			err = &hostError{words: words, err: err}
		}
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	pack := &packReader{Reader: resp, Closer: answer, f: f}
	if req.Capabilities.Supports(capability.Sideband64k) {
		demux := sideband.NewDemuxer(sideband.Sideband64k, resp)
		demux.Progress = io.Discard
		if progress != nil {
			demux.Progress = progress
		}
		pack.Reader = demux
	}
	if progress != nil {
		pack.Reader = &received{r: pack.Reader, w: progress}
	}
	return pack, nil
}

// packReader puts the failures of a download into words.
type packReader struct {
	io.Reader
	io.Closer
	f *Fetch
}

func (p *packReader) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = p.f.r.Explain("fetch from", err)
	}
	return n, err
}
