package micropub

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Query is a parsed GET.
type Query struct {
	Kind string // q: "config", "source", …; "": verify the token
	URL  string // of the post or file; "" for a list

	Properties []string // limits the response to these properties
	Limit      int      // 0: not given
	Offset     int
	Filter     string // filter, or search
	Order      string // "asc", "desc"; "" is the list's own
	Before     string // opaque cursors from the paging of an earlier response
	After      string

	PostType   []string
	PostStatus []string
	Visibility []string
	Category   []string // q=source&category=…
	Exists     []string
	NotExists  []string
	Property   map[string][]string // property-NAME=VALUE: the post has one of the values

	Destination string
	Channel     string
	Place       *Place // q=geo
}

// Place is a parsed geo URI, such as the place of q=geo.
type Place struct {
	Latitude, Longitude float64
	Uncertainty         float64 // metres; 0: not given
	Name, URL           string  // parameters of apps: "geo:…;name=London;url=https://…"
}

// Queries are the supported values of q, except "last" of old media endpoints.
var Queries = []string{
	"config", "source", "syndicate-to", "category", "post-types", "channel", "contact", "geo", "destination",
}

// QueryOf parses a GET. Unlike net/url it accepts literal semicolons: the geo URI of q=geo has
// them (uri=geo:37.78,-122.39;u=35), and few apps encode them.
func QueryOf(r *http.Request) (Query, error) {
	v := url.Values{}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescape(key, true), unescape(value, true)
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return Query{}, refuse(
				fmt.Sprintf("the parameter %q is not UTF-8", shorten(strings.ToValidUTF8(key, "�"))), "send the text in UTF-8")
		}
		v.Add(key, value)
	}
	return ParseQuery(v)
}

// ParseQuery parses the parameters of a GET. Unknown parameters are ignored, since apps add
// their own; an unknown q and an invalid value of a known parameter are refused.
func ParseQuery(v url.Values) (Query, error) {
	v, err := singly(v)
	if err != nil {
		return Query{}, err
	}
	q := Query{
		Kind:        strings.TrimSpace(v.Get("q")),
		URL:         strings.TrimSpace(v.Get("url")),
		Properties:  listOf(v, "properties"),
		Filter:      firstOf(v, "filter", "search"),
		Before:      v.Get("before"),
		After:       v.Get("after"),
		PostType:    listOf(v, "post-type"),
		PostStatus:  listOf(v, "post-status"),
		Visibility:  listOf(v, "visibility"),
		Category:    listOf(v, "category"),
		Exists:      listOf(v, "exists"),
		NotExists:   listOf(v, "not-exists"),
		Destination: firstOf(v, "mp-destination", "destination"),
		Channel:     firstOf(v, "mp-channel", "channel"),
	}
	if at, ok := placeInKind(q.Kind); ok {
		q.Kind = "geo"
		v.Set("uri", at)
	}
	if q.Kind != "" && q.Kind != "last" && !slices.Contains(Queries, q.Kind) {
		return q, refuse(
			fmt.Sprintf("the query q=%s is not supported", shorten(q.Kind)), "use one of "+strings.Join(Queries, ", "))
	}
	for i, s := range q.PostStatus {
		q.PostStatus[i] = keyword(s).(string)
	}
	if q.Limit, err = count(v, "limit", 1); err != nil {
		return q, err
	}
	if q.Offset, err = count(v, "offset", 0); err != nil {
		return q, err
	}
	if q.Before != "" && q.After != "" {
		return q, refuse("before and after cannot be combined", "send one of them")
	}
	switch order := strings.ToLower(v.Get("order")); order {
	case "":
	case "asc", "ascending":
		q.Order = "asc"
	case "desc", "descending":
		q.Order = "desc"
	default:
		return q, refuse(fmt.Sprintf("the order %q is not supported", shorten(order)), "send ascending or descending")
	}
	for key := range v {
		name, _ := splitKey(key)
		if name, ok := strings.CutPrefix(name, "property-"); ok && name != "" {
			if q.Property == nil {
				q.Property = map[string][]string{}
			}
			q.Property[name] = append(q.Property[name], texts(anys(v[key]))...)
		}
	}
	if q.Kind == "geo" {
		if q.Place, err = place(v); err != nil {
			return q, err
		}
	}
	return q, nil
}

// single are the parameters that have one value.
var single = []string{
	"q", "url", "limit", "offset", "filter", "search", "order", "before", "after",
	"mp-destination", "destination", "mp-channel", "channel", "uri", "geo", "lat", "lon", "lng", "u",
}

