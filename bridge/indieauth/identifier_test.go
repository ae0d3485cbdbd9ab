package indieauth

import (
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/fuzztest"
)

// Section 3.2. The examples are the specification's own.
func TestProfileURLs(t *testing.T) {
	for given, want := range map[string]string{
		"https://example.com/":             "https://example.com/",
		"https://example.com/username":     "https://example.com/username",
		"https://example.com/users?id=100": "https://example.com/users?id=100",
		"http://example.com":               "http://example.com/",
		"https://EXAMPLE.com/Path":         "https://example.com/Path",
		"https://example.com?a":            "https://example.com/?a",
		"https://bücher.example/":          "https://xn--bcher-kva.example/",
		"https://example.com/a..b/...":     "https://example.com/a..b/...",
	} {
		if got, err := ProfileURL(given); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", given, got, err, want)
		}
	}
	for given, why := range map[string]string{
		"example.com":                           "missing scheme",
		"mailto:user@example.com":               "invalid scheme",
		"https://example.com/foo/../bar":        "a double-dot path segment",
		"https://example.com/foo/./bar":         "a single-dot path segment",
		"https://example.com/%2e%2e/bar":        "an escaped double-dot path segment",
		"https://example.com/#me":               "a fragment",
		"https://example.com/#":                 "an empty fragment",
		"https://user:pass@example.com/":        "a username and password",
		"https://user@example.com/":             "a username",
		"https://example.com:8443/":             "a port",
		"https://example.com:443/":              "the usual port, yet a port",
		"https://example.com:/":                 "a colon of a port",
		"https://172.28.92.51/":                 "host is an IP address",
		"https://[2001:db8::1]/":                "host is an IPv6 address",
		"https://2130706433/":                   "host is an IP address to a browser",
		"https://0x7f.0.0.1/":                   "host is an IP address to a browser",
		"https://127.0x1/":                      "host is an IP address to a browser",
		"https:///":                             "no host",
		"https:example.com":                     "no host",
		"":                                      "nothing",
		"https://example.com/\n":                "a line break",
		"https://exa mple.com/":                 "a blank",
		"https://example.com\\@evil.example/":   "a backslash",
		"ftp://example.com/":                    "invalid scheme",
		"javascript://example.com/%0aalert(1)":  "invalid scheme",
		"https://-example.com/":                 "a host that is none",
		"https://example..com/":                 "a host that is none",
		"https://" + strings.Repeat("a", 2000):  "too long",
		"https://example.com/%zz":               "not a URL",
		"https://xn--a\u202e.example.com/":      "letters that are not seen",
		"https://example.com\u3002evil.example": "a dot that is none", // IDNA makes it one
	} {
		got, err := ProfileURL(given)
		if strings.Contains(given, "\u3002") { // shown for what it is
			if err != nil || got != "https://example.com.evil.example/" {
				t.Errorf("%s: got %s, %v", why, got, err)
			}
			continue
		}
		if fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("%s (%s): got %s, %v", given, why, got, err)
		}
	}
}

// Section 3.3.
func TestClientIDs(t *testing.T) {
	for given, want := range map[string]string{
		"https://app.example":                 "https://app.example/",
		"https://APP.example/ID?a=b":          "https://app.example/ID?a=b",
		"https://app.example:8443/":           "https://app.example:8443/",
		"https://app.example:443/":            "https://app.example/",
		"http://app.example:80":               "http://app.example/",
		"http://127.0.0.1:12345/":             "http://127.0.0.1:12345/",
		"http://[::1]:12345/":                 "http://[::1]:12345/",
		"http://[0:0:0:0:0:0:0:1]/":           "http://[::1]/",
		"http://localhost/":                   "http://localhost/",
		"https://sparkles.sploot.com/id":      "https://sparkles.sploot.com/id",
		"http://cweiske.de/shpub.htm":         "http://cweiske.de/shpub.htm",
		"https://my_app.example/under_scores": "https://my_app.example/under_scores",
	} {
		if got, err := ClientID(given); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", given, got, err, want)
		}
	}
	for _, given := range []string{
		"app.example", "myapp:id", "https://app.example/../", "https://app.example/%2E/", "https://app.example/#x",
		"https://a:b@app.example/",
		"https://127.0.0.2/", "https://10.0.0.1/", "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/",
		"https://[::1%25eth0]/", "https://0177.0.0.1/", "https://1/", "https://app.1/",
	} {
		if got, err := ClientID(given); fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("%s: got %s, %v", given, got, err)
		}
	}
}

func FuzzIdentifiers(f *testing.F) {
	for _, s := range []string{"https://example.com", "http://[::1]:1/", "https://a\\b", "https://bücher.example/%2e",
		"https://example.com:80/?#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fuzztest.Limit(t)
		for _, canonical := range []func(string) (string, error){ClientID, ProfileURL} {
			once, err := canonical(s)
			if err != nil {
				continue
			}
			if twice, err := canonical(once); err != nil || twice != once {
				t.Errorf("%q becomes %q, and that %q, %v", s, once, twice, err)
			}
		}
	})
}
