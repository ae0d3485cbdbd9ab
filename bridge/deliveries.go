package bridge

import (
	"context"
	"time"

	"gitpost/bridge/blog"
	"gitpost/bridge/delivery"
	"gitpost/bridge/metrics"
)

// deliverySites lets deliveries, which know nothing of repositories, see the sites.
func deliverySites(blogs *blog.Blogs) (sites []delivery.Site) {
	for _, b := range blogs.All() {
		sites = append(sites, deliverySite{b})
	}
	return sites
}

type deliverySite struct{ *blog.Blog }

func (s deliverySite) Changed(ctx context.Context, since string, most int) (delivery.Changes, error) {
	found, err := s.Blog.Changed(ctx, since, most)
	out := delivery.Changes{Tip: found.Tip, More: found.More}
	for _, p := range found.Posts {
		out.Posts = append(out.Posts, delivery.Change{URL: p.URL, Path: p.Path, Blob: p.Blob, Gone: p.Gone, Item: p.Item,
			Before: p.Before, Due: p.Due})
	}
	return out, err
}

func (s deliverySite) AddContext(ctx context.Context, url string, c delivery.Cite) error {
	return s.Blog.AddContext(ctx, url, blog.Context(c))
}

// deliveredSite is a site together with what is known of its deliveries, for metrics and notify.
type deliveredSite struct {
	*blog.Blog
	deliveries *delivery.Deliverer
}

// stateTimeout is for a look at the state database that nobody waits for.
const stateTimeout = 5 * time.Second

func (s deliveredSite) Late() (since time.Time, reason string) {
	ctx, cancel := context.WithTimeout(context.Background(), stateTimeout)
	defer cancel()
	late, err := s.deliveries.Late(ctx, s.Me())
	if err != nil {
		return time.Time{}, "" // other checks report the database
	}
	return late.Since, late.Reason
}

func (s deliveredSite) Deliveries() metrics.Deliveries {
	ctx, cancel := context.WithTimeout(context.Background(), stateTimeout)
	defer cancel()
	out := metrics.Deliveries{Ended: map[[2]string]uint64{}}
	out.Waiting, _ = s.deliveries.Waiting(ctx, s.Me()) // other metrics show that nothing works
	for key, n := range s.deliveries.Counts() {
		if key.Site == s.Me() {
			out.Ended[[2]string{key.Kind, key.State}] = n
		}
	}
	if late, err := s.deliveries.Late(ctx, s.Me()); err == nil && late.Posts > 0 {
		out.Late = time.Since(late.Since).Seconds()
	}
	return out
}
