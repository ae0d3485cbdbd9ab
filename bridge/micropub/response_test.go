package micropub_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

func TestEveryErrorIsJSONWithItsStatus(t *testing.T) {
	for _, c := range []struct {
		code      fault.Code
		status    int
		challenge string
	}{
		{fault.InvalidRequest, 400, ""},
		{fault.Unauthorized, 401, "Bearer"},
		{fault.InvalidToken, 401, `Bearer error="invalid_token", error_description="what 'is' wrong ?; what to do"`},
		{fault.InsufficientScope, 403, `Bearer error="insufficient_scope", scope="create"`},
		{fault.Forbidden, 403, ""},
		{fault.NotFound, 404, ""},
		{fault.MethodNotAllowed, 405, ""},
		{fault.Conflict, 409, ""},
		{fault.TooLarge, 413, ""},
		{fault.UnsupportedMedia, 415, ""},
		{fault.TooManyRequests, 429, ""},
		{fault.Unavailable, 503, ""},
		{fault.Internal, 500, ""},
		{"something new", 500, ""},
	} {
		f := &fault.Error{Code: c.code, Op: "op", Message: "what \"is\" wrong é", Hint: "what to do",
			Err: errors.New("secret cause")}
		if c.code == fault.InsufficientScope {
			f.Scope = "create"
		}
		w := httptest.NewRecorder()
		if err := micropub.WriteError(w, fmt.Errorf("wrapped: %w", f)); err != nil {
			t.Fatal(err)
		}
		var answer map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s: %v in %s", c.code, err, w.Body)
		}
		if w.Code != c.status || w.Header().Get("Content-Type") != "application/json" ||
			w.Header().Get("WWW-Authenticate") != c.challenge {
			t.Errorf("%s: %d %v", c.code, w.Code, w.Header())
		}
		if answer["error"] != string(c.code) || answer["error_description"] != "what \"is\" wrong é; what to do" ||
			answer["scope"] != f.Scope {
			t.Errorf("%s: %v", c.code, answer)
		}
	}
}

func TestAnErrorOfTheServersOwnStaysInItsLog(t *testing.T) {
	w := httptest.NewRecorder()
	if err := micropub.WriteError(w, errors.New("secret cause")); err != nil {
		t.Fatal(err)
	}
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") ||
		!strings.Contains(w.Body.String(), `"server_error"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWaitingTimesAreTold(t *testing.T) {
	w := httptest.NewRecorder()
	if err := micropub.WriteError(w, &fault.Error{Code: fault.TooManyRequests,
		RetryAfter: 1500 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After: %q", got)
	}
}

func get(accept string) *http.Request {
	r := httptest.NewRequest("GET", "/micropub", nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return r
}

func TestCreatedSaysWhereAndWhetherItIsPushed(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name    string
		accept  string
		created micropub.Created
		want    string
	}{
		{"plain", "", micropub.Created{}, `{"url":"https://site.example/a&b/"}`},
		{"pushed", "application/json", micropub.Created{Pushed: &yes, Reason: "nothing to say"},
			`{"url":"https://site.example/a&b/","pushed":true}`},
		{"not pushed", "", micropub.Created{Pushed: &no, Reason: "the remote is down"},
			`{"url":"https://site.example/a&b/","pushed":false,"reason":"the remote is down"}`},
		{"as a form", "application/x-www-form-urlencoded", micropub.Created{Pushed: &no, Reason: "the remote is down"},
			"pushed=false&reason=the+remote+is+down&url=https%3A%2F%2Fsite.example%2Fa%26b%2F"},
		{"as text", "text/plain", micropub.Created{Pushed: &yes}, "https://site.example/a&b/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.created.URL = "https://site.example/a&b/"
			c.created.Shortlink = "https://s.example/1"
			c.created.Syndication = []string{"https://social.example/1", "https://social.example/2"}
			w := httptest.NewRecorder()
			if err := micropub.WriteCreated(w, get(c.accept), c.created); err != nil {
				t.Fatal(err)
			}
			links := strings.Join(w.Header()["Link"], ", ")
			if w.Code != 201 || w.Header().Get("Location") != c.created.URL ||
				links != `<https://social.example/1>; rel="syndication", <https://social.example/2>; rel="syndication", <https://s.example/1>; rel="shortlink"` {
				t.Errorf("%d %v", w.Code, w.Header())
			}
			if got := strings.TrimSpace(w.Body.String()); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
			w = httptest.NewRecorder()
			if err := micropub.WriteChanged(w, get(c.accept), c.created); err != nil || w.Code != 200 ||
				w.Header().Get("Location") != "" {
				t.Errorf("a change answers %d %v, %v", w.Code, w.Header(), err)
			}
		})
	}
}

