package api

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/delivery"
	"gitpost/bridge/fault"
)

// deployed answers POST /hooks/deploy: the site's host reports that a build ended. With a
// hooks.secret only calls that prove it are accepted. Without one a call says no more than that the
// pages may be looked at, whatever is in it, and calls are limited in number.
//
// Nothing of a body is parsed before its proof is checked.
func (a hookRoutes) deployed(c echo.Context) error {
	const op = "deploy hook"
	spooled := a.strangers.spool(hookSpool)
	defer spooled.finish()
	h := c.Request().Header
	if err := readCall(c, spooled); err != nil {
		return err
	}
	if spooled.busy {
		return &fault.Error{Code: fault.Unavailable, Op: op, Message: "too many calls are being read", Hint: "try again",
			RetryAfter: 10 * time.Second}
	}
	if !spooled.complete {
		return &fault.Error{Code: fault.TooLarge, Op: op,
			Message: fmt.Sprintf("the call is larger than %d MB", hookSpool>>20), Hint: "choose fewer events at the host"}
	}
	body, err := io.ReadAll(spooled.reader())
	if err != nil {
		return err
	}
	var signed, unsigned []*blog.Blog
	for _, b := range a.Blogs.All() {
		switch secret := b.Config().HookSecret; {
		case secret == "":
			unsigned = append(unsigned, b)
		case provesDeploy(h, body, secret):
			signed = append(signed, b)
		}
	}
	switch {
	case len(signed) > 0:
	case len(unsigned) == 0:
		return &fault.Error{Code: fault.Forbidden, Op: op, Message: "the call does not prove this server's hooks.secret",
			Hint: "enter the same secret at the site's host, or send it as Authorization: Bearer …"}
	default:
		if wait := a.unsigned.take(time.Now()); wait > 0 {
			return &fault.Error{Code: fault.TooManyRequests, Op: op, RetryAfter: wait, Message: "too many unsigned calls came",
				Hint: "set hooks.secret here and at the site's host; signed calls are not limited"}
		}
		for _, b := range unsigned { // anybody can say anything
			b.Built()
			if err := a.Deliveries.Look(c.Request().Context(), b.Me()); err != nil {
				return err
			}
		}
		return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
	}
	build, ended := delivery.ParseBuild(h, payload(h, body))
	if !ended {
		return c.JSON(http.StatusOK, map[string]string{"status": "ignored: no build has ended"})
	}
	for _, b := range builtBy(signed, build, h, body) {
		b.Built()
		if err := a.Deliveries.Built(c.Request().Context(), b.Me(), build); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// builtBy returns the sites that a call is about: those of its site's URL or of its repository, or all.
func builtBy(all []*blog.Blog, build delivery.Build, h http.Header, body []byte) []*blog.Blog {
	if len(all) < 2 {
		return all
	}
	if build.URL != "" {
		meant := slices.DeleteFunc(slices.Clone(all), func(b *blog.Blog) bool { return !b.Owns(build.URL) })
		if len(meant) > 0 {
			return meant
		}
	}
	return named(all, pushedTo(h, strings.NewReader(string(body))))
}

// payload is the JSON of a call, which GitHub can send in a form.
func payload(h http.Header, body []byte) []byte {
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		if form, err := url.ParseQuery(string(body)); err == nil && form.Has("payload") {
			return []byte(form.Get("payload"))
		}
	}
	return body
}

// provesDeploy reports whether a call proves a secret: as a Git host does (see signature), with
// Netlify's token, Vercel's signature, Cloudflare's header, or the secret itself.
func provesDeploy(h http.Header, body []byte, secret string) bool {
	s := newSignature(h, secret)
	if _, err := s.Write(body); err == nil && s.right() {
		return true
	}
	bearer, _ := strings.CutPrefix(h.Get("Authorization"), "Bearer ")
	for _, said := range []string{bearer, h.Get("Cf-Webhook-Auth")} {
		if said != "" && subtle.ConstantTimeCompare([]byte(said), []byte(secret)) == 1 {
			return true
		}
	}
	if got, err := hex.DecodeString(h.Get("X-Vercel-Signature")); err == nil && len(got) == sha1.Size {
		mac := hmac.New(sha1.New, []byte(secret))
		mac.Write(body)
		return hmac.Equal(got, mac.Sum(nil))
	}
	return provesNetlify(h.Get("X-Webhook-Signature"), body, secret)
}

// provesNetlify checks a compact JWS, signed with HMAC-SHA-256, whose claims have the body's SHA-256.
// Its header is not trusted to name another algorithm.
func provesNetlify(token string, body []byte, secret string) bool {
	signed, signature, found := cutLast(token, ".")
	_, claims, two := strings.Cut(signed, ".")
	got, err := base64.RawURLEncoding.DecodeString(signature)
	if !found || !two || err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	if !hmac.Equal(got, mac.Sum(nil)) {
		return false
	}
	text, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		return false
	}
	var said struct {
		Issuer string `json:"iss"`
		SHA256 string `json:"sha256"`
	}
	sum := sha256.Sum256(body)
	return json.Unmarshal(text, &said) == nil && said.Issuer == "netlify" &&
		strings.EqualFold(said.SHA256, hex.EncodeToString(sum[:]))
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
