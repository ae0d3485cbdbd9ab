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

// seal makes the challenges of passkeys and recognises them again without keeping any: a
// stranger who asks for a million of them takes no memory and pushes nobody's out. Only
// those that the owner's passkey has answered are kept, until they expire, so that an answer
// is good once.
type seal struct {
	key [32]byte // of this process: a restart voids what is under way

	mu    sync.Mutex
	spent map[[nonceLength]byte]time.Time // expiry; guarded by mu
}

const nonceLength = 16

var (
	errChallenge = errors.New("the challenge is not one of this server, or has expired")
	errSpent     = errors.New("the challenge was answered before")
)

func newSeal() *seal {
	s := &seal{spent: map[[nonceLength]byte]time.Time{}}
	rand.Read(s.key[:])
	return s
}

// challenge makes one for a purpose: nonce, expiry, and the MAC of both and the purpose.
func (s *seal) challenge(purpose string, now time.Time) []byte {
	c := make([]byte, nonceLength, nonceLength+8+sha256.Size)
	rand.Read(c)
	c = binary.BigEndian.AppendUint64(c, uint64(now.Add(ceremonyTime).UnixMilli()))
	return append(c, s.mac(c, purpose)...)
}

// check tells whether c was made for the purpose and is not too old.
func (s *seal) check(c []byte, purpose string, now time.Time) error {
	if len(c) != nonceLength+8+sha256.Size || !hmac.Equal(c[nonceLength+8:], s.mac(c[:nonceLength+8], purpose)) || !now.Before(expiry(c)) {
		return errChallenge
	}
	return nil
}

// spend marks a checked challenge as answered; it may be once.
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
