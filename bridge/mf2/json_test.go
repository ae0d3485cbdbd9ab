package mf2_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
)

func TestFromJSONKeepsTypes(t *testing.T) {
	for _, c := range []struct {
		in   string
		want any
	}{
		{`"007"`, "007"},
		{`7`, int64(7)},
		{`-0`, int64(0)},
		{`-74.0`, -74.0},
		{`1e2`, 100.0},
		{`9223372036854775807`, int64(math.MaxInt64)},
		{`true`, true},
		{`null`, nil},
		{`[]`, []any{}},
		{`{}`, map[string]any{}},
		{`{"a": [1, {"b": "yes"}]}`, map[string]any{"a": []any{int64(1), map[string]any{"b": "yes"}}}},
		{"\n \"\\u00e9\\/\" ", "é/"},
		{`"\ud83d\uDE00 and \\ud83d"`, `😀 and \ud83d`},
	} {
		got, err := mf2.FromJSON([]byte(c.in), 10)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("FromJSON(%s) = %#v, %v; want %#v", c.in, got, err, c.want)
		}
	}
}

func TestFromJSONSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", "line 1, column 1: unexpected end of the JSON text"},
		{"cut off", `{"a": [1,`, "line 1, column 10: unexpected end of the JSON text"},
		{"cut off string", `{"a`, "unexpected end"},
		{"trailing comma", "[1,\n]", "line 2, column 1: invalid character"},
		{"missing comma", "[1 2]", "invalid character"},
		{"missing colon", `{"a" 1}`, "invalid character"},
		{"a number as name", `{1: 2}`, "line 1"},
		{"two texts", `{} {}`, "unexpected data"},
		{"rubbish after", `{}x`, "unexpected data"},
		{"a name twice", `{"a": 1, "a": 2}`, `the name "a" appears twice`},
		{"integer out of range", `[9223372036854775808]`, "out of range"},
		{"float out of range", `[1e999]`, "out of range"},
		{"too deep", strings.Repeat("[", 11) + strings.Repeat("]", 11), "nested deeper than 10 levels"},
		{"half a character", "[1,\n\"a\\ud800b\"]", "line 2, column 3: \\ud800 is an unpaired surrogate"},
		{"two first halves", `"\ud83d\ud83d"`, `column 2: \ud83d is an unpaired surrogate`},
		{"a second half alone", `{"\uDE00": 1}`, `column 3: \uDE00 is an unpaired surrogate`},
		{"half a character at the end", `"\uD83D"`, `column 2: \uD83D is an unpaired surrogate`},
		{"half an escape", `"\ud83d\u`, "line 1"},
		{"not UTF-8", "{\"a\":\n\"\xff\"}", "line 2, column 2: not UTF-8"},
		{"too many values", "[" + strings.Repeat("[],", 100_000) + "[]]", "more than 100000 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := mf2.FromJSON([]byte(c.in), 10)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %#v, error %v; want an error with %q", got, err, c.want)
			}
		})
	}
	if _, err := mf2.FromJSON([]byte(strings.Repeat("[", 10)+strings.Repeat("]", 10)), 10); err != nil {
		t.Errorf("the depth that is allowed is refused: %v", err)
	}
}

func FuzzFromJSON(f *testing.F) {
	for _, s := range []string{`{"type":["h-entry"],"properties":{"rating":[4.5]}}`, `[1e2,-0,"\ud800",null]`, `{"a":{"a":[[]]}}`, "\xef\xbb\xbf{}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzztest.Limit(t)
		v, err := mf2.FromJSON(data, 64)
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is no JSON and was taken", data)
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		back, err := mf2.FromJSON(again, 64)
		if err != nil || !mf2.Equal(v, back) {
			t.Fatalf("%s became %s: %v", data, again, err)
		}
		if !mf2.Equal(v, mf2.Clone(v)) {
			t.Fatalf("the clone of %s differs", data)
		}
	})
}
