package config

import (
	"reflect"
	"testing"

	"gopkg.in/yaml.v3"
)

func offered(t *testing.T, set func(*Site, written) error, text string) Site {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	var c Site
	if err := set(&c, written{node: n.Content[0]}); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

func TestOffersAreReadAsWritten(t *testing.T) {
	c := offered(t, targetsKey,
		`[{uid: a, name: A, checked: true, types: [note, photo], service: {name: S, url: https://s.example/}}, b]`)
	want := []Target{
		{UID: "a", Name: "A", Checked: true, PostTypes: []string{"note", "photo"},
			Service: map[string]string{"name": "S", "url": "https://s.example/"}},
		{UID: "b", Name: "b"},
	}
	if !reflect.DeepEqual(c.SyndicateTo, want) {
		t.Errorf("targets %+v, want %+v", c.SyndicateTo, want)
	}
	c = offered(t, channelsKey, `[{uid: diary, path: "diary/{slug}.md"}, all]`)
	if !reflect.DeepEqual(c.Channels, []Channel{{UID: "diary", Name: "diary", Path: "diary/{slug}.md"},
		{UID: "all", Name: "all"}}) {
		t.Errorf("channels %+v", c.Channels)
	}
	c = offered(t, postTypesKey,
		`[note, {type: article, name: Essay}, {type: recipe, properties: [name, yield], required-properties: [name]}]`)
	if len(c.PostTypes) != 3 || c.PostTypes[0].Name != "Note" || c.PostTypes[1].Name != "Essay" ||
		c.PostTypes[1].Required[0] != "name" ||
		!reflect.DeepEqual(c.PostTypes[2], PostType{Type: "recipe", Name: "Recipe", Properties: []string{"name", "yield"},
			Required: []string{"name"}}) {
		t.Errorf("types %+v", c.PostTypes)
	}
}
