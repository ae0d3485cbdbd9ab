package blog

import (
	"cmp"
	"context"
	"maps"
	"math"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// A place is where something of the site happened: a venue that has a post of its own (an
// h-card with coordinates), or the location or check-in of a post.
type place struct {
	Latitude, Longitude float64
	Name                string
	URL                 string // of the venue's own post, else what the card says
	Address             map[string]string
	Visibility          string // the post's location-visibility
	venue               bool
	post                access.Post // that says so
}

// places remembers the places of posts, by the blob of their file: q=geo reads each post once,
// and looks for posts with a place again only after one of them changed. Its zero value is
// empty. It is safe for concurrent use.
type places struct {
	mu     sync.Mutex
	byBlob map[string][]place
	all    []place
	at     string // the version of the posts with a place that all is of
}

// locating are the properties of which one is in every post that has a place.
var locating = []string{"location", "checkin", "latitude", "geo"}

// mostLocated bounds how many posts are read for q=geo, the newest: other requests wait for the
// index meanwhile.
const mostLocated = 5000

// known are the places of the newest posts that have one, those of the newest first. The
// caller must not change the list.
func (p *places) known(v *catalog.View) []place {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := v.Version(locating...)
	if p.at == at {
		return p.all
	}
	before := p.byBlob
	p.byBlob = map[string][]place{}
	var entries []*catalog.Entry
	seen := map[string]bool{}
	for _, property := range locating {
		for _, e := range v.List(catalog.Filter{Exists: []string{property}, Limit: mostLocated}).Entries {
			if !seen[e.Path] {
				seen[e.Path] = true
				entries = append(entries, e)
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b *catalog.Entry) int { return b.Date().Compare(a.Date()) })
	var all []place
	read := 0
	for _, e := range entries[:min(len(entries), mostLocated)] {
		found, ok := before[e.Blob]
		if !ok {
			read++
			item, err := v.Item(e)
			if err != nil {
				continue // its file is being fixed
			}
			found = placesOf(item, e.Page.URL)
		}
		found = slices.Clone(found)
		for i := range found {
			found[i].post = postOf(e)
		}
		p.byBlob[e.Blob] = found
		all = append(all, found...)
	}
	p.all, p.at = all, at
	if read > 1000 {
		debug.FreeOSMemory() // the first time leaves the text of as many posts as garbage
	}
	return all
}

// placesOf are the places that a post names with coordinates.
func placesOf(item mf2.Item, url string) []place {
	visibility := item.Properties.Text(mf2.LocationVisibility)
	if visibility == "" {
		visibility = "public"
	}
	var all []place
	if mf2.PostType(item) == "card" {
		if p, ok := placeIn(map[string]any{"properties": asObject(item.Properties)}); ok {
			p.URL, p.venue, p.Visibility = url, true, visibility
			all = append(all, p)
		}
	}
	for _, property := range []string{"checkin", "location", "geo"} {
		for _, v := range item.Properties[property] {
			if p, ok := placeIn(v); ok && !(property == "geo" && len(all) > 0) {
				p.Visibility = visibility
				all = append(all, p)
			}
		}
	}
	return all
}

func asObject(p mf2.Properties) map[string]any {
	object := make(map[string]any, len(p))
	for name, values := range p {
		object[name] = values
	}
	return object
}

// addressParts are the properties of h-adr that an answer repeats.
var addressParts = []string{"street-address", "locality", "region", "postal-code", "country-name"}

// placeIn reads a geo URI, or a card or address with coordinates.
func placeIn(v any) (place, bool) {
	if s, ok := v.(string); ok {
		if !mf2.IsGeo(s) {
			return place{}, false
		}
		g, ok := micropub.ParseGeo(strings.TrimSpace(s)[len("geo:"):])
		return place{Latitude: g.Latitude, Longitude: g.Longitude, Name: g.Name, URL: g.URL}, ok
	}
	object, _ := v.(map[string]any)
	properties, ok := object["properties"].(map[string]any)
	if !ok {
		properties = object
	}
	if properties == nil {
		return place{}, false
	}
	text := func(name string) string { return strings.TrimSpace(mf2.Text(properties[name])) }
	g, ok := micropub.ParseGeo(text("latitude") + "," + text("longitude"))
	if !ok {
		inner, found := firstPlace(properties["geo"])
		if !found {
			return place{}, false
		}
		g.Latitude, g.Longitude = inner.Latitude, inner.Longitude
	}
	p := place{Latitude: g.Latitude, Longitude: g.Longitude, Name: cmp.Or(text("name"), text("label")),
		URL: text("url"), Address: map[string]string{}}
	for _, name := range addressParts {
		if s := text(name); s != "" {
			p.Address[name] = s
		}
	}
	return p, true
}

func firstPlace(v any) (place, bool) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		if p, ok := placeIn(e); ok {
			return p, true
		}
	}
	return place{}, false
}

