package generator

import (
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Base returns the URL at which a site is published: o.URL, else the one in the site's own
// configuration. Where that is none or a starter's placeholder, Me stands in, with the folder that
// the configuration names. Without o.Me and o.URL it is what is configured.
func (o Options) Base(configured string) string {
	if o.URL != "" {
		return o.URL
	}
	me, err := url.Parse(o.Me)
	if o.Me == "" || err != nil {
		return configured
	}
	own, err := url.Parse(configured)
	switch {
	case err != nil:
		return o.Me
	case own.Host == "" && own.Scheme == "":
		return withFolder(me, own.Path)
	case strings.EqualFold(own.Host, me.Host):
		if own.Scheme == "http" && me.Scheme == "https" {
			own.Scheme = "https" // the configuration is older than the certificate
		}
		return own.String()
	case placeholder(own):
		return o.Me
	}
	return configured
}

// SameHost reports whether a URL is on the host of Me.
func (o Options) SameHost(configured string) bool {
	a, errA := url.Parse(o.Me)
	b, errB := url.Parse(configured)
	return errA == nil && errB == nil && strings.EqualFold(a.Host, b.Host)
}

// withFolder is the site below a folder of the owner's host. Me may name that folder already.
func withFolder(me *url.URL, folder string) string {
	folder = strings.Trim(folder, "/")
	if folder == "" || strings.HasSuffix(strings.TrimSuffix(me.Path, "/"), "/"+folder) {
		return me.String()
	}
	below := *me
	below.Path, below.RawPath = strings.TrimSuffix(me.Path, "/")+"/"+folder+"/", ""
	return below.String()
}

// placeholder reports whether a base URL is that of a starter or of a preview on this machine.
func placeholder(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback() || ip.IsUnspecified()
	}
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || starterHost.MatchString(host)
}

var starterHost = regexp.MustCompile(`^(?:www\.|blog\.)?(?:example\.(?:org|com|net)|` +
	`(?:my|your)-?(?:new-?)?(?:[a-z]+-)?(?:site|domain|website|blog|name)\.(?:org|com|net|io|github\.io)|` +
	`(?:username|user|your-?username)\.github\.io|replace-this.*|change-?me.*)$`)

// BaseWarning says that a site may be published elsewhere than at base, its URL; "" when nothing
// speaks for that. from is what says base.
func (o Options) BaseWarning(configured, base, from string) string {
	if o.Me == "" || o.URL != "" {
		return ""
	}
	me, errMe := url.Parse(o.Me)
	at, errAt := url.Parse(base)
	own, errOwn := url.Parse(configured)
	if errMe != nil || errAt != nil || errOwn != nil {
		return ""
	}
	const remedy = "; if the site is published elsewhere, set site.url in gitpost's configuration"
	switch {
	case !related(me.Hostname(), at.Hostname()):
		return "posts get addresses below " + base + ", as " + from + " says, although me is " + o.Me + remedy
	case own.Host != "" && !strings.EqualFold(own.Host, at.Host) && strings.Trim(own.Path, "/") != "":
		return "posts get addresses below " + base + ", as me says, because " + configured + " looks like a placeholder" +
			remedy
	}
	return ""
}

// related reports whether two hosts are one, or one is below the other.
func related(a, b string) bool {
	a, b = strings.TrimPrefix(strings.ToLower(a), "www."), strings.TrimPrefix(strings.ToLower(b), "www.")
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}
