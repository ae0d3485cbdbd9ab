package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gitpost/bridge/address"
	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

// indieNews lists posts whose pages link to it, when it is told of them by webmention. Telling it again
// makes no second entry: it then reads the page anew, and drops one that is gone.
type indieNews struct {
	target config.Target
	tell   func(ctx context.Context, source, target string) told
}

func (n indieNews) create(ctx context.Context, c *copyJob, _ func() error) (id, link string, err error) {
	found, err := c.fetch(ctx, c.url)
	if err != nil {
		return "", "", err
	}
	if !linksTo(found, n.target.Server) {
		return "", "", settled{fmt.Errorf(`the post's page has no link to %s; have the theme show `+
			`<a class="u-syndication" href="%[1]s"> in its h-entry, and try again`, n.target.Server)}
	}
	t, err := n.send(ctx, c.url)
	if err != nil {
		return "", "", err
	}
	if sameHost(t.link, n.target.Host()) {
		link = t.link
	}
	return n.target.Server, link, nil
}

func (n indieNews) edit(ctx context.Context, c *copyJob) error {
	_, err := n.send(ctx, c.url)
	return err
}

func (n indieNews) remove(ctx context.Context, c *copyJob) error { return n.edit(ctx, c) }

func (n indieNews) send(ctx context.Context, source string) (told, error) {
	t := n.tell(ctx, source, n.target.Server)
	switch t.state {
	case state.DeliveryDone:
		return t, nil
	case state.DeliveryWaiting:
		return t, errors.New(t.result)
	}
	return t, settled{errors.New(t.result)}
}

// linksTo reports whether a page has a link to an address.
func linksTo(p page, target string) bool {
	return slices.ContainsFunc(hrefs(p.body), func(href string) bool {
		u, err := p.at.Parse(href)
		return err == nil && address.Same(u.String(), target)
	})
}

// newsOf reports of a URL whether a post is sent there as syndication, so that no other webmention goes to it.
func newsOf(c *config.Site, item mf2.Item) func(url string) bool {
	var hosts []string
	for _, t := range c.SyndicateTo {
		if t.Type == "indienews" && wants(item, t) {
			hosts = append(hosts, t.Host())
		}
	}
	return func(url string) bool {
		return slices.ContainsFunc(hosts, func(host string) bool { return sameHost(url, host) })
	}
}
