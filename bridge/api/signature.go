package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"net/http"
	"strings"
)

// signature checks a webhook's proof of a secret while its body is read. It keeps nothing of the
// body.
type signature struct {
	header http.Header
	secret string
	mac    hash.Hash
}

func newSignature(h http.Header, secret string) *signature {
	return &signature{h, secret, hmac.New(sha256.New, []byte(secret))}
}

// Write takes a part of the body.
func (s *signature) Write(p []byte) (int, error) { return s.mac.Write(p) }

// right reports whether the call proves the secret: GitHub, Gitea and Forgejo sign the body,
// GitLab sends the secret. It must be called after the last Write.
func (s *signature) right() bool {
	if token := s.header.Get("X-Gitlab-Token"); token != "" {
		return subtle.ConstantTimeCompare([]byte(token), []byte(s.secret)) == 1
	}
	want := s.mac.Sum(nil)
	for _, name := range []string{"X-Hub-Signature-256", "X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"} {
		got, err := hex.DecodeString(strings.TrimPrefix(s.header.Get(name), "sha256="))
		if err == nil && len(got) > 0 && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}
