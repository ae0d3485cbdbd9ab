package micropub_test

import (
	"fmt"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

func TestNamesWithControlCharactersAreRefused(t *testing.T) {
	for _, c := range []string{"\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x7f"} {
		for _, request := range []struct{ contentType, body string }{
			{formType, "content=x&na" + c + "me=x"},
			{formType, "action=delete&url=x" + c + "x"},
			{jsonType, fmt.Sprintf(`{"properties":{"x":[{"a\u%04x":[""]}]}}`, c[0])},
			{jsonType, fmt.Sprintf(`{"action":"update","url":"x","delete":["a\u%04x"]}`, c[0])},
		} {
			if req, err := parse(request.contentType, request.body); fault.CodeOf(err) != fault.InvalidRequest {
				t.Errorf("%q became %#v, %v", request.body, req.Command, err)
			}
		}
	}
	for _, ok := range []string{"a\tb", "a\nb", "a\r\nb", "a\u0085b", "\u200f\u202e\ufeff", "e\u0301", "\U0010ffff"} {
		req, err := parse(formType, "content="+ok+"!")
		if err != nil {
			t.Errorf("%q was refused: %v", ok, err)
			continue
		}
		if got := req.Command.(*micropub.Create).Item.Properties.Text("content"); got != ok+"!" {
			t.Errorf("%q became %q", ok, got)
		}
	}
}

func TestOnlyUTF8IsTaken(t *testing.T) {
	for _, request := range []struct{ contentType, body string }{
		{formType, "content=caf%E9"},
		{formType, "content=caf\xe9"},
		{formType, "caf%E9=x"},
		{jsonType, "{\"properties\":{\"content\":[\"caf\xe9\"]}}"},
		{formType + "; charset=iso-8859-1", "content=é"},
		{formType + "; charset=iso-8859-1", "content=%E9"},
		{jsonType + `; charset="utf-16"`, `{"properties":{"content":["é"]}}`},
	} {
		if _, err := parse(request.contentType, request.body); fault.CodeOf(err) != fault.InvalidRequest ||
			!strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%s %q: %v; want a refusal that names UTF-8", request.contentType, request.body, err)
		}
	}
	for _, contentType := range []string{formType, formType + "; charset=UTF-8", formType + ";charset=utf8",
		formType + `; charset="utf-8"`, formType + ";", "APPLICATION/X-WWW-FORM-URLENCODED", "x-www-form-urlencoded",
		formType + "; charset", formType + "; charset=ISO-8859-1"} {
		if _, err := parse(contentType, "content=caf%C3%A9"); err != nil {
			t.Errorf("%s was refused: %v", contentType, err)
		}
	}
	for _, contentType := range []string{jsonType, jsonType + "; charset=utf-8", "application/mf2+json", "text/json"} {
		if _, err := parse(contentType, `{"properties":{"content":["é"]}}`); err != nil {
			t.Errorf("%s was refused: %v", contentType, err)
		}
	}
}
