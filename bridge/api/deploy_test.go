package api

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
)

// Strangers may use the memory of all; others are told to try again then, and not that their call is too large.
func TestADeployCallThatFindsNoMemoryIsToldToTryAgain(t *testing.T) {
	for name, c := range map[string]struct {
		left, size int
		want       fault.Code
	}{
		"no memory":      {0, 100, fault.Unavailable},
		"a call too big": {strangersAll, hookSpool + 1, fault.TooLarge},
	} {
		a := hookRoutes{&API{strangers: &strangers{left: c.left}}}
		r := httptest.NewRequest(http.MethodPost, "/hooks/deploy", strings.NewReader(strings.Repeat("x", c.size)))
		err := a.deployed(echo.New().NewContext(r, httptest.NewRecorder()))
		if fault.CodeOf(err) != c.want {
			t.Errorf("%s: got %v", name, err)
		}
		if a.strangers.left != c.left {
			t.Errorf("%s: %d bytes are left, want %d", name, a.strangers.left, c.left)
		}
	}
}

func TestADeployCallProvesTheSecret(t *testing.T) {
	const secret = "t1de"
	body := []byte(`{"state":"ready"}`)
	sum := func(h func() hash.Hash, key string, text []byte) []byte {
		mac := hmac.New(h, []byte(key))
		mac.Write(text)
		return mac.Sum(nil)
	}
	jws := func(key, header, issuer string, of []byte) string {
		digest := sha256.Sum256(of)
		enc := base64.RawURLEncoding.EncodeToString
		signed := enc([]byte(header)) + "." + enc(fmt.Appendf(nil, `{"iss":%q,"sha256":"%x"}`, issuer, digest))
		return signed + "." + enc(sum(sha256.New, key, []byte(signed)))
	}
	const hs256 = `{"alg":"HS256","typ":"JWT"}`
	good := jws(secret, hs256, "netlify", body)
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + ".e30."
	for _, c := range []struct {
		name, header, value string
		want                bool
	}{
		{"nothing", "X-Nothing", "x", false},
		{"the secret itself", "Authorization", "Bearer " + secret, true},
		{"another secret", "Authorization", "Bearer other", false},
		{"no secret", "Authorization", "Bearer ", false},
		{"GitHub", "X-Hub-Signature-256", "sha256=" + hex.EncodeToString(sum(sha256.New, secret, body)), true},
		{"GitHub, of another body", "X-Hub-Signature-256",
			"sha256=" + hex.EncodeToString(sum(sha256.New, secret, []byte("x"))), false},
		{"Cloudflare", "Cf-Webhook-Auth", secret, true},
		{"Cloudflare, another secret", "Cf-Webhook-Auth", "other", false},
		{"Vercel", "X-Vercel-Signature", hex.EncodeToString(sum(sha1.New, secret, body)), true},
		{"Vercel, another secret", "X-Vercel-Signature", hex.EncodeToString(sum(sha1.New, "other", body)), false},
		{"Netlify", "X-Webhook-Signature", good, true},
		{"Netlify, another secret", "X-Webhook-Signature", jws("other", hs256, "netlify", body), false},
		{"Netlify, another body", "X-Webhook-Signature", jws(secret, hs256, "netlify", []byte("x")), false},
		{"Netlify, another issuer", "X-Webhook-Signature", jws(secret, hs256, "mallory", body), false},
		{"Netlify, unsigned", "X-Webhook-Signature", unsigned, false},
		{"Netlify, cut off", "X-Webhook-Signature", good[:len(good)-4], false},
		{"Netlify, one part", "X-Webhook-Signature", "abc", false},
		{"Netlify, two parts", "X-Webhook-Signature", "abc.def", false},
	} {
		h := http.Header{}
		h.Set(c.header, c.value)
		if got := provesDeploy(h, body, secret); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}
