package doctor

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"

	"gitpost/bridge/outbound"
	"gitpost/bridge/site"
)

// LiveVersion returns the version of a generator that a site's home page says it was built with, ""
// when it cannot be fetched or says none.
func LiveVersion(ctx context.Context, home, generator string) string {
	client := outbound.NewTrusted(10 * time.Second)
	defer client.CloseIdleConnections()
	a, err := Diagnosis{client: client}.get(ctx, home, 10<<20)
	if err != nil || a.status != http.StatusOK {
		return ""
	}
	return builtWith(a.body, generator)
}

// version compares the version that the live page says it was built with and the one for which
// posts are written: what one of them reads the other may not.
func (d Diagnosis) version(s *site.Site, home fetched) Check {
	name, assumed := s.Generator()
	k := Check{Name: "version", Result: Skipped, Found: home.url + " does not say what it was built with",
		Remedy: fmt.Sprintf("posts are written for %s %s; set site.version if another one builds the site", name, assumed)}
	if assumed == "" { // a described site
		k.Remedy = "nothing depends on it: the configuration describes the site"
	}
	if home.err != nil || home.answer.status != http.StatusOK {
		k.Found = home.url + " cannot be read"
		return k
	}
	live := builtWith(home.answer.body, name)
	from := s.VersionFrom()
	switch {
	case live == "":
	case minor(live) == minor(assumed):
		k.Result, k.Found = Passed, fmt.Sprintf("%s is built by %s %s", home.url, name, live)
	default:
		k.Result = Failed
		k.Found = fmt.Sprintf("%s is built by %s %s, and posts are written for %s (%s)", home.url, name, live, assumed, from)
		k.Remedy = "set site.version to " + live + " in gitpost's configuration, or build the site with " + assumed
	}
	return k
}

var (
	release  = regexp.MustCompile(`\d+\.\d+(?:\.\d+)?`)
	majorDot = regexp.MustCompile(`^\d+\.\d+`)
)

// minor is a version without its last number, with which no rule changes.
func minor(version string) string { return majorDot.FindString(version) }

// builtWith reads <meta name="generator" content="Hugo 0.147.9">. A theme may have one of its own
// beside it.
func builtWith(page []byte, generator string) string {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data != "meta" {
				continue
			}
			var name, content string
			for _, a := range t.Attr {
				switch a.Key {
				case "name":
					name = a.Val
				case "content":
					content = a.Val
				}
			}
			program, rest, _ := strings.Cut(strings.TrimSpace(content), " ")
			if strings.EqualFold(strings.TrimSpace(name), "generator") && strings.EqualFold(program, generator) {
				if version := release.FindString(rest); version != "" {
					return version
				}
			}
		}
	}
}
