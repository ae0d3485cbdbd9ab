package owner

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"gitpost/bridge/fault"
)

// cost are the parameters of argon2id. The current ones are the second recommended option of
// RFC 9106, section 4, for machines with little memory.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var currentCost = strong

var (
	strong = cost{memory: 64 << 10, passes: 3, threads: 4}
	cheap  = cost{memory: 64, passes: 1, threads: 1}
)

// HashCheaply makes hashes cost next to nothing. It is for tests, before they start, and panics
// outside of `go test`.
func HashCheaply() {
	if !testing.Testing() {
		panic("passwords are hashed cheaply in tests only")
	}
	currentCost = cheap
}

const (
	saltLength = 16
	hashLength = 32
	minLetters = 10
	maxBytes   = 1024
)

// hasher computes one hash at a time, so that concurrent guesses need 64 MiB and not a gigabyte.
// Strangers wait in a queue of their own, of which one at a time stands with the others: however many
// guess, the owner waits for one hash of theirs.
type hasher struct {
	queue     chan struct{} // has an element for each caller but strangers, waiting or running
	turn      chan struct{} // has an element while one is running
	strangers chan struct{} // has an element for each stranger
	first     chan struct{} // has an element for the one of them who is next or running
}

// queueTimeout is how long a caller waits for its turn.
const queueTimeout = 10 * time.Second

func newHasher() *hasher {
	return &hasher{queue: make(chan struct{}, 16), turn: make(chan struct{}, 1), strangers: make(chan struct{}, 16),
		first: make(chan struct{}, 1)}
}

type strangerKey struct{}

// asStranger marks the calls of a browser in which the owner never signed in.
func asStranger(ctx context.Context) context.Context {
	return context.WithValue(ctx, strangerKey{}, true)
}

// run calls f when it is its turn. It returns fault.Unavailable when too many callers wait.
func (h *hasher) run(ctx context.Context, f func()) error {
	queue, stranger := h.queue, ctx.Value(strangerKey{}) != nil
	if stranger {
		queue = h.strangers
	}
	busy := &fault.Error{
		Code: fault.Unavailable, Op: "check the password", Message: "too many passwords are being checked",
		Hint: "try again, or sign in with a passkey", RetryAfter: queueTimeout,
	}
	select {
	case queue <- struct{}{}:
		defer func() { <-queue }()
	default:
		return busy
	}
	ctx, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	waits := []chan struct{}{h.turn}
	if stranger {
		waits = []chan struct{}{h.first, h.turn}
	}
	for _, turn := range waits {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			busy.Err = ctx.Err()
			return busy
		}
	}
	f()
	return nil
}

// checkNew returns an error unless a password can be set.
func checkNew(password string) error {
	problem := ""
	switch {
	case !utf8.ValidString(password):
		problem = "the password is not valid text"
	case len(password) > maxBytes:
		problem = fmt.Sprintf("the password is longer than %d bytes", maxBytes)
	case utf8.RuneCountInString(password) < minLetters:
		problem = fmt.Sprintf("the password has less than %d characters", minLetters)
	case strings.Count(password, password[:1]) == len(password):
		problem = "the password is one character repeated"
	default:
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "set the password", Message: problem, Hint: "use, for example, four unrelated words",
	}
}

// hash returns the PHC form of a password.
func (h *hasher) hash(ctx context.Context, password string) (phc string, err error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	err = h.run(ctx, func() { phc = currentCost.phc(salt, currentCost.key(password, salt, hashLength)) })
	return phc, err
}

// matches reports whether a password matches a PHC form, and whether that has the current
// parameters.
func (h *hasher) matches(ctx context.Context, password, phc string) (matches, current bool, err error) {
	made, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	if len(password) > maxBytes {
		return false, false, nil
	}
	err = h.run(ctx, func() {
		got := made.key(password, salt, uint32(len(want)))
		matches = subtle.ConstantTimeCompare(got, want) == 1
	})
	return matches, made == currentCost && len(salt) == saltLength && len(want) == hashLength, err
}

// key returns argon2id of the password in NFC, so that it does not depend on the keyboard.
func (c cost) key(password string, salt []byte, length uint32) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.passes, c.memory, c.threads, length)
}

func (c cost) phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

var errPHC = errors.New("the stored password cannot be read; set it again with gitpost passwd")

// parsePHC parses the PHC form. It limits the parameters, so that a damaged database cannot
// exhaust memory.
func parsePHC(s string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost{}, nil, nil, errPHC
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); n != 3 || err != nil ||
		parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", c.memory, c.passes, c.threads) {
		return cost{}, nil, nil, errPHC
	}
	if c.passes < 1 || c.passes > 16 || c.threads < 1 || c.memory < 8*uint32(c.threads) || c.memory > 256<<10 {
		return cost{}, nil, nil, errPHC
	}
	if salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return cost{}, nil, nil, errPHC
	}
	if key, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil || len(key) < 16 || len(key) > 64 {
		return cost{}, nil, nil, errPHC
	}
	return c, salt, key, nil
}
