package mf2_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

func TestHiddenLocationLeavesNoCoordinates(t *testing.T) {
	const card = `{"type":["h-card"],"properties":{"name":["Central Station"],"url":["https://foursquare.com/v/1"],"latitude":[52.378901],"longitude":[4.900581],"street-address":["Stationsplein 15"],"locality":["Amsterdam"]},"value":"https://foursquare.com/v/1"}`
	for _, c := range []struct{ name, properties, private, text string }{
		{"geo URI", `{"location":["geo:52.378901,4.900581"]}`, `{}`, `{}`},
		{"geo URI with a name", `{"location":["geo:52.378901,4.900581;name=Caf%C3%A9%20Central;url=https://cafe.example/"]}`,
			`{}`, `{"location":["Café Central"]}`},
		{"geo URI whose name is coordinates", `{"checkin":["geo:52.378901,4.900581;name=52.378901, 4.900581"]}`, `{}`, `{}`},
		{"bare coordinates", `{"location":["52.378901,4.900581"]}`, `{}`, `{}`},
		{"a map's address", `{"location":["https://map.example/#52.378901/4.900581"]}`, `{}`, `{}`},
		{"words", `{"location":["Amsterdam"]}`, `{}`, `{"location":["Amsterdam"]}`},
		{"check-in", `{"checkin":[` + card + `]}`, `{}`,
			`{"checkin":[{"type":["h-card"],"properties":{"name":["Central Station"]}}]}`},
		{"address with a label",
			`{"location":[{"type":["h-adr"],"properties":{"label":["Home"],"latitude":["52.378901"],"longitude":["4.900581"]}}]}`, `{}`,
			`{"location":[{"type":["h-adr"],"properties":{"label":["Home"]}}]}`},
		{"address without a label",
			`{"location":[{"type":["h-adr"],"properties":{"locality":["Amsterdam"],"street-address":["Stationsplein 15"],"geo":["geo:52.378901,4.900581"]}}]}`, `{}`,
			`{"location":[{"type":["h-adr"],"properties":{"locality":["Amsterdam"]}}]}`},
		{"nothing but coordinates",
			`{"location":[{"type":["h-geo"],"properties":{"latitude":[52.378901],"longitude":[4.900581]}}]}`, `{}`, `{}`},
		{"flat object", `{"location":[{"name":"Home","latitude":52.378901}]}`, `{}`, `{"location":[{"name":"Home"}]}`},
		{"at top level", `{"latitude":["52.378901"],"longitude":["4.900581"],"altitude":["3"],"geo":["geo:52.378901,4.900581"]}`, `{}`, `{}`},
		{"inside another item",
			`{"ate":[{"type":["h-food"],"properties":{"name":["Soup"],"location":[` + card +
				`],"geo":["geo:52.378901,4.900581"]}}]}`, `{"ate":[{"type":["h-food"],"properties":{"name":["Soup"]}}]}`,
			`{"ate":[{"type":["h-food"],"properties":{"name":["Soup"],"location":[{"type":["h-card"],"properties":{"name":["Central Station"]}}]}}]}`},
		{"a geo URI elsewhere", `{"category":["tea","geo:52.378901,4.900581"]}`, `{"category":["tea"]}`,
			`{"category":["tea"]}`},
		{"a photo's", `{"photo":[{"value":"https://x.example/a.jpg","alt":"A","latitude":52.378901}]}`,
			`{"photo":[{"value":"https://x.example/a.jpg","alt":"A"}]}`,
			`{"photo":[{"value":"https://x.example/a.jpg","alt":"A"}]}`},
		{"the author's own words", `{"content":["Meet me at 10.5, 20.5"],"name":["geo: what"]}`,
			`{"content":["Meet me at 10.5, 20.5"],"name":["geo: what"]}`,
			`{"content":["Meet me at 10.5, 20.5"],"name":["geo: what"]}`},
	} {
		for _, labels := range []bool{false, true} {
			var p, want mf2.Properties
			expected := c.private
			if labels {
				expected = c.text
			}
			if err := errors.Join(json.Unmarshal([]byte(c.properties), &p),
				json.Unmarshal([]byte(expected), &want)); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			mf2.HideLocation(p, labels)
			got, _ := json.Marshal(p)
			expectedJSON, _ := json.Marshal(want)
			if string(got) != string(expectedJSON) {
				t.Errorf("%s, labels %v: %s, want %s", c.name, labels, got, expectedJSON)
			}
			if strings.Contains(string(got), "52.37") || strings.Contains(string(got), "4.90") {
				t.Errorf("%s, labels %v: coordinates are left in %s", c.name, labels, got)
			}
		}
	}
}
