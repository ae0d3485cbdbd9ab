package micropub_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/fuzztest"
	"gitpost/bridge/micropub"
)

// TestParsingTimeGrowsWithTheRequest sends requests that repeat what costs little to write. The
// limit is far above what linear work needs, and far below what quadratic work needs.
func TestParsingTimeGrowsWithTheRequest(t *testing.T) {
	const n = 400_000
	form := func(name, value string) func() {
		return func() { parse(formType, name+"="+value) }
	}
	json := func(body string) func() { return func() { parse(jsonType, body) } }
	query := func(parameters string) func() {
		return func() {
			r := httptest.NewRequest(http.MethodGet, "/micropub", nil)
			r.URL.RawQuery = parameters
			micropub.QueryOf(r)
		}
	}
	distinct := func(separator string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d%s", i, separator)
		}
		return b.String()
	}
	for name, work := range map[string]func(){
		"commas in syndicate-to":    form("h=entry&content=x&syndicate-to", strings.Repeat("a,", n)),
		"spaces in syndicate-to":    form("h=entry&content=x&syndicate-to", strings.Repeat(", ", n)),
		"addresses in syndicate-to": form("h=entry&content=x&syndicate-to", strings.Repeat(",http://", n/8)),
		"commas in syndicate-to JSON": json(`{"properties":{"content":["x"],"syndicate-to":["` + strings.Repeat("a,", n) +
			`"]}}`),
		"tags":                    form("mp-url=x&tags", distinct(",", n/8)),
		"pieces without a name":   form("h=entry&content", strings.Repeat("& x", n)),
		"ampersands":              form("h=entry&content", strings.Repeat("&", n)),
		"percent signs":           form("h=entry&content", strings.Repeat("%", n)),
		"brackets":                form("h=entry&"+strings.Repeat("[", n)+"]", "x"),
		"open tags":               form("h=entry&content[html]", strings.Repeat("<", n)),
		"brackets in JSON names":  json(`{"properties":{"a` + strings.Repeat("[]", n) + `":["x"]}}`),
		"backslashes in JSON":     json(`{"properties":{"content":["` + strings.Repeat(`\\`, n) + `"]}}`),
		"surrogates in JSON":      json(`{"properties":{"content":["` + strings.Repeat(`\ud83d\ude00`, n/12) + `"]}}`),
		"values of exists":        query("q=source&exists=" + distinct(",", n/4)),
		"keys of exists":          query("q=source&" + distinct("&exists[]=", n/16)),
		"parameters":              query("q=source&" + distinct("=x&", n/8)),
		"parameters of a geo URI": query("q=geo&uri=geo:1,2" + strings.Repeat(";", n)),
	} {
		before := fuzztest.Spent(t)
		work()
		if took := fuzztest.Spent(t) - before; took > 5*time.Second {
			t.Errorf("%s: %s", name, took)
		}
	}
}

func TestATextHasALimit(t *testing.T) {
	long := strings.Repeat("x", 1<<20+1)
	for name, r := range map[string][2]string{
		"form": {formType, "h=entry&content=" + long}, "a nested field": {formType, "h=entry&content[html]=" + long},
		"JSON":           {jsonType, `{"properties":{"content":["` + long + `"]}}`},
		"nested in JSON": {jsonType, `{"properties":{"x":[{"a":[{"b":"` + long + `"}]}]}}`},
		"update":         {jsonType, `{"action":"update","url":"x","replace":{"content":["` + long + `"]}}`},
		"delete":         {jsonType, `{"action":"update","url":"x","delete":{"content":["` + long + `"]}}`},
		"a command":      {jsonType, `{"properties":{"content":["x"]},"mp-other":["` + long + `"]}`},
	} {
		if _, err := parse(r[0], r[1]); fault.CodeOf(err) != fault.TooLarge {
			t.Errorf("%s: %.200v, want too_large", name, err)
		}
	}
	if _, err := parse(formType, "h=entry&content="+long[1:]); err != nil {
		t.Errorf("a text at the limit: %v", err)
	}
}

// TestNothingButSyntaxIsToldBeforeAuthorization sends requests that differ in what they are about.
// Until Authorize allowed it, Parse must neither look at the site nor say more.
func TestNothingButSyntaxIsToldBeforeAuthorization(t *testing.T) {
	refused := errors.New("bad token")
	send := func(contentType, body string) (claim micropub.Claim, err error) {
		r := httptest.NewRequest(http.MethodPost, "/micropub", strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		_, err = micropub.Parse(r, micropub.Limits{
			Known: func(string) bool { t.Errorf("%s: the site was asked", body); return true },
			Authorize: func(c micropub.Claim) error {
				if c.Partial { // the rest of a multipart body
					return micropub.ErrPartial
				}
				claim = c
				return refused
			},
		}, nil)
		return claim, err
	}
	multipart := func(fields url.Values) string {
		var b strings.Builder
		for name, values := range fields {
			for _, v := range values {
				fmt.Fprintf(&b, "--B\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, v)
			}
		}
		return b.String() + "--B--\r\n"
	}
	const post = "https://site.example/draft/"
	for _, fields := range []url.Values{
		{"url": {post}, "mp-add": {"x"}}, {"url": {post}, "add_tags": {"a"}}, {"url": {post}, "remove_tags": {"a"}},
		{"url": {post}, "mp-remove": {"x"}},
		{"url": {post}, "mp-action": {"delete"}}, {"mp-url": {post}, "content": {"x"}}, {"edit-of": {post}}, {"url": {post}},
		{"url": {post}, "action": {"explode"}}, {"url": {post}, "h": {"not a type"}}, {"url": {post}, "mp-slug": {"x"}},
	} {
		fields.Set("access_token", "bogus")
		fields.Set("mp-destination", "https://site.example/")
		want := micropub.Claim{Token: "bogus", Destination: "https://site.example/", URL: post}
		for contentType, body := range map[string]string{
			formType: fields.Encode(), "multipart/form-data; boundary=B": multipart(fields),
		} {
			if claim, err := send(contentType, body); !errors.Is(err, refused) || claim != want {
				t.Errorf("%s %v: %v, %+v", contentType, fields, err, claim)
			}
		}
	}
	for _, body := range []string{
		`{"access_token":"bogus","mp-destination":["https://site.example/"],"action":"update","url":"` + post +
			`","replace":null}`,
		`{"access_token":"bogus","mp-destination":"https://site.example/","action":"explode","url":["` + post + `"]}`,
		`{"access_token":"bogus","mp-destination":"https://site.example/","url":"` + post + `"}`,
	} {
		want := micropub.Claim{Token: "bogus", Destination: "https://site.example/", URL: post}
		if claim, err := send(jsonType, body); !errors.Is(err, refused) || claim != want {
			t.Errorf("%s: %v, %+v", body, err, claim)
		}
	}
}