func TestAnswersAreJSONUnlessSomethingElseIsPreferred(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct{ accept, want string }{
		{"", "application/json"},
		{"*/*", "application/json"},
		{"application/json", "application/json"},
		{"application/json, " + form, "application/json"},
		{form + ", application/json", "application/json"},
		{form, form},
		{"Application/X-WWW-Form-Urlencoded", form},
		{form + ", */*;q=0.1", form},
		{form + ";q=0.5, application/json;q=0.9", "application/json"},
		{form + ";q=0.9, application/json; q=0.5", form},
		{form + ";q=0", "application/json"},
		{"text/html", "application/json"},
		{"text/plain", "application/json"}, // there is no one address in this answer
		{"nonsense;;q=x,", "application/json"},
	} {
		w := httptest.NewRecorder()
		if err := micropub.WriteAnswer(w, get(c.accept), 200, map[string]string{"me": "x"}); err != nil {
			t.Fatal(err)
		}
		if got := w.Header().Get("Content-Type"); got != c.want {
			t.Errorf("Accept: %s gets %s, want %s", c.accept, got, c.want)
		}
	}
}

func TestFormAnswersAreThoseOfTheDrafts(t *testing.T) {
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"token", map[string]any{"me": "https://example.org/", "scope": "create update", "client_id": ""},
			"client_id=&me=https://example.org/&scope=create update"},
		{"targets", map[string]any{"syndicate-to": []any{map[string]any{"uid": "https://t.example/a", "name": "A"},
			map[string]any{"uid": "b", "name": "B"}}}, "syndicate-to[]=https://t.example/a&syndicate-to[]=b"},
		{"categories", map[string]any{"categories": []string{"a b", "c&d"}}, "categories[]=a b&categories[]=c%26d"},
		{"post", mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{
			"content": {map[string]any{"html": "<b>"}}, "rating": {4.5}, "rewatch": {true}, "n": {int64(12345678901234567)},
			"none": {},
		}}, "properties[content][0][html]=<b>&properties[n][]=12345678901234567&properties[rating][]=4.5&properties[rewatch][]=true&type[]=h-entry"},
	} {
		w := httptest.NewRecorder()
		if err := micropub.WriteAnswer(w, get("application/x-www-form-urlencoded"), 200, c.v); err != nil {
			t.Fatal(err)
		}
		var readable []string
		for pair := range strings.SplitSeq(w.Body.String(), "&") {
			name, value, _ := strings.Cut(pair, "=")
			value, err := url.QueryUnescape(value)
			if err != nil {
				t.Fatal(err)
			}
			readable = append(readable, name+"="+strings.ReplaceAll(value, "&", "%26"))
		}
		if got := strings.Join(readable, "&"); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestJSONAnswersKeepTheirCharacters(t *testing.T) {
	w := httptest.NewRecorder()
	item := mf2.Item{Type: []string{"h-entry"},
		Properties: mf2.Properties{"content": {map[string]any{"html": "<b>a & b</b> 👍"}}, "category": nil}}
	if err := micropub.WriteAnswer(w, get(""), 200, item); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(w.Body.String()), `{"type":["h-entry"],"properties":{"category":[],"content":[{"html":"<b>a & b</b> 👍"}]}}`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
