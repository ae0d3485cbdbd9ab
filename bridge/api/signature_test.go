package api

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"net/url"
	"testing"
)

func signed(h func() hash.Hash, secret, text string) string {
	mac := hmac.New(h, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// Each host proves the secret in its own way; a body that arrives in small pieces is no different.
func TestWebhooksOfEachHostAreRecognised(t *testing.T) {
	const secret, payload = "t1de", `{"ref":"refs/heads/main","repository":{"full_name":"ada/blög & co+1 = 100%"}}`
	const form = "application/x-www-form-urlencoded"
	encoded := url.Values{"payload": {payload}}.Encode()
	of := func(text string) string { return signed(sha256.New, secret, text) }
	for name, c := range map[string]struct {
		kind, body, header, value string
		want                      bool
	}{
		"GitHub, JSON": {"application/json", payload, "X-Hub-Signature-256", "sha256=" + of(payload), true},
		"GitHub, form": {form, encoded, "X-Hub-Signature-256", "sha256=" + of(encoded), true},
		"Gitea, form":  {form, encoded, "X-Gitea-Signature", of(payload), true},
		"Forgejo, form": {form + "; charset=utf-8", "x=1&" + encoded + "&y=2", "X-Forgejo-Signature",
			of(payload), true},
		"Gitea, form, GitHub's name": {form, encoded, "X-Hub-Signature-256", "sha256=" + of(payload), true},
		"Bitbucket":                  {"application/json", payload, "X-Hub-Signature", "sha256=" + of(payload), true},
		"GitLab":                     {"application/json", payload, "X-Gitlab-Token", secret, true},
		"Gogs":                       {"application/json", payload, "X-Gogs-Signature", of(payload), true},
		"spaces as %20":              {form, "payload=a%20b+c", "X-Gitea-Signature", of("a b c"), true},
		"GitHub's old signature": {"application/json", payload, "X-Hub-Signature",
			"sha1=" + signed(sha1.New, secret, payload), false},
		"another secret":              {form, encoded, "X-Gitea-Signature", signed(sha256.New, "tide", payload), false},
		"inner JSON as a JSON body":   {"application/json", encoded, "X-Gitea-Signature", of(payload), false},
		"no payload":                  {form, "other=1", "X-Gitea-Signature", of(""), false},
		"second payload":              {form, "payload=a&payload=b", "X-Gitea-Signature", of("b"), false},
		"joined payloads":             {form, "payload=a&payload=b", "X-Gitea-Signature", of("ab"), false},
		"empty":                       {"application/json", payload, "X-Hub-Signature", "sha256=", false},
		"a part of the signature":     {"application/json", payload, "X-Hub-Signature", "sha256=" + of(payload)[:32], false},
		"payload in another's value":  {form, "x=payload=a", "X-Gitea-Signature", of("a"), false},
		"longer name":                 {form, "payloads=a", "X-Gitea-Signature", of("a"), false},
		"the secret in another place": {"application/json", payload, "X-Hub-Signature", secret, false},
	} {
		for _, step := range []int{1, 3, len(c.body) + 1} {
			h := http.Header{"Content-Type": {c.kind}}
			h.Set(c.header, c.value)
			s := newSignature(h, secret)
			for at := 0; at < len(c.body); at += step {
				if _, err := s.Write([]byte(c.body[at:min(at+step, len(c.body))])); err != nil {
					t.Fatal(err)
				}
			}
			if got := s.right(); got != c.want {
				t.Errorf("%s, in steps of %d: %v, want %v", name, step, got, c.want)
			}
		}
	}
}
