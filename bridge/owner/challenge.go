package owner

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// seal creates challenges for passkeys and verifies them without storing any, so that strangers
// cannot exhaust memory or evict the owner's. Only challenges that the owner's passkey has
// signed are stored until they expire, so that each is used once.
type seal struct {
	key [32]byte // of this process: a restart invalidates pending challenges

	mu    sync.Mutex
	spent map[[nonceLength]byte]time.Time // expiry; guarded by mu
}

const nonceLength = 16

var (
	errChallenge = errors.New("the challenge is not from this server or has expired")
	errSpent     = errors.New("the challenge was used before")
)

func newSeal() *seal {
	s := &seal{spent: map[[nonceLength]byte]time.Time{}}
	rand.Read(s.key[:])
	return s
}

// challenge returns a new challenge: nonce, expiry, and the MAC of both and the purpose.
func (s *seal) challenge(purpose string, now time.Time) []byte {
	c := make([]byte, nonceLength, nonceLength+8+sha256.Size)
	rand.Read(c)
	c = binary.BigEndian.AppendUint64(c, uint64(now.Add(ceremonyTime).UnixMilli()))
	return append(c, s.mac(c, purpose)...)
}

// check returns an error unless c was created for the purpose and has not expired.
func (s *seal) check(c []byte, purpose string, now time.Time) error {
	const length = nonceLength + 8
	if len(c) != length+sha256.Size || !hmac.Equal(c[length:], s.mac(c[:length], purpose)) || !now.Before(expiry(c)) {
		return errChallenge
	}
	return nil
}

// spend marks a checked challenge as used; the second time it returns an error.
func (s *seal) spend(c []byte, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for nonce, expires := range s.spent {
		if !now.Before(expires) {
			delete(s.spent, nonce)
		}
	}
	nonce := [nonceLength]byte(c)
	if _, again := s.spent[nonce]; again {
		return errSpent
	}
	s.spent[nonce] = expiry(c)
	return nil
}

func expiry(c []byte) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(c[nonceLength:])))
}

func (s *seal) mac(c []byte, purpose string) []byte {
	m := hmac.New(sha256.New, s.key[:])
	m.Write(c[:nonceLength+8])
	m.Write([]byte(purpose))
	return m.Sum(nil)
}