// nearbyMetres is how far from where q=geo looks a place is offered; an uncertainty that is
// larger counts.
const (
	nearbyMetres = 1000
	hereMetres   = 100
	mostPlaces   = 20
)

// Nearby answers q=geo: the site's own places near a position, the nearest first, and as geo
// what the site calls that position. gitpost asks no service about it.
func (s *queries) Nearby(ctx context.Context, who access.Principal, q micropub.Query) (any, error) {
	var all []place
	err := s.view(ctx, func(v *catalog.View) error {
		all = s.places.known(v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(p place) bool { return !who.MayRead(p.post) })
	var here map[string]string
	if at := q.Place; at != nil {
		far := func(p place) float64 { return metres(at.Latitude, at.Longitude, p.Latitude, p.Longitude) }
		all = slices.DeleteFunc(all, func(p place) bool { return far(p) > max(nearbyMetres, at.Uncertainty) })
		slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(far(a), far(b)) })
		for _, p := range all {
			if label := p.label(); label != "" && far(p) <= max(hereMetres, at.Uncertainty) {
				here = map[string]string{
					"label": label, "latitude": degrees(p.Latitude), "longitude": degrees(p.Longitude),
					"visibility": p.Visibility,
				}
				break
			}
		}
	}
	if q.Limit == 0 {
		q.Limit = mostPlaces
	}
	answer, err := ListAnswer("places", distinct(all), q, place.texts)
	if err != nil {
		return nil, err
	}
	found := []map[string]string{}
	for _, p := range answer["places"].([]place) {
		found = append(found, p.answer())
	}
	answer["places"] = found
	if here != nil {
		answer["geo"] = here
	}
	return answer, nil
}

// distinct keeps one of the places with the same name within 100 metres, preferring a venue's own
// post. Places without a name are left out.
func distinct(all []place) []place {
	var kept []place
	named := map[string][]int{} // in kept, by name
	for _, p := range all {
		if p.Name == "" {
			continue
		}
		name := strings.ToLower(p.Name)
		i := slices.IndexFunc(named[name], func(i int) bool {
			return metres(kept[i].Latitude, kept[i].Longitude, p.Latitude, p.Longitude) <= hereMetres
		})
		switch {
		case i < 0:
			named[name] = append(named[name], len(kept))
			kept = append(kept, p)
		case p.venue && !kept[named[name][i]].venue:
			kept[named[name][i]] = p
		}
	}
	return kept
}

func (p place) texts() []string {
	texts := []string{p.Name, p.URL}
	for _, name := range slices.Sorted(maps.Keys(p.Address)) {
		texts = append(texts, p.Address[name])
	}
	return texts
}

// label is what to call the place: its name, else its address.
func (p place) label() string {
	if p.Name != "" {
		return p.Name
	}
	var parts []string
	for _, name := range []string{"street-address", "locality"} {
		if s := p.Address[name]; s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

func (p place) answer() map[string]string {
	card := map[string]string{"name": p.Name, "latitude": degrees(p.Latitude), "longitude": degrees(p.Longitude),
		"visibility": p.Visibility}
	if p.URL != "" {
		card["url"] = p.URL
	}
	for name, s := range p.Address {
		card[name] = s
	}
	return card
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// metres is the distance of two positions on a sphere.
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	const earth, degree = 6_371_000, math.Pi / 180
	h := func(a float64) float64 { s := math.Sin(a / 2); return s * s }
	a := h((lat2-lat1)*degree) + math.Cos(lat1*degree)*math.Cos(lat2*degree)*h((lon2-lon1)*degree)
	return 2 * earth * math.Asin(math.Sqrt(min(1, a)))
}
