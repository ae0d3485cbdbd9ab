package indieauth

import (
	"net/url"
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
)

func TestWhereAnAppsUsersMayBeSent(t *testing.T) {
	for _, c := range []struct {
		id, redirect string
		listed       string // with a blank between; "complete:" first when the list is all there is
		want         string // a word of the warning; "" none; "no" refused
	}{
		{"https://app.example/", "https://app.example/redirect", "", ""},
		{"https://app.example/", "https://APP.example/redirect", "", ""},
		{"https://app.example/", "https://app.example:443/redirect", "", ""},
		{"https://app.example/", "https://app.example/redirect?a=b", "https://other.example/", ""},
		{"https://app.example/", "https://app.example/redirect", "complete: https://app.example/redirect", ""},
		{"https://app.example/", "https://app.example/other", "complete: https://app.example/redirect", "no"},
		{"https://app.example/", "https://app.example/redirect/", "complete: https://app.example/redirect", "no"},
		{"https://app.example/", "https://app.example:8443/", "", "no"},
		{"https://app.example:8443/", "https://app.example:8443/r", "", ""},
		{"https://app.example/", "http://app.example/redirect", "", "no"},
		{"http://app.example/", "http://app.example/redirect", "", "without encryption"},
		{"https://app.example/", "https://www.app.example/", "", "no"},
		{"https://app.example/", "https://callback.example/", "https://callback.example/", "host other than"},
		{"https://app.example/", "https://callback.example/?x", "https://callback.example/", "no"},
		{"https://app.example/", "app.example:/in", "app.example:/in", "on your device"},
		{"https://app.example/", "app.example://in", "app.example:/in", "no"},
		{"https://app.example/", "indigenous://indiewebcamp", "", "no"},
		{"https://app.example/", "http://127.0.0.1:12345/callback", "", "no"},
		{"https://app.example/", "http://[::1]:12345/callback", "", "no"},
		{"https://app.example/", "http://localhost/callback", "", "no"},
		{"https://app.example/", "http://localhost:9999/cb", "https://app.example/cb", "no"},
		{"https://app.example/", "http://127.0.0.1:12345/callback", "http://127.0.0.1/callback", "your own computer"},
		{"https://app.example/", "http://[::1]:12345/callback", "complete: http://[::1]:80/callback", "your own computer"},
		{"https://app.example/", "http://localhost/callback", "http://localhost:8080/callback", "your own computer"},
		{"https://app.example/", "http://127.0.0.1:12345/other", "http://127.0.0.1/callback", "no"},
		{"https://app.example/", "http://127.0.0.1/callback?x", "http://127.0.0.1/callback", "no"},
		{"https://app.example/", "http://localhost/callback", "http://127.0.0.1/callback", "your own computer"},
		{"http://cweiske.de/shpub.htm", "http://127.0.0.1:12345/callback", "", "no"},
		{"https://app.example/", "https://127.0.0.1/callback", "http://127.0.0.1/callback", "no"},
		{"https://app.example/", "http://127.0.0.1.evil.example/", "", "no"},
		{"https://app.example/", "http://localhost.evil.example/", "", "no"},
		{"http://127.0.0.1:8000/", "http://127.0.0.1:9000/callback", "", ""},
		{"http://127.0.0.1:8000/", "https://evil.example/", "", "no"},
		{"https://app.example/", "javascript:alert(1)", "javascript:alert(1)", "no"},
		{"https://app.example/", "data:text/html,hi", "data:text/html,hi", "no"},
		{"https://app.example/", "JavaScript:alert(1)", "JavaScript:alert(1)", "no"},
		{"https://app.example/", "https://app.example/#fragment", "", "no"},
		{"https://app.example/", "https://me@app.example/", "", "no"},
		{"https://app.example/", "https:app.example", "", "no"},
		{"https://app.example/", "https:/app.example", "", "no"},
		{"https://app.example/", "https://app.example\\.evil.example/", "", "no"},
		{"https://app.example/", "https://app.example/\t", "", "no"},
		{"https://app.example/", "redirect", "", "no"},
		{"https://app.example/", "https://app.example/" + strings.Repeat("x", 2000), "", "no"},
	} {
		id, err := url.Parse(c.id)
		if err != nil {
			t.Fatal(err)
		}
		a := &client{id: id}
		list, complete := strings.CutPrefix(c.listed, "complete: ")
		a.complete = complete
		a.listRedirects(id, strings.Fields(list))
		warning, err := a.allows(c.redirect)
		if (err != nil) != (c.want == "no") || err == nil && (c.want == "") != (warning == "") ||
			err == nil && !strings.Contains(warning, c.want) {
			t.Errorf("%s to %s (listed %q): got %q, %v; want %q", c.id, c.redirect, c.listed, warning, err, c.want)
		}
	}
}

func FuzzRedirects(f *testing.F) {
	for _, s := range []string{"https://app.example/", "https://app.example@evil.example/", "//evil.example",
		"https://app.example:443\\@x/", "app:/x"} {
		f.Add(s)
	}
	id, _ := url.Parse("https://app.example/")
	f.Fuzz(func(t *testing.T, s string) {
		fuzztest.Limit(t)
		warning, err := (&client{id: id}).allows(s)
		if err != nil || warning != "" {
			return
		}
		// Whoever reads the address in another way than Go sees the same host before the first
		// of these.
		rest, ok := strings.CutPrefix(strings.ToLower(s), "https://")
		host := strings.FieldsFunc(rest+"/", func(r rune) bool { return strings.ContainsRune(`/?\#@`, r) })
		if !ok || len(host) == 0 || host[0] != "app.example" && host[0] != "app.example:443" && host[0] != "app.example:" {
			t.Errorf("%q is allowed", s)
		}
	})
}
