package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"mime"
	"net/http"
	"strings"
)

// signature checks a webhook's proof of a secret while its body is read. It keeps nothing of the
// body.
type signature struct {
	header http.Header
	secret string
	mac    hash.Hash
	inner  hash.Hash    // of the JSON in a form; nil for other bodies
	form   *formPayload // writes to inner
}

func newSignature(h http.Header, secret string) *signature {
	s := &signature{header: h, secret: secret, mac: hmac.New(sha256.New, []byte(secret))}
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		s.inner = hmac.New(sha256.New, []byte(secret))
		s.form = &formPayload{to: s.inner}
	}
	return s
}

// Write takes a part of the body.
func (s *signature) Write(p []byte) (int, error) {
	if s.form != nil {
		s.form.take(p)
	}
	return s.mac.Write(p)
}

// right reports whether the call proves the secret. GitHub, Gitea, Forgejo and Bitbucket sign the
// body; of a form, Gitea and Forgejo sign the JSON inside. GitLab sends the secret. It must be
// called after the last Write.
func (s *signature) right() bool {
	if token := s.header.Get("X-Gitlab-Token"); token != "" {
		return subtle.ConstantTimeCompare([]byte(token), []byte(s.secret)) == 1
	}
	wanted := [][]byte{s.mac.Sum(nil)}
	if s.inner != nil && s.form.found {
		wanted = append(wanted, s.inner.Sum(nil))
	}
	for _, name := range []string{"X-Hub-Signature-256", "X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature",
		"X-Hub-Signature"} { // Bitbucket's; GitHub has its old SHA-1 signature there, which is not looked at
		got, err := hex.DecodeString(strings.TrimPrefix(s.header.Get(name), "sha256="))
		if err != nil || len(got) != sha256.Size {
			continue
		}
		for _, want := range wanted {
			if hmac.Equal(got, want) {
				return true
			}
		}
	}
	return false
}

// formPayload passes on the value of a form's first field "payload", decoded, and keeps nothing of it.
type formPayload struct {
	to     hash.Hash
	out    []byte // decoded, not passed on yet
	name   []byte
	value  bool   // the value is being read
	found  bool   // its end may still be to come
	escape []byte // of a % and what follows it
}

const payloadField = "payload"

func (f *formPayload) take(p []byte) {
	for _, c := range p {
		switch {
		case c == '&':
			f.name, f.value, f.escape = f.name[:0], false, f.escape[:0]
		case f.value:
			f.decode(c)
		case c == '=' && string(f.name) == payloadField && !f.found:
			f.value, f.found = true, true
		case len(f.name) <= len(payloadField):
			f.name = append(f.name, c)
		}
	}
	f.to.Write(f.out)
	f.out = f.out[:0]
}

func (f *formPayload) decode(c byte) {
	switch {
	case c == '%' || len(f.escape) > 0:
		f.escape = append(f.escape, c)
		if len(f.escape) < 3 {
			return
		}
		var b [1]byte
		if _, err := hex.Decode(b[:], f.escape[1:]); err == nil {
			f.out = append(f.out, b[0])
		} else {
			f.out = append(f.out, f.escape...) // nobody signs that
		}
		f.escape = f.escape[:0]
	case c == '+':
		f.out = append(f.out, ' ')
	default:
		f.out = append(f.out, c)
	}
}
