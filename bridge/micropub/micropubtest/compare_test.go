package micropubtest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func decode(t *testing.T, s string, into any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
}

// TestComparisonRules has for each rule of the README what it lets pass and what it must not.
func TestComparisonRules(t *testing.T) {
	const card = `{"type":["h-card"],"properties":{"name":["Grace"],"n":[1]}}`
	for _, c := range []struct {
		name   string
		want   string // Expect
		passes []string
		fails  []string
	}{
		{"strings by character", `{"properties":{"name":["a "]}}`, []string{`{"name":["a "],"other":["x"]}`}, []string{
			`{"name":["a"]}`, `{"name":["A "]}`, `{"name":["a ","a "]}`, `{"name":[]}`, `{}`, `{"name":[{"value":"a "}]}`}},
		{"a bare value of the post is a list of one", `{"properties":{"name":["a"]}}`, []string{`{"name":"a"}`},
			[]string{`{"name":"b"}`}},
		{"order and length", `{"properties":{"category":["a","b"]}}`, []string{`{"category":["a","b"]}`}, []string{
			`{"category":["b","a"]}`, `{"category":["a"]}`, `{"category":["a","b","c"]}`, `{"category":["a, b"]}`}},
		{"strings stay strings", `{"properties":{"rsvp":["yes"],"n":["007"]}}`, []string{`{"rsvp":["yes"],"n":["007"]}`},
			[]string{
				`{"rsvp":[true],"n":["007"]}`, `{"rsvp":["yes"],"n":[7]}`, `{"rsvp":["yes"],"n":["7"]}`}},
		{"numbers stay numbers", `{"properties":{"n":[4.5,-74.0]}}`, []string{`{"n":[4.5,-74]}`, `{"n":[4.50,-7.4e1]}`},
			[]string{`{"n":["4.5",-74]}`, `{"n":[4.5000001,-74]}`}},
		{"booleans stay booleans", `{"properties":{"b":[true]}}`, []string{`{"b":[true]}`},
			[]string{`{"b":["true"]}`, `{"b":[false]}`, `{"b":[1]}`}},
		{"items", `{"properties":{"who":[` + card + `]}}`, []string{
			`{"who":[` + card + `]}`, `{"who":[{"type":"h-card","properties":{"name":"Grace","n":1}}]}`,
			`{"who":[{"type":["h-card"],"value":"Grace","properties":{"name":["Grace"],"n":[1],"url":["u"]}}]}`}, []string{
			`{"who":["Grace"]}`, `{"who":[{"type":["h-adr"],"properties":{"name":["Grace"],"n":[1]}}]}`,
			`{"who":[{"type":["h-card"],"properties":{"name":["Grace"]}}]}`,
			`{"who":[{"type":["h-card"],"properties":{"name":["Grace"],"n":["1"]}}]}`, `{"who":[{"name":["Grace"],"n":[1]}]}`}},
		{"bare values in items, deep",
			`{"properties":{"who":[{"type":["h-card"],"properties":{"adr":{"type":"h-adr","properties":{"l":"x"}}}}]}}`,
			[]string{
				`{"who":[{"type":["h-card"],"properties":{"adr":[{"type":["h-adr"],"properties":{"l":["x"]}}]}}]}`}, []string{
				`{"who":[{"type":["h-card"],"properties":{"adr":[{"type":["h-adr"],"properties":{"l":["y"]}}]}}]}`}},
		{"other objects unchanged", `{"properties":{"x":[{"a":"b","c":["d"]}]}}`,
			[]string{`{"x":[{"a":"b","c":["d"]}]}`, `{"x":[{"a":"b","c":["d"],"value":"v"}]}`}, []string{
				`{"x":[{"a":["b"],"c":["d"]}]}`, `{"x":[{"a":"b","c":"d"}]}`, `{"x":[{"a":"b"}]}`,
				`{"x":[{"a":"b","c":["d"],"e":"f"}]}`}},
		{"a line break at the end of content", `{"properties":{"content":["a\nb\n"]}}`,
			[]string{`{"content":["a\nb\n"]}`, `{"content":["a\nb"]}`}, []string{
				`{"content":["a\nb "]}`, `{"content":["a b\n"]}`, `{"content":["a\r\nb\n"]}`, `{"content":[{"html":"a\nb"}]}`}},
		{"a line break may be added", `{"properties":{"content":["a"]}}`, []string{`{"content":["a\n"]}`},
			[]string{`{"content":["a\n\n"]}`}},
		{"only content may lose its line break", `{"properties":{"summary":["a\n"]}}`, nil, []string{`{"summary":["a"]}`}},
		{"line ends", `{"properties":{"content":["a\r\nb"]},"content_newlines":"crlf-or-lf"}`,
			[]string{`{"content":["a\nb"]}`, `{"content":["a\r\nb"]}`},
			[]string{`{"content":["a b"]}`, `{"content":["a\n\nb"]}`}},
		{"html as document",
			`{"properties":{"content":[{"html":"<p>Rich &amp; <b class=\"x\" id=\"y\">bold</b></p>\n\n<p>2<br>3</p>"}]}}`,
			[]string{
				`{"content":[{"html":"<p>Rich &#38; <b id='y' class=x>bold</b></p><p>2<br/>3</p>\n","value":"Rich"}]}`,
				`{"content":{"html":"\n<p> Rich &amp;\n<b id='y' class=x>bold</b> </p> <p>2 <br>\n3</p>"}}`}, []string{
				`{"content":["<p>Rich &amp; <b class=\"x\" id=\"y\">bold</b></p>\n\n<p>2<br>3</p>"]}`,
				`{"content":[{"html":"<p>Rich &amp; <b class=\"x\">bold</b></p><p>2<br>3</p>"}]}`,
				`{"content":[{"html":"<p>Rich &amp; <i class=\"x\" id=\"y\">bold</i></p><p>2<br>3</p>"}]}`,
				`{"content":[{"html":"<p>Rich &amp;<b class=\"x\" id=\"y\">bold</b></p><p>2<br>3</p>"}]}`,
				`{"content":[{"html":"<p>Rich &amp; <b class=\"x\" id=\"y\">Bold</b></p><p>2<br>3</p>"}]}`,
				`{"content":[{"html":"<p>Rich &amp; <b class=\"x\" id=\"y\">bold</b></p>"}]}`,
				`{"content":[{"value":"Rich"}]}`}},
		{"instants", `{"properties":{"published":["2026-02-11T17:42:10+01:00"]}}`, []string{
			`{"published":["2026-02-11T16:42:10Z"]}`, `{"published":["2026-02-11 17:42:10 +0100"]}`, `{"published":["2026-02-11T17:42:10.000+0100"]}`, `{"published":["2026-02-11T17:42:10"]}`}, []string{
			`{"published":["2026-02-11T17:42:10Z"]}`, `{"published":["2026-02-11T17:42:11+01:00"]}`,
			`{"published":["2026-02-11"]}`, `{"published":["soon"]}`, `{"published":[1770828130]}`, `{"published":[]}`}},
		{"wall-clock time in the site's zone", `{"properties":{"start":["2026-02-11 17:42"]}}`,
			[]string{`{"start":["2026-02-11T17:42:00+01:00"]}`, `{"start":["2026-02-11T16:42:00Z"]}`},
			[]string{`{"start":["2026-02-11T17:42:00Z"]}`}},
		{"a date stays that date", `{"properties":{"published":["2026-02-28"]}}`,
			[]string{`{"published":["2026-02-28"]}`, `{"published":["2026-02-28T00:00:00+01:00"]}`}, []string{
				`{"published":["2026-02-27"]}`, `{"published":["2026-02-28T12:00:00Z"]}`,
				`{"published":["2026-02-27T23:00:00Z"]}`}},
		{"no instants in other properties", `{"properties":{"seen":["2026-02-11T17:42:10+01:00"]}}`, nil,
			[]string{`{"seen":["2026-02-11T16:42:10Z"]}`}},
		{"uploads", `{"properties":{"photo":["${any-url}"]}}`,
			[]string{`{"photo":["https://site.example/served.jpg"]}`,
				`{"photo":[{"value":"https://site.example/served.jpg","alt":""}]}`}, []string{
				`{"photo":["https://site.example/lost.jpg"]}`, `{"photo":["/served.jpg"]}`, `{"photo":["served.jpg"]}`,
				`{"photo":[""]}`, `{"photo":["ftp://site.example/served.jpg"]}`, `{"photo":[{"alt":"x"}]}`, `{"photo":[7]}`}},
		{"photos as objects", `{"properties":{"photo":["u"]}}`,
			[]string{`{"photo":[{"value":"u","alt":"a"}]}`, `{"photo":[{"url":"u"}]}`},
			[]string{`{"photo":[{"value":"v"}]}`, `{"photo":[{"alt":"u"}]}`}},
		{"photos with their texts", `{"properties":{"photo":[{"value":"u","alt":"a"},"v"]}}`,
			[]string{`{"photo":[{"value":"u","alt":"a"},{"value":"v"}]}`}, []string{
				`{"photo":["u",{"value":"v","alt":"a"}]}`, `{"photo":[{"value":"u"},"v"]}`,
				`{"photo":[{"value":"u","alt":"b"},"v"]}`}},
		{"objects stand for addresses in media alone", `{"properties":{"like-of":["u"]}}`, nil,
			[]string{`{"like-of":[{"value":"u"}]}`}},
		{"places", `{"properties":{"checkin":["geo:51.0536,3.7253;name=Koffie Huis;url=https://c.example/"]}}`, []string{
			`{"checkin":["geo:51.0536,3.7253;name=Koffie Huis;url=https://c.example/"]}`,
			`{"checkin":[{"type":["h-card"],"properties":{"latitude":[51.0536],"longitude":["3.72530"],"name":["Koffie Huis"],"url":["https://c.example/"]}}]}`,
			`{"checkin":{"latitude":"51.0536","longitude":3.7253,"name":"Koffie Huis","url":"https://c.example/"}}`}, []string{
			`{"checkin":["geo:51.0536,3.7253"]}`,
			`{"checkin":[{"type":["h-card"],"properties":{"latitude":[51.0536],"longitude":[3.7253],"name":["Koffie Huis"]}}]}`,
			`{"checkin":[{"type":["h-card"],"properties":{"latitude":[3.7253],"longitude":[51.0536],"name":["Koffie Huis"],"url":["https://c.example/"]}}]}`,
			`{"checkin":[{"type":["h-card"],"properties":{"name":["Koffie Huis"],"url":["https://c.example/"]}}]}`}},
		{"defaults may be left out", `{"properties":{"visibility":["public"],"post-status":["published"]}}`,
			[]string{`{}`, `{"visibility":["public"],"post-status":["published"]}`},
			[]string{`{"visibility":["private"]}`, `{"post-status":["draft"]}`}},
		{"nothing else may be left out", `{"properties":{"visibility":["unlisted"]}}`, nil,
			[]string{`{}`, `{"visibility":["public"]}`}},
		{"absent", `{"absent":["name"]}`, []string{`{}`, `{"name":[]}`, `{"name":null}`},
			[]string{`{"name":["x"]}`, `{"name":[""]}`, `{"name":"x"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want Expect
			decode(t, c.want, &want)
			compare := func(properties string) []error {
				answer := []byte(`{"type":["h-entry"],"properties":` + properties + `}`)
				return Compare(want, answer, time.FixedZone("", 3600), func(address string) error {
					if strings.Contains(address, "lost") {
						return errors.New("404")
					}
					return nil
				})
			}
			for _, properties := range c.passes {
				if errs := compare(properties); len(errs) > 0 {
					t.Errorf("%s is as expected and fails: %v", properties, errs)
				}
			}
			for _, properties := range c.fails {
				if errs := compare(properties); len(errs) == 0 {
					t.Errorf("%s is not as expected (%s) and passes", properties, c.want)
				}
			}
		})
	}
}

func TestAnAnswerThatIsNoPostDiffers(t *testing.T) {
	for _, answer := range []string{``, `null`, `{}`, `[]`, `{"properties":[]}`, `<html>`} {
		if errs := Compare(Expect{}, []byte(answer), nil, nil); len(errs) == 0 {
			t.Errorf("%q passes for a post", answer)
		}
	}
}

func TestTypesAreCompared(t *testing.T) {
	want := Expect{Type: []string{"h-event"}}
	for answer, fails := range map[string]bool{
		`{"type":["h-event"],"properties":{}}`:           false,
		`{"type":"h-event","properties":{}}`:             false,
		`{"type":["h-entry"],"properties":{}}`:           true,
		`{"properties":{}}`:                              true,
		`{"type":["h-event","h-entry"],"properties":{}}`: true,
	} {
		var got source
		decode(t, answer, &got)
		if errs := compareSource(want, got, comparison{}); (len(errs) > 0) != fails {
			t.Errorf("%s: %v", answer, errs)
		}
	}
}

func TestAnswersAreComparedAsSubsets(t *testing.T) {
	want := Expect{}
	decode(t, `{"json":{"properties":{"name":["x"],"n":[1]}},"json_keys":["items"]}`, &want)
	for answer, problems := range map[string]int{
		`{"items":[],"properties":{"name":["x"],"n":1,"more":[]}}`: 0,
		`{"properties":{"name":["x"],"n":[1]}}`:                    1,
		`{"items":[],"properties":{"name":["y"],"n":[1]}}`:         1,
		`{"items":[],"properties":{"name":["x"],"n":["1"]}}`:       1,
		`{"items":[],"properties":{"name":["x","y"],"n":[1]}}`:     1,
		`{"items":[]}`:          1,
		`{}`:                    2,
		`[]`:                    1,
		`Method not allowed`:    1,
		`{"items":[],"proper`:   1,
		`{"properties":"name"}`: 2,
	} {
		if errs := checkJSON(want, []byte(answer)); len(errs) != problems {
			t.Errorf("%s: %d problems, want %d: %v", answer, len(errs), problems, errs)
		}
	}
}
