package remote

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"gitpost/gitstore/git"
)

// conversation is one exchange with a service of the host: it says what it has, is asked once,
// and answers.
type conversation interface {
	// greeting is what the host says first.
	greeting(ctx context.Context) (io.ReadCloser, error)
	// ask sends a request, a pack behind it, and returns the answer.
	ask(ctx context.Context, request []byte, pack git.Pack) (io.ReadCloser, error)
	// stderr is what the host wrote beside the protocol, when the conversation is over.
	stderr() string
	close()
}

// session is a conversation whose greeting was read.
type session struct {
	conv conversation
	adv  *packp.AdvRefs
}

var errSilent = errors.New("no answer in time")

// greetingTimeout is how long the first answer may take.
const greetingTimeout = 45 * time.Second

// begin opens a conversation and reads what the remote has. For a fetch an empty repository
// is transport.ErrEmptyRemoteRepository.
func (r *Remote) begin(ctx context.Context, service string) (_ *session, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, greetingTimeout, errSilent)
	defer cancel()
	conv, err := r.open(ctx, service)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	defer func() {
		if err != nil {
			conv.close()
		}
	}()
	in, err := conv.greeting(ctx)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	defer in.Close()
	adv, err := readAdvertisement(in)
	pushes := service == transport.ReceivePackServiceName
	switch {
	case err == nil && adv.IsEmpty() && !pushes, errors.Is(err, packp.ErrEmptyAdvRefs) && !pushes:
		return nil, transport.ErrEmptyRemoteRepository
	case err == nil, errors.Is(err, packp.ErrEmptyAdvRefs):
		return &session{conv: conv, adv: adv}, nil
	case errors.Is(err, errFormat):
		return nil, err
	}
	err = causeOf(ctx, err)
	conv.close()
	if words := conv.stderr(); words != "" {
		err = &hostError{words: words, err: err}
	}
	return nil, err
}

// causeOf is why a context ended, when it did; an operation that it cuts off fails with
// something that says less.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// hostError is a failure with what the host said beside the protocol.
type hostError struct {
	words string
	err   error
}

func (e *hostError) Error() string { return e.words }
func (e *hostError) Unwrap() error { return e.err }

// errFormat: the repository's objects are not named by SHA-1.
var errFormat = errors.New("unsupported object format")

// readAdvertisement decodes what a service says first.
func readAdvertisement(r io.Reader) (*packp.AdvRefs, error) {
	in := bufio.NewReaderSize(r, 128<<10) // larger than a line of the protocol can be
	if format := objectFormat(in); format != "sha1" {
		return nil, fmt.Errorf("%w %s", errFormat, format)
	}
	adv := packp.NewAdvRefs()
	err := adv.Decode(in)
	return adv, err
}

// objectFormat reads ahead to the line with the capabilities, which names the hash function.
func objectFormat(in *bufio.Reader) string {
	named := false // the line with the service's name came, which a flush follows
	for at := 0; ; {
		head, err := in.Peek(at + 4)
		if err != nil {
			return "sha1"
		}
		n, err := strconv.ParseUint(string(head[at:]), 16, 16)
		if err != nil {
			return "sha1"
		}
		if n < 4 && !named {
			return "sha1" // the repository is empty, and nothing more comes
		}
		if n < 4 {
			at, named = at+4, false
			continue
		}
		line, err := in.Peek(at + int(n))
		if err != nil {
			return "sha1"
		}
		line = line[at+4:]
		at += int(n)
		if bytes.HasPrefix(line, []byte("# service=")) {
			named = true
			continue
		}
		for word := range strings.FieldsSeq(string(line)) {
			if format, ok := strings.CutPrefix(word, "object-format="); ok {
				return format
			}
		}
		if hash, _, _ := bytes.Cut(line, []byte{' '}); len(hash) == 64 {
			return "sha256"
		}
		return "sha1"
	}
}
