package micropub_test

import (
	"net/http/httptest"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

func TestHeaderToken(t *testing.T) {
	for _, c := range []struct {
		headers []string
		want    string
		fails   bool
	}{
		{nil, "", false},
		{[]string{"Bearer abc"}, "abc", false},
		{[]string{"bearer   abc "}, "abc", false},
		{[]string{"BEARER abc"}, "abc", false},
		{[]string{"Bearer"}, "", false},
		{[]string{"Bearer "}, "", false},
		{[]string{"Basic abc"}, "", false},
		{[]string{"Bearerabc"}, "", false},
		{[]string{"Bearer a", "Bearer b"}, "", true},
	} {
		r := httptest.NewRequest("GET", "/micropub", nil)
		for _, h := range c.headers {
			r.Header.Add("Authorization", h)
		}
		got, err := micropub.HeaderToken(r)
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%q: %q, %v", c.headers, got, err)
		}
	}
}

func TestTwoTokensMustBeEqual(t *testing.T) {
	for _, c := range []struct {
		header, body, want string
		code               fault.Code
	}{
		{"a", "", "a", ""},
		{"", "a", "a", ""},
		{"a", "a", "a", ""},
		{"a", "b", "", fault.InvalidRequest},
		{"a", "aa", "", fault.InvalidRequest},
		{"", "", "", fault.Unauthorized},
	} {
		got, err := micropub.OneToken(c.header, c.body)
		if got != c.want || c.code == "" && err != nil || c.code != "" && fault.CodeOf(err) != c.code {
			t.Errorf("%q and %q: %q, %v", c.header, c.body, got, err)
		}
	}
}
