package micropub_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/micropub/micropubtest"
)

const fuzzBoundary = "boundary"

// seed adds the bodies of the corpus that have the given content type.
func seed(f *testing.F, kind string) {
	f.Helper()
	files, err := micropubtest.Load(corpus)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for _, c := range file.Cases {
			r, err := c.Request("http://pub.example/micropub", "http://pub.example/media", micropubtest.Values{
				Token: "TOKEN", Location: func(string) string { return known },
			})
			if err != nil {
				f.Fatal(err)
			}
			contentType := r.Header.Get("Content-Type")
			if !strings.HasPrefix(contentType, kind) {
				continue
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				f.Fatal(err)
			}
			if _, boundary, ok := strings.Cut(contentType, "boundary="); ok {
				body = bytes.ReplaceAll(body, []byte(boundary), []byte(fuzzBoundary))
			}
			f.Add(body)
		}
	}
}

// check is what must hold for any bytes: a command that can be carried out, or an error that
// a client can be told.
func check(t *testing.T, contentType string, body []byte) {
	fuzztest.Limit(t)
	t.Helper()
	limits := micropub.Limits{Known: func(url string) bool { return strings.HasPrefix(url, known) }}
	req, err := micropub.Parse(post(contentType, bytes.NewReader(body)), limits, &memory{})
	again, errAgain := micropub.Parse(post(contentType, bytes.NewReader(body)), limits, &memory{})
	if !reflect.DeepEqual(req, again) || (err == nil) != (errAgain == nil) ||
		err != nil && err.Error() != errAgain.Error() {
		t.Fatalf("%q means two things: %#v, %v and %#v, %v", body, req, err, again, errAgain)
	}
	if err != nil {
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.InvalidRequest && f.Code != fault.TooLarge || f.Message == "" ||
			f.Hint == "" || req.Command != nil {
			t.Fatalf("%q: %#v, %#v", body, req.Command, err)
		}
		return
	}
	switch cmd := req.Command.(type) {
	case *micropub.Create:
		checkProperties(t, cmd.Item.Properties)
		if len(cmd.Item.Type) == 0 || len(cmd.Item.Properties) == 0 {
			t.Fatalf("%q makes an empty post: %#v", body, cmd)
		}
		for name, list := range cmd.Item.Properties {
			if len(list) == 0 {
				t.Fatalf("%q makes a property %q without values", body, name)
			}
		}
		checkSame(t, cmd.Item)
	case *micropub.Update:
		checkProperties(t, cmd.Replace, cmd.Add, cmd.Remove)
		if cmd.URL == "" {
			t.Fatalf("%q updates nothing", body)
		}
	case *micropub.Delete:
		if cmd.URL == "" {
			t.Fatalf("%q deletes nothing", body)
		}
	case *micropub.Undelete, *micropub.Upload:
	default:
		t.Fatalf("%q is a %T", body, cmd)
	}
}

func checkProperties(t *testing.T, all ...mf2.Properties) {
	t.Helper()
	for _, properties := range all {
		for name, list := range properties {
			if name == "" || strings.HasPrefix(name, "mp-") || name == "access_token" || name == "auth_token" {
				t.Fatalf("the property %q got through", name)
			}
			checkValue(t, list)
		}
	}
}

func checkValue(t *testing.T, v any) {
	t.Helper()
	switch v := v.(type) {
	case string:
		if strings.ToValidUTF8(v, "") != v {
			t.Fatalf("the text %q got through", v)
		}
	case []any:
		for _, e := range v {
			checkValue(t, e)
		}
	case map[string]any:
		for key, e := range v {
			checkValue(t, key)
			checkValue(t, e)
		}
	case bool, int64, float64:
	default:
		t.Fatalf("a %T got through", v)
	}
}

// checkSame sends what a request meant once more, as JSON: it must mean the same.
func checkSame(t *testing.T, item mf2.Item) {
	t.Helper()
	body, err := json.Marshal(item)
	if err != nil {
		t.Fatalf("%#v cannot be written: %v", item, err)
	}
	req, err := micropub.Parse(post("application/json", bytes.NewReader(body)), micropub.Limits{Depth: 1000}, &memory{})
	if err != nil {
		t.Fatalf("%s was refused the second time: %v", body, err)
	}
	again := req.Command.(*micropub.Create).Item
	if !reflect.DeepEqual(item.Type, again.Type) || len(item.Properties) != len(again.Properties) {
		t.Fatalf("%#v\nbecame %#v", item, again)
	}
	for name, list := range item.Properties {
		if !mf2.Equal(list, again.Properties[name]) {
			t.Fatalf("%s: %#v\nbecame %#v", name, list, again.Properties[name])
		}
	}
}

func FuzzForm(f *testing.F) {
	seed(f, "application/x-www-form-urlencoded")
	for _, s := range []string{
		"mp-url=" + known + "&mp-add[category]=a&mp-remove=x", "edit-of=x&a[]=b", "url=" + known + "&add_tags=a,b&tags=c",
		"a[][b]=1&a[][c]=2&a[0][d]=3&a=4&a[b][][c]=5", "content=100% of salt & pepper&x=%zz;+",
		"type[]=h-entry&properties[content][]=x&properties[action]=y",
		"action=update&url=x&replace[content]=y&delete[]=a&delete[b]=c", "content[https://t.example/]=x", "[]=x&=y&[a]=z",
		"mp-url=x&mp-=y",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) { check(t, "application/x-www-form-urlencoded", body) })
}

func FuzzJSON(f *testing.F) {
	seed(f, "application/json")
	for _, s := range []string{
		`{"h":"entry","content":"x","photo":["u"],"mp-photo-alt":[null,"a"]}`,
		`{"type":["h-x"],"properties":{"a":{"type":"h-b","properties":{"c":null}}},"children":[]}`,
		`{"action":"update","url":["x"],"replace":[],"add":{"a":[1e3,-0]},"delete":["a",""]}`,
		`{"properties":{"content":{"html":["x"],"value":"y"},"slug":[7],"action":[]}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) { check(t, "application/json", body) })
}

func FuzzMultipart(f *testing.F) {
	seed(f, "multipart/form-data")
	f.Add([]byte("--boundary\r\nContent-Disposition: form-data; name=\"photo[]\"; filename*=utf-8''%20\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==\r\n--boundary--"))
	f.Fuzz(func(t *testing.T, body []byte) { check(t, "multipart/form-data; boundary="+fuzzBoundary, body) })
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"q=source&limit=10&properties[1]=a,b&property-x[]=y", "q=geo&uri=geo:1,2;u=3&lat=x",
		"q=config&exists[]=&order=ASC"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		fuzztest.Limit(t)
		v, _ := url.ParseQuery(query) // keeps what it can read, as net/http does
		if _, err := micropub.ParseQuery(v); err != nil && fault.CodeOf(err) != fault.InvalidRequest {
			t.Fatalf("%q: %v", query, err)
		}
	})
}
