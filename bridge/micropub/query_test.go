package micropub_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

func TestQueriesOfEveryShape(t *testing.T) {
	for _, c := range []struct {
		query string
		want  micropub.Query
	}{
		{"", micropub.Query{}},
		{"q=config", micropub.Query{Kind: "config"}},
		{"q=category&filter=indie", micropub.Query{Kind: "category", Filter: "indie"}},
		{"q=contact&search=aaron", micropub.Query{Kind: "contact", Filter: "aaron"}},
		{"q=category&mp-destination=https%3A%2F%2Fada.example%2F",
			micropub.Query{Kind: "category", Destination: "https://ada.example/"}},
		{"q=syndicate-to&post-type=photo", micropub.Query{Kind: "syndicate-to", PostType: []string{"photo"}}},
		{"q=last", micropub.Query{Kind: "last"}},
		{"q=source&url=https://site.example/1/&properties=content",
			micropub.Query{Kind: "source", URL: "https://site.example/1/", Properties: []string{"content"}}},
		{"q=source&url=u&properties[]=content&properties[]=name",
			micropub.Query{Kind: "source", URL: "u", Properties: []string{"content", "name"}}},
		{"q=source&url=u&properties[1]=name&properties[0]=content&properties[10]=category",
			micropub.Query{Kind: "source", URL: "u", Properties: []string{"content", "name", "category"}}},
		{"q=source&url=u&properties[]=name,%20content,name",
			micropub.Query{Kind: "source", URL: "u", Properties: []string{"name", "content"}}},
		{"q=source&limit=10&offset=20&order=asc", micropub.Query{Kind: "source", Limit: 10, Offset: 20, Order: "asc"}},
		{"q=source&order=Descending&after=c", micropub.Query{Kind: "source", Order: "desc", After: "c"}},
		{"q=source&before=c", micropub.Query{Kind: "source", Before: "c"}},
		{"q=source&post-type[]=note&post-type[]=photo&post-status=Publish&visibility=unlisted,public",
			micropub.Query{Kind: "source",
				PostType: []string{"note", "photo"}, PostStatus: []string{"published"},
				Visibility: []string{"unlisted", "public"}}},
		{"q=source&exists[]=like-of&exists[]=name&not-exists=photo",
			micropub.Query{Kind: "source", Exists: []string{"like-of", "name"}, NotExists: []string{"photo"}}},
		{"q=source&property-rsvp=yes&property-in-reply-to[]=a&property-in-reply-to[]=b,c", micropub.Query{Kind: "source",
			Property: map[string][]string{"rsvp": {"yes"}, "in-reply-to": {"a", "b,c"}}}},
		{"q=source&unknown=x&limit=", micropub.Query{Kind: "source"}},
		{"q=geo&uri=geo:37.786971,-122.399677;u=35", micropub.Query{Kind: "geo",
			Place: &micropub.Place{Latitude: 37.786971, Longitude: -122.399677, Uncertainty: 35}}},
		{"q=geo&lat=52.37&lon=4.89&u=10", micropub.Query{Kind: "geo",
			Place: &micropub.Place{Latitude: 52.37, Longitude: 4.89, Uncertainty: 10}}},
		{"q=geo&geo=52.37,4.89", micropub.Query{Kind: "geo", Place: &micropub.Place{Latitude: 52.37, Longitude: 4.89}}},
		{"q=geo", micropub.Query{Kind: "geo"}},
		{"q=source&url[]=u&limit[0]=5", micropub.Query{Kind: "source", URL: "u", Limit: 5}},
		{"q[]=source&url=u&url[]=u&url=&url%5B%5D=", micropub.Query{Kind: "source", URL: "u"}},
	} {
		v, err := url.ParseQuery(strings.ReplaceAll(c.query, ";", "%3B"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := micropub.ParseQuery(v)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\nmeans %+v, %v\nwant  %+v", c.query, got, err, c.want)
		}
	}
}

func TestQueriesThatCannotBeMeantAreRefused(t *testing.T) {
	for _, query := range []string{
		"q=nonsense", "q=Config", "q=source&limit=0", "q=source&limit=-1", "q=source&limit=ten",
		"q=source&limit=99999999999999999999",
		"q=source&offset=-1", "q=source&offset=x", "q=source&order=random", "q=source&before=a&after=b",
		"q=source&url=a&url=b", "q=source&url[]=a&url[]=b", "q=source&url=a&url[]=b", "q=source&url[a][b]=c",
		"q=config&q=source", "q=source&limit=1&limit=2",
		"q=geo&uri=geo:here", "q=geo&lat=91&lon=0", "q=geo&lat=1", "q=geo&lat=NaN&lon=0", "q=geo&lat=1&lon=1&u=-1",
		"q=geo&lat=1&lon=1&u=x",
	} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if q, err := micropub.ParseQuery(v); fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("%s: %+v, %v", query, q, err)
		}
	}
}
