package blog

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/address"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// Once carries out requests that came with an Idempotency-Key: the same key of the same sender within
// a day is carried out once, however often it is sent, and has the same answer.
//
// A request is a row in the state database before anything happens, and the commit that it makes
// names the row. So a server that was killed in between finds in the history whether the request was
// carried out. Its methods are safe for concurrent use.
type Once struct {
	state *state.DB
	log   logger

	mu      sync.Mutex
	running map[[32]byte]chan struct{} // guarded by mu: requests being carried out; closed at their end
}

// retryAfterState is when to try again what the state database could not do.
const retryAfterState = 5 * time.Second

type logger interface{ Warn(msg string, args ...any) }

// Repeatable is a request with a key.
type Repeatable struct {
	Who   access.Principal
	Key   string   // the sender's; "" if it sent none
	Asks  [32]byte // see Asks
	Blog  *Blog
	About string // URL of the post that it changes; "" for a new one
}

// Asks is the sum of what a command asks for. files are the sums of the contents of the files that
// came with it, by the URLs that they were given: another try gives them others.
func Asks(command any, files map[string][32]byte) ([32]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // a URL stays as it is
	if err := encoder.Encode(command); err != nil {
		return [32]byte{}, fmt.Errorf("encode the request: %w", err)
	}
	text := fmt.Sprintf("%T %s", command, b.String())
	for url, sum := range files {
		text = strings.ReplaceAll(text, url, fmt.Sprintf("%x", sum))
	}
	return sha256.Sum256([]byte(text)), nil
}

// Do carries out a request by act, unless it was carried out before; then repeated is true. A
// refused request changes nothing, so its key can be used again.
func (o *Once) Do(ctx context.Context, r Repeatable,
	act func(context.Context) (Outcome, error)) (out Outcome, repeated bool, err error) {
	if r.Key == "" {
		out, err = act(ctx)
		return out, false, err
	}
	key := r.id()
	end, err := o.begin(ctx, key)
	if err != nil {
		return Outcome{}, false, err
	}
	defer end()
	row, known, err := o.state.BeginRequest(ctx, state.Request{Key: key, Asks: r.Asks})
	switch {
	case err != nil:
		return Outcome{}, false, &fault.Error{Code: fault.Unavailable, Op: "begin request",
			Message: "the request could not be noted; nothing was changed", Hint: "send it again",
			RetryAfter: retryAfterState, Err: err}
	case known && row.Asks != r.Asks:
		return Outcome{}, false, errOtherRequest
	case known && row.Answer != "":
		out, err = answered(row.Answer)
		return out, true, err
	case known:
		if out, repeated, err = r.Blog.madeBy(ctx, row, r.About); err != nil || repeated {
			o.finish(ctx, row, out, err)
			return out, repeated, err
		}
	}
	out, err = act(context.WithValue(ctx, requestKey{}, requestName(row)))
	o.finish(ctx, row, out, err)
	return out, false, err
}

var errOtherRequest = &fault.Error{
	Code: fault.Conflict, Op: "begin request",
	Message: "this Idempotency-Key came with another request before",
	Hint:    "send a new key with each new request, and the same one only to repeat it",
}

// id is the sum of who sends a request and its key.
func (r Repeatable) id() [32]byte {
	sender := "token " + strconv.FormatInt(r.Who.TokenID, 10)
	if r.Who.TokenID == 0 { // the pages, or a token of another server
		sender = "client " + r.Who.Me + " " + r.Who.Client
	}
	return sha256.Sum256([]byte(sender + "\x00" + r.Key))
}

// begin waits until no other request with that key is being carried out.
func (o *Once) begin(ctx context.Context, key [32]byte) (end func(), err error) {
	for {
		o.mu.Lock()
		other := o.running[key]
		if other == nil {
			if o.running == nil {
				o.running = map[[32]byte]chan struct{}{}
			}
			done := make(chan struct{})
			o.running[key] = done
			o.mu.Unlock()
			return func() {
				o.mu.Lock()
				delete(o.running, key)
				o.mu.Unlock()
				close(done)
			}, nil
		}
		o.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, &fault.Error{Code: fault.Conflict, Op: "begin request",
				Message: "the same request is being carried out", Hint: "send it again in a moment", Err: ctx.Err()}
		}
	}
}

// finish notes how a request ended. After a failure that leaves open whether there is a commit the row
// stays, and the next try looks for the commit. So it does if the note fails.
func (o *Once) finish(ctx context.Context, row state.Request, out Outcome, failed error) {
	ctx = context.WithoutCancel(ctx)
	var err error
	if failed == nil {
		if row.Answer, err = answerOf(out); err == nil {
			err = o.state.FinishRequest(ctx, row)
		}
	} else if code := fault.CodeOf(failed); code != fault.Internal && code != fault.Unavailable {
		err = o.state.ForgetRequest(ctx, row)
	}
	if err != nil {
		o.log.Warn("the end of a request with an Idempotency-Key could not be noted", "error", err)
	}
}

// answerOf is what is kept of an outcome: all that an answer shows.
func answerOf(o Outcome) (string, error) {
	item := mf2.Item{Properties: mf2.Properties{}}
	for _, name := range []string{"syndication", "shortlink"} {
		if values := o.Item.Properties[name]; len(values) > 0 {
			item.Properties[name] = values
		}
	}
	o.Item = item
	text, err := json.Marshal(o)
	return string(text), err
}

func answered(text string) (o Outcome, err error) {
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return o, fmt.Errorf("read the answer to an earlier request: %w", err)
	}
	return o, nil
}

// requestKey is the context key of the name of the request that is being carried out.
type requestKey struct{}

// requestName is what a commit says of the request that made it. The time tells it from a request of
// another day with the same key.
func requestName(r state.Request) string {
	raw := binary.BigEndian.AppendUint64(r.Key[:16:16], uint64(r.Begun.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// withRequest adds to a commit's message the request that makes it, if it has a key.
func withRequest(ctx context.Context, message string) string {
	if name, ok := ctx.Value(requestKey{}).(string); ok && message != "" {
		return strings.TrimRight(message, "\n") + "\n" + history.Request + ": " + name + "\n"
	}
	return message
}

// madeBy looks in the history for the commit of a request. about is the URL of the post that it was to
// change, or "".
func (b *Blog) madeBy(ctx context.Context, r state.Request, about string) (out Outcome, found bool, err error) {
	if err := b.usable(); err != nil {
		return Outcome{}, false, err
	}
	name, oldest := requestName(r), r.Begun.Add(-time.Hour) // clocks of other committers may be wrong
	const most = 10_000
	seen := 0
	_, err = b.store.Snapshot().LogSince(ctx, "", func(c gitstore.LogEntry) bool {
		seen++
		t := history.Trailers(c.Message)
		if t[history.Request] == name {
			found = true
			out.URL = cmp.Or(t[history.URL], about)
			out.Moved = about != "" && !address.Same(out.URL, about)
		}
		return !found && seen < most && !c.When.Before(oldest)
	})
	if err != nil {
		return Outcome{}, false, storeFault("begin request", err)
	}
	return out, found, nil
}