// singly returns a copy of v in which each of those has its plain name, although an app wrote
// it as a list of one (url[]=…). Several different values are refused.
func singly(v url.Values) (url.Values, error) {
	out := url.Values{}
	for _, key := range slices.Sorted(maps.Keys(v)) {
		name, path := splitKey(key)
		if !slices.Contains(single, name) {
			out[key] = v[key]
			continue
		}
		for _, value := range v[key] {
			switch given := out.Get(name); {
			case len(path) > 1:
				return nil, refuse(fmt.Sprintf("%s takes one value, not an object", name), fmt.Sprintf("send %s=…", name))
			case strings.TrimSpace(value) == "" || value == given:
			case given != "":
				return nil, refuse(fmt.Sprintf("%s has several different values", name), "send one")
			default:
				out.Set(name, value)
			}
		}
	}
	return out, nil
}

// placeInKind returns the place in q=geo:52.37,4.89;u=35 and q=geo=52.37,4.89, the syntax of 2015.
func placeInKind(kind string) (string, bool) {
	rest, ok := strings.CutPrefix(kind, "geo")
	if !ok || rest == "" || !strings.ContainsAny(rest[:1], ":=") {
		return "", false
	}
	return rest[1:], true
}

// listOf returns the values of a repeatable parameter: name, name[], name[0], and several
// values joined by commas in each.
func listOf(v url.Values, name string) []string {
	type numbered struct {
		key    string
		number int
	}
	var keys []numbered
	for key := range v {
		if base, path := splitKey(key); base == name && len(path) < 2 {
			number := -1
			if len(path) == 1 && path[0] != "" {
				number, _ = strconv.Atoi(path[0])
			}
			keys = append(keys, numbered{key, number})
		}
	}
	slices.SortFunc(keys, func(a, b numbered) int {
		if a.number != b.number {
			return a.number - b.number
		}
		return strings.Compare(a.key, b.key)
	})
	var out []string
	seen := map[string]bool{"": true}
	for _, k := range keys {
		for _, value := range v[k.key] {
			for part := range strings.SplitSeq(value, ",") {
				if part = strings.TrimSpace(part); !seen[part] {
					seen[part] = true
					out = append(out, part)
				}
			}
		}
	}
	return out
}

func firstOf(v url.Values, names ...string) string {
	for _, name := range names {
		if s := strings.TrimSpace(v.Get(name)); s != "" {
			return s
		}
	}
	return ""
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func count(v url.Values, name string, least int) (int, error) {
	s := strings.TrimSpace(v.Get(name))
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > math.MaxInt32 {
		return 0, refuse(
			fmt.Sprintf("%s=%s must be a whole number of at least %d", name, shorten(s), least), fmt.Sprintf("send %s=20", name))
	}
	return n, nil
}

// place parses uri=geo:52.3,4.9;u=35, lat and lon (and u), or geo=52.3,4.9;u=35 of 2015. It
// returns nil when there is none: the query is for all known places.
func place(v url.Values) (*Place, error) {
	if uri := firstOf(v, "uri", "geo"); uri != "" {
		p, ok := ParseGeo(uri)
		if !ok {
			return nil, badPlace(uri)
		}
		return &p, nil
	}
	lat, lon := v.Get("lat"), firstOf(v, "lon", "lng")
	if lat == "" && lon == "" {
		return nil, nil
	}
	p, ok := ParseGeo(lat + "," + lon)
	if u := v.Get("u"); ok && u != "" {
		metres, err := strconv.ParseFloat(u, 64)
		p.Uncertainty, ok = metres, err == nil && metres >= 0 && !math.IsInf(metres, 0)
	}
	if !ok {
		return nil, badPlace(lat + "," + lon)
	}
	return &p, nil
}

func badPlace(s string) error {
	return refuse(fmt.Sprintf("%q is not a place", shorten(s)), "send uri=geo:52.37,4.89 or lat=52.37&lon=4.89")
}

// ParseGeo parses a geo URI (RFC 5870), with or without its scheme, with the parameters name
// and url of check-ins. Other parameters are ignored.
func ParseGeo(uri string) (Place, bool) {
	uri = strings.TrimPrefix(strings.TrimSpace(uri), "geo:")
	numbers, parameters, _ := strings.Cut(uri, ";")
	parts := strings.Split(numbers, ",")
	if len(parts) < 2 || len(parts) > 3 {
		return Place{}, false
	}
	var p Place
	for i, into := range []*float64{&p.Latitude, &p.Longitude} {
		n, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if err != nil || math.IsNaN(n) {
			return Place{}, false
		}
		*into = n
	}
	if math.Abs(p.Latitude) > 90 || math.Abs(p.Longitude) > 180 {
		return Place{}, false
	}
	for parameter := range strings.SplitSeq(parameters, ";") {
		key, value, _ := strings.Cut(parameter, "=")
		switch key {
		case "u":
			if metres, err := strconv.ParseFloat(value, 64); err == nil && metres >= 0 && !math.IsInf(metres, 0) {
				p.Uncertainty = metres
			}
		case "name":
			p.Name = strings.TrimSpace(unescape(value, false))
		case "url":
			p.URL = strings.TrimSpace(unescape(value, false))
		}
	}
	return p, true
}
