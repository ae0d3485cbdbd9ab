package owner

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"gitpost/bridge/fault"
)

// cost is what one guess costs: argon2id by the second choice of RFC 9106, section 4, which
// is for machines with little memory.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var today = cost{memory: 64 << 10, passes: 3, threads: 4}

const (
	saltLength   = 16
	hashLength   = 32
	leastLetters = 10
	mostBytes    = 1024
)

// hasher computes one hash at a time: a crowd of guesses takes 64 MiB and not a gigabyte.
type hasher struct {
	queue chan struct{} // places of those who wait and of the one whose turn it is
	turn  chan struct{}
}

// patience is how long a guess waits for its turn.
const patience = 10 * time.Second

func newHasher() *hasher {
	return &hasher{queue: make(chan struct{}, 16), turn: make(chan struct{}, 1)}
}

// run calls f when it is its turn; fault.Unavailable when too many wait.
func (h *hasher) run(ctx context.Context, f func()) error {
	crowded := &fault.Error{
		Code: fault.Unavailable, Op: "check the password", Message: "too many passwords are being checked at this moment",
		Hint: "try again, or sign in with a passkey", RetryAfter: patience,
	}
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return crowded
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		crowded.Err = ctx.Err()
		return crowded
	}
	f()
	return nil
}

// checkNew says what is wrong with a password that somebody wants to have.
func checkNew(password string) error {
	problem := ""
	switch {
	case !utf8.ValidString(password):
		problem = "the password is not valid text"
	case len(password) > mostBytes:
		problem = fmt.Sprintf("the password is longer than %d bytes", mostBytes)
	case utf8.RuneCountInString(password) < leastLetters:
		problem = fmt.Sprintf("the password has less than %d characters", leastLetters)
	case strings.Count(password, password[:1]) == len(password):
		problem = "the password is one character again and again"
	default:
		return nil
	}
	return &fault.Error{Code: fault.InvalidRequest, Op: "set the password", Message: problem, Hint: "four words that do not belong together are good and long enough"}
}

// hash gives the PHC form of a password.
func (h *hasher) hash(ctx context.Context, password string) (phc string, err error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	err = h.run(ctx, func() { phc = today.phc(salt, today.key(password, salt, hashLength)) })
	return phc, err
}

// matches tells whether the password is the one of a PHC form, and whether that was made as
// it would be made today.
func (h *hasher) matches(ctx context.Context, password, phc string) (matches, asToday bool, err error) {
	made, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	if len(password) > mostBytes {
		return false, false, nil
	}
	err = h.run(ctx, func() {
		got := made.key(password, salt, uint32(len(want)))
		matches = subtle.ConstantTimeCompare(got, want) == 1
	})
	return matches, made == today && len(salt) == saltLength && len(want) == hashLength, err
}

// key is argon2id of the password as every keyboard would write it (NFC).
func (c cost) key(password string, salt []byte, length uint32) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.passes, c.memory, c.threads, length)
}

func (c cost) phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

var errPHC = errors.New("the stored password cannot be read; set it anew with gitpost passwd")

// parsePHC reads what phc wrote, within bounds: nothing stored makes this machine run out of
// memory.
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
