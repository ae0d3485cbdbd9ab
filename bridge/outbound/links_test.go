package outbound

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
)

func TestHeaderLinks(t *testing.T) {
	for header, want := range map[string]string{
		`<https://a/>; rel="token_endpoint"`:                              "https://a/",
		`<https://a/>;rel=token_endpoint`:                                 "https://a/",
		`<https://a/>; title="x, y; rel=\"z"; rel="other token_endpoint"`: "https://a/",
		`<https://b/>; rel="other", <https://a/>; rel="token_endpoint"`:   "https://a/",
		`<https://a/?x=1,2>; REL="Token_Endpoint"`:                        "https://a/?x=1,2",
		`<https://a/>; rel="token_endpoints"`:                             "",
		`<https://a/>`:                                                    "",
		`https://a/; rel="token_endpoint"`:                                "",
		`<https://a/>; title="; rel=token_endpoint"`:                      "",
		`<https://a/>; rel="next"; rel="token_endpoint"`:                  "",
		`<https://a/>; title="rel=token_endpoint"`:                        "",
		``: "",
	} {
		if got := strings.Join(HeaderLinks(http.Header{"Link": {header}}, "token_endpoint"), " "); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
}

func FuzzHeaderLinks(f *testing.F) {
	for _, s := range []string{`<https://a/>; rel="token_endpoint"`, `<a>;rel=x,<b>;title="\",<c>";rel=token_endpoint`,
		`<`, `<>;rel`, `<a>;"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		fuzztest.Limit(t)
		for _, target := range HeaderLinks(http.Header{"Link": {header}}, "token_endpoint") {
			if !strings.Contains(header, "<"+target+">") || !strings.Contains(strings.ToLower(header), "token_endpoint") {
				t.Errorf("%q has %q", header, target)
			}
		}
	})
}

// Whoever can write a post or a comment can write to the body of a page.
func TestOnlyLinksInTheHeadCount(t *testing.T) {
	const good, evil = `<link rel="token_endpoint" href="https://good/">`, `<link rel="token_endpoint" href="https://evil/">`
	for name, page := range map[string]string{
		"head":                          `<html><head>` + good + `</head><body>`,
		"no head tags":                  `<!doctype html><title>x</title>` + good + `<p>x`,
		"after the head":                `<html><head></head>` + good + `<body><p>x`,
		"body":                          `<head>` + good + `</head><body>` + evil,
		"in a paragraph":                `<head>` + good + `</head><body><p>` + evil + `</p>`,
		"after text without a body tag": `<head>` + good + `</head>text` + evil,
		"an element closes the head":    `<head>` + good + `<p>x</p>` + evil + `</head><body>`,
		"a second head": `<head>` + good + `</head><body><p>x</p></body></html><html><head>` + evil +
			`</head>`, "a head in the body": `<head>` + good + `</head><body><div><head>` + evil + `</head></div>`,
		"after the body":                 `<head>` + good + `</head><body></body>` + evil,
		"after the page":                 `<head>` + good + `</head><body></body></html>` + evil,
		"in a template of the head":      `<head><template>` + evil + `</template>` + good + `</head>`,
		"in a comment":                   `<head><!-- ` + evil + ` -->` + good + `</head>`,
		"in the title":                   `<head><title>` + evil + `</title>` + good + `</head>`,
		"in a script":                    `<head><script>document.write('` + evil + `')</script>` + good + `</head>`,
		"in SVG":                         `<head>` + good + `</head><body><svg>` + evil + `</svg>`,
		"in a table":                     `<head>` + good + `</head><body><table>` + evil + `</table>`,
		"in a noscript of the head":      `<head><noscript>` + evil + `</noscript>` + good + `</head>`,
		"an anchor":                      `<head>` + good + `</head><body><a rel="token_endpoint" href="https://evil/">x</a>`,
		"a frameset after it":            `<head>` + good + `</head><frameset>` + evil + `</frameset>`,
		"plain text that closes nothing": `<head>` + good + `</head><body><plaintext>` + evil,
	} {
		r := &Response{URL: &url.URL{Scheme: "https", Host: "site.example"},
			Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(page)}
		if got := r.Links(r.HTML(), "token_endpoint"); !slices.Equal(got, []string{"https://good/"}) {
			t.Errorf("%s: got %q\n%s", name, got, page)
		}
	}
}
