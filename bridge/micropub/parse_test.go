package micropub_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

func post(contentType string, body io.Reader) *http.Request {
	r := httptest.NewRequest("POST", "http://pub.example/micropub", body)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// known is the one address that names a post of this site in these tests.
const known = "https://site.example/notes/1/"

func parse(contentType, body string) (micropub.Request, error) {
	return micropub.Parse(post(contentType, strings.NewReader(body)), micropub.Limits{
		Known: func(url string) bool { return url == known },
	}, &memory{})
}

// meaning is a command as text: its kind, and what it says as JSON without empty members.
func meaning(t *testing.T, req micropub.Request) string {
	t.Helper()
	p := show(t, req, nil, &memory{})
	if item, ok := p.Command["Item"].(map[string]any); ok {
		kind := item["type"].([]any)
		delete(p.Command, "Item")
		if len(kind) != 1 || kind[0] != "h-entry" {
			p.Command["type"] = kind
		}
		for name, v := range item["properties"].(map[string]any) {
			p.Command[name] = v
		}
	}
	if commands, ok := p.Command["Commands"].(map[string]any); ok {
		for name, v := range commands {
			p.Command["mp "+name] = v
		}
		delete(p.Command, "Commands")
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(p.Command); err != nil {
		t.Fatal(err)
	}
	return p.Kind + " " + strings.TrimSpace(b.String())
}

type dialectCase struct {
	name string
	body string
	want string // meaning, or "! " and a part of the error's message
}

func runDialect(t *testing.T, contentType string, cases []dialectCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			req, err := parse(contentType, c.body)
			if part, refused := strings.CutPrefix(c.want, "! "); refused {
				var f *fault.Error
				if !errors.As(err, &f) || f.Code != fault.InvalidRequest || !strings.Contains(f.Message, part) || f.Hint == "" {
					t.Fatalf("%s\nwas not refused with %q and a hint: %v %#v", c.body, part, err, req.Command)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s\nwas refused: %v", c.body, err)
			}
			if got := meaning(t, req); got != c.want {
				t.Errorf("%s\nmeans %s\nwant  %s", c.body, got, c.want)
			}
		})
	}
}

func TestOtherContentTypesAreRefusedInWords(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "application/xml", "image/jpeg", "nonsense",
		"multipart/form-data", "multipart/mixed; boundary=x"} {
		_, err := parse(contentType, "content=x")
		if fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

func TestCompressedRequestsAreRefusedInWords(t *testing.T) {
	for coding, want := range map[string]fault.Code{"gzip": fault.UnsupportedMedia, "br": fault.UnsupportedMedia,
		"identity": ""} {
		r := post(formType, strings.NewReader("content=x"))
		r.Header.Set("Content-Encoding", coding)
		_, err := micropub.Parse(r, micropub.Limits{}, &memory{})
		if want == "" && err != nil || want != "" && fault.CodeOf(err) != want {
			t.Errorf("%s: %v", coding, err)
		}
	}
}

func TestTheTokenOfTheBodyNeverBecomesAProperty(t *testing.T) {
	for _, c := range []struct{ contentType, body string }{
		{formType, "access_token=T&content=x"},
		{formType, "content=x&access_token[]=T"},
		{formType, "content=x&auth_token=T"},
		{jsonType, `{"access_token":"T","properties":{"content":["x"]}}`},
		{formType, "access_token=T&content="},
		{formType, "access_token=T&action=explode"},
		{jsonType, `{"access_token":"T","properties":{}}`},
	} {
		req, err := parse(c.contentType, c.body)
		if req.Token != "T" {
			t.Errorf("%s: the token is %q", c.body, req.Token)
		}
		if err == nil {
			if got, want := req.Command.(*micropub.Create).Item.Properties, map[string][]any{"content": {"x"}}; !reflect.DeepEqual(map[string][]any(got), want) {
				t.Errorf("%s: the properties are %v", c.body, got)
			}
		}
	}
	req, err := parse(jsonType, `{"properties":{"content":["x"],"access_token":["T"],"h":["entry"]}}`)
	if err != nil || len(req.Command.(*micropub.Create).Item.Properties) != 1 {
		t.Errorf("got %#v, %v", req.Command, err)
	}
}

func TestTheQueryOfTheAddressIsKept(t *testing.T) {
	r := httptest.NewRequest("POST", "http://pub.example/micropub?q=contact", strings.NewReader("h=card&name=x"))
	r.Header.Set("Content-Type", formType)
	req, err := micropub.Parse(r, micropub.Limits{}, &memory{})
	if err != nil || req.Query != "contact" {
		t.Errorf("got %#v, %v", req, err)
	}
}

// Regression test: the first one got the post, and nobody was told that the other one did not.
func TestPostForTwoDestinationsIsRefused(t *testing.T) {
	const one, two = "https://one.example/", "https://two.example/"
	for kind, bodies := range map[string][2]string{
		formType: {"h=entry&content=x&mp-destination[]=" + one + "&mp-destination[]=" + two,
			"h=entry&content=x&mp-destination=" + one + "&mp-destination="},
		jsonType: {
			`{"properties": {"content": ["x"], "mp-destination": ["` + one + `", "` + two + `"]}}`,
			`{"properties": {"content": ["x"], "mp-destination": ["` + one + `", "` + one + `"]}}`,
		},
	} {
		if _, err := parse(kind, bodies[0]); fault.CodeOf(err) != fault.InvalidRequest ||
			!strings.Contains(fmt.Sprint(err), "more than one") {
			t.Errorf("%s: %v", bodies[0], err)
		}
		got, err := parse(kind, bodies[1])
		if err != nil || got.Command.(*micropub.Create).Commands.Destination != one {
			t.Errorf("%s: %v, %v", bodies[1], got, err)
		}
	}
}
