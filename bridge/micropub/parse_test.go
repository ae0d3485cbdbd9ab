package micropub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

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

func TestFormsOfEveryShape(t *testing.T) {
	runDialect(t, formType, []dialectCase{
		{"minimal", "h=entry&content=Hello+World", `Create {"content":["Hello World"]}`},
		{"h is not needed", "content=Hello", `Create {"content":["Hello"]}`},
		{"h with its prefix", "h=h-event&name=x", `Create {"name":["x"],"type":["h-event"]}`},
		{"any type", "h=Annotation&content=x", `Create {"content":["x"],"type":["h-annotation"]}`},
		{"a page", "h=page&name=About", `Create {"name":["About"],"type":["h-page"]}`},
		{"no type at all", "h=../etc&content=x", "! not the name of a microformats2 type"},
		{"brackets", "category[]=a&category[]=b", `Create {"category":["a","b"]}`},
		{"a name twice", "category=a&category=b", `Create {"category":["a","b"]}`},
		{"numbers, out of order", "category[1]=b&category[0]=a&category[10]=c", `Create {"category":["a","b","c"]}`},
		{"a huge number", "category[99999999999999999999]=a&category[3]=b", `Create {"category":["b",{"99999999999999999999":"a"}]}`},
		{"encoded brackets", "category%5B%5D=a&category%5B0%5D=b", `Create {"category":["a","b"]}`},
		{"content as html", "content[html]=<b>x</b>", `Create {"content":[{"html":"<b>x</b>"}]}`},
		{"content as html and value", "content[value]=x&content[html]=<b>x</b>", `Create {"content":[{"html":"<b>x</b>"}]}`},
		{"content as value", "content[value]=x", `Create {"content":["x"]}`},
		{"empty html beside text", "content[value]=x&content[html]=", `Create {"content":["x"]}`},
		{"photo object", "photo[value]=u&photo[alt]=a", `Create {"photo":[{"alt":"a","value":"u"}]}`},
		{"photo object without alt", "photo[value]=u&photo[alt]=", `Create {"photo":[{"value":"u"}]}`},
		{"numbered photo objects", "photo[0][value]=u&photo[0][alt]=a&photo[1][value]=v", `Create {"photo":[{"alt":"a","value":"u"},{"value":"v"}]}`},
		{"anonymous photo objects", "photo[][value]=u&photo[][alt]=a&photo[][value]=v&photo[][alt]=b", `Create {"photo":[{"alt":"a","value":"u"},{"alt":"b","value":"v"}]}`},
		{"alt texts by place", "mp-photo-alt[]=&mp-photo-alt[]=b&photo[]=u&photo[]=v", `Create {"photo":["u",{"alt":"b","value":"v"}]}`},
		{"an empty photo keeps its place", "photo[]=&photo[]=v&mp-photo-alt[]=a&mp-photo-alt[]=b", `Create {"photo":[{"alt":"b","value":"v"}]}`},
		{"more alt texts than photos", "photo=u&mp-photo-alt[]=a&mp-photo-alt[]=b", `Create {"photo":[{"alt":"a","value":"u"}]}`},
		{"alt texts are for photos alone", "video=u&mp-photo-alt[]=a", `Create {"video":["u"]}`},
		{"nested object", "weight[type]=h-measure&weight[properties][num]=155.73&weight[properties][unit]=lb",
			`Create {"weight":[{"properties":{"num":["155.73"],"unit":["lb"]},"type":["h-measure"]}]}`},
		{"object in a nested object", "checkin[type][]=h-card&checkin[properties][adr][type]=h-adr&checkin[properties][adr][properties][locality][]=Gent",
			`Create {"checkin":[{"properties":{"adr":[{"properties":{"locality":["Gent"]},"type":["h-adr"]}]},"type":["h-card"]}]}`},
		{"the JSON syntax as a form", "type[]=h-entry&properties[content][]=x&properties[category][]=a&properties[category][]=b&properties[mp-slug]=s",
			`Create {"category":["a","b"],"content":["x"],"mp Slug":"s"}`},
		{"type as a property", "type=walk&content=x", `Create {"content":["x"],"type":["walk"]}`},
		{"empty is unset", "name=&category[]=&summary=&mp-slug=&content=x", `Create {"content":["x"]}`},
		{"empty among others", "category[]=&category[]=a", `Create {"category":["a"]}`},
		{"WordPress's word", "post-status=Publish&content=x", `Create {"content":["x"],"post-status":["published"]}`},
		{"commands", "content=x&mp-slug=s&mp-destination=d&mp-syndicate-to[]=a&mp-syndicate-to[]=b&mp-channel=c&mp-x[]=1&mp-x[]=2",
			`Create {"content":["x"],"mp Channel":["c"],"mp Destination":"d","mp Other":{"x":["1","2"]},"mp Slug":"s","mp SyndicateTo":["a","b"]}`},
		{"nowhere to syndicate to", "content=x&mp-syndicate-to[]=", `Create {"content":["x"]}`},
		{"commands of the drafts", "content=x&slug=s&syndicate-to[]=a", `Create {"content":["x"],"mp Slug":"s","mp SyndicateTo":["a"]}`},
		{"the newer slug wins", "slug=old&mp-slug=new&content=x", `Create {"content":["x"],"mp Slug":"new"}`},
		{"the newer slug wins, first", "mp-slug=new&slug=old&content=x", `Create {"content":["x"],"mp Slug":"new"}`},
		{"bookmark of the drafts", "bookmark=https://e.example/", `Create {"bookmark-of":["https://e.example/"]}`},
		{"url is a property beside h", "h=card&name=x&url=" + known, `Create {"name":["x"],"type":["h-card"],"url":["` + known + `"]}`},
		{"url of another site", "content=x&url=https://e.example/", `Create {"content":["x"],"url":["https://e.example/"]}`},
		{"brackets that do not close", "a[b=1&c]=2&d[e]f=3", `Create {"a[b":["1"],"c]":["2"],"d[e]f":["3"]}`},
		{"nothing", "", "! no content and no other property"},
		{"only commands", "h=entry&mp-slug=x&post-status=draft", "! no content and no other property"},
		{"only empty", "h=entry&content=", "! no content and no other property"},
		{"a value without name", "=x&content=y", "! no name before it"},
		{"content for one target", "content=long&content[https://social.example/@ada]=short", "! for one syndication target"},
		{"content as some object", "content[lang]=en", "! an object without html or text"},
		{"action create", "action=create&content=x", `Create {"content":["x"]}`},
		{"delete", "action=delete&url=" + known, `Delete {"URL":"` + known + `"}`},
		{"delete beside h", "h=entry&action=delete&url=" + known, `Delete {"URL":"` + known + `"}`},
		{"delete with a trailing &", "url=" + known + "&action=delete&", `Delete {"URL":"` + known + `"}`},
		{"undelete", "action=undelete&url=x", `Undelete {"URL":"x"}`},
		{"delete without url", "action=delete", "! names no post"},
		{"delete of two", "action=delete&url[]=a&url[]=b", "! more than one url"},
		{"an action that nobody knows", "action=explode&url=x", `! the action "explode" is not known`},
		{"two actions", "action=delete&mp-action=undelete&url=x", "! more than one value"},
		{"the same action twice", "action=delete&mp-action=delete&url=x&mp-url=x", `Delete {"URL":"x"}`},
		{"JSON of a script that forgot to say so", `{ "type": ["h-entry"], "properties": {"content": ["a=b&c"]}}`, `Create {"content":["a=b&c"]}`},
		{"something like JSON", `{a=b`, `Create {"{a":["b"]}`},
		{"two addresses", "action=delete&url=x&mp-url=y", "! more than one url"},
	})
}

func TestFormsThatOldAppsDoNotEncode(t *testing.T) {
	runDialect(t, formType, []dialectCase{
		{"raw spaces", "h=entry&content=Nice one, thanks!", `Create {"content":["Nice one, thanks!"]}`},
		{"raw ampersand in a sentence", "content=salt & pepper & more&name=x", `Create {"content":["salt & pepper & more"],"name":["x"]}`},
		{"raw ampersand in a word", "content=AT&T is here", `Create {"content":["AT&T is here"]}`},
		{"raw plus in a sentence", "content=C++ is 1+1", `Create {"content":["C++ is 1+1"]}`},
		{"raw per cent", "content=100% of 5%", `Create {"content":["100% of 5%"]}`},
		{"escapes beside raw spaces", "content=salt %26 pepper %F0%9F%91%8D", `Create {"content":["salt & pepper 👍"]}`},
		{"raw plus in a zone", "content=x&published=2026-03-01T18:05:00+0100", `Create {"content":["x"],"published":["2026-03-01T18:05:00+0100"]}`},
		{"raw plus in a zone with fractions", "content=x&start=2026-03-01T18:05:00.000+01:00", `Create {"content":["x"],"start":["2026-03-01T18:05:00.000+01:00"]}`},
		{"a time without zone", "content=x&published=2026-03-01+18:05", `Create {"content":["x"],"published":["2026-03-01 18:05"]}`},
		{"a zone after a space", "content=x&published=2026-03-01+09:30:00+%2B01:00", `Create {"content":["x"],"published":["2026-03-01 09:30:00 +01:00"]}`},
		{"raw emoji and quotes", `content=👍 "yes"`, `Create {"content":["👍 \"yes\""]}`},
		{"semicolons", "content=a;b&name=c;d", `Create {"content":["a;b"],"name":["c;d"]}`},
		{"raw brackets and URLs", "photo[]=https://e.example/a?x=1&photo[]=https://e.example/b", `Create {"photo":["https://e.example/a?x=1","https://e.example/b"]}`},
		{"empty pieces", "&&content=x&&name=y&", `Create {"content":["x"],"name":["y"]}`},
		{"a name without =", "content=x&name&h=entry", `Create {"content":["x"]}`},
		{"line breaks between fields", "h=entry\n&content=x\n&category[]=a\n", `Create {"category":["a"],"content":["x\n"]}`},
		{"a last line break", "content=x\r\n", `Create {"content":["x"]}`},
	})
}

func TestJSONOfEveryShape(t *testing.T) {
	runDialect(t, jsonType, []dialectCase{
		{"minimal", `{"type":["h-entry"],"properties":{"content":["x"]}}`, `Create {"content":["x"]}`},
		{"without type", `{"properties":{"content":["x"]}}`, `Create {"content":["x"]}`},
		{"bare values", `{"type":"h-entry","properties":{"content":"x","rating":4.5,"rewatch":true,"n":3}}`, `Create {"content":["x"],"n":[3],"rating":[4.5],"rewatch":[true]}`},
		{"a bare object", `{"properties":{"location":{"type":"h-card","properties":{"name":"x"}}}}`, `Create {"location":[{"properties":{"name":["x"]},"type":["h-card"]}]}`},
		{"bare values in nested items, deep", `{"properties":{"a":[{"type":["h-b"],"properties":{"c":{"type":"h-d","properties":{"e":1}}}}]}}`,
			`Create {"a":[{"properties":{"c":[{"properties":{"e":[1]},"type":["h-d"]}]},"type":["h-b"]}]}`},
		{"objects that are no items stay", `{"properties":{"x":[{"a":"b","c":["d"],"e":{"f":""}}]}}`, `Create {"x":[{"a":"b","c":["d"],"e":{"f":""}}]}`},
		{"null is nothing", `{"properties":{"name":null,"category":[null,"a"],"content":["x"],"photo":[{"value":"u","alt":null}]}}`, `Create {"category":["a"],"content":["x"],"photo":[{"value":"u"}]}`},
		{"empty is unset", `{"properties":{"name":"","category":[],"summary":[""],"content":["x"]}}`, `Create {"content":["x"]}`},
		{"an empty alt text stays", `{"properties":{"photo":[{"value":"u","alt":""}]}}`, `Create {"photo":[{"alt":"","value":"u"}]}`},
		{"content as text", `{"properties":{"content":[{"text":"x"}]}}`, `Create {"content":["x"]}`},
		{"content as Markdown", `{"properties":{"content":[{"markdown":"*x*"}]}}`, `Create {"content":["*x*"]}`},
		{"content as html", `{"properties":{"content":{"value":"x","html":"<b>x</b>"}}}`, `Create {"content":[{"html":"<b>x</b>"}]}`},
		{"alt texts by place", `{"properties":{"photo":["u","v"],"mp-photo-alt":[null,"b"]}}`, `Create {"photo":["u",{"alt":"b","value":"v"}]}`},
		{"an own alt text stays", `{"properties":{"photo":[{"value":"u","alt":"own"}],"mp-photo-alt":["other"]}}`, `Create {"photo":[{"alt":"own","value":"u"}]}`},
		{"commands among the properties", `{"properties":{"content":["x"],"mp-slug":"s","syndicate-to":["t"],"mp-syndicate-to":[{"uid":"u","name":"U"}]}}`,
			`Create {"content":["x"],"mp Slug":"s","mp SyndicateTo":["u","t"]}`},
		{"commands beside the properties", `{"type":["h-entry"],"properties":{"content":["x"]},"mp-slug":"s","mp-destination":"d"}`, `Create {"content":["x"],"mp Destination":"d","mp Slug":"s"}`},
		{"slug stays a property and suggests", `{"properties":{"content":["x"],"slug":["s"]}}`, `Create {"content":["x"],"mp Slug":"s","slug":["s"]}`},
		{"properties of PHP", `{"type":["h-entry"],"properties":[]}`, "! no content and no other property"},
		{"a form as JSON", `{"h":"entry","content":"x","category":["a"]}`, `Create {"category":["a"],"content":["x"]}`},
		{"properties at the wrong place", `{"type":["h-entry"],"content":["x"]}`, `! no "properties" object`},
		{"children", `{"type":["h-feed"],"properties":{"name":["x"]},"children":[{"type":["h-entry"],"properties":{}}]}`, `! "children" is not known`},
		{"empty children", `{"properties":{"name":["x"]},"children":[]}`, `Create {"name":["x"]}`},
		{"an existing post without action", `{"type":["h-entry"],"url":"` + known + `","properties":{"name":["x"]}}`, `! "url" is not known`},
		{"a list", `[]`, "! must be a JSON object"},
		{"nothing", ``, "! ends too early"},
		{"a byte order mark", "\ufeff" + `{"properties":{"content":["x"]}}`, `Create {"content":["x"]}`},
		{"a name twice", `{"properties":{"content":["x"],"content":["y"]}}`, `! stands twice`},
		{"a bad type", `{"type":[7],"properties":{"content":["x"]}}`, "! the type must be a string"},
		{"action among the properties", `{"properties":{"action":["delete"],"url":["x"]}}`, `! "action" stands among the properties`},
		{"delete", `{"action":"delete","url":"x"}`, `Delete {"URL":"x"}`},
		{"delete in lists", `{"action":["delete"],"url":["x"]}`, `Delete {"URL":"x"}`},
		{"undelete", `{"action":"undelete","url":"x"}`, `Undelete {"URL":"x"}`},
		{"an action that nobody knows", `{"action":"explode"}`, `! the action "explode" is not known`},
		{"an action of no kind", `{"action":{}}`, `! "action" must be a string`},
		{"delete without url", `{"action":"delete"}`, "! names no post"},
		{"url of no kind", `{"action":"delete","url":7}`, `! "url" must be a string`},
		{"update", `{"action":"update","url":"x","replace":{"content":["y"]},"add":{"category":["a"]},"delete":{"category":["b"]}}`,
			`Update {"Add":{"category":["a"]},"Remove":{"category":["b"]},"Replace":{"content":["y"]},"URL":"x"}`},
		{"update deletes properties", `{"action":"update","url":"x","delete":["category","mp-slug"]}`, `Update {"Delete":["category"],"URL":"x"}`},
		{"update keeps types and objects", `{"action":"update","url":"x","replace":{"rating":[4.5,true],"checkin":[{"type":"h-card","properties":{"name":"n"}}]}}`,
			`Update {"Replace":{"checkin":[{"properties":{"name":["n"]},"type":["h-card"]}],"rating":[4.5,true]},"URL":"x"}`},
		{"update clears with an empty list", `{"action":"update","url":"x","replace":{"category":[],"name":[""]}}`, `Update {"Replace":{"category":[],"name":[]},"URL":"x"}`},
		{"update adds no empty text", `{"action":"update","url":"x","add":{"category":["","a"]}}`, `Update {"Add":{"category":["a"]},"URL":"x"}`},
		{"update of PHP", `{"action":"update","url":"x","add":{"photo":["u"]},"replace":[],"delete":[]}`, `Update {"Add":{"photo":["u"]},"URL":"x"}`},
		{"update with bare values", `{"action":"update","url":"x","replace":{"name":"y"}}`, `! property "name" in "replace" must be an array`},
		{"update deletes a bare value", `{"action":"update","url":"x","delete":{"category":"y"}}`, `! property "category" in "delete" must be an array`},
		{"update deletes a bare name", `{"action":"update","url":"x","delete":"category"}`, `! "delete" must be an object`},
		{"update replaces nothing nameable", `{"action":"update","url":"x","replace":["name"]}`, `! "replace" must be an object`},
		{"update says nothing", `{"action":"update","url":"x"}`, "! says nothing to change"},
		{"update with commands", `{"action":"update","url":"x","replace":{"mp-slug":["s"]},"mp-syndicate-to":["t"]}`, `Update {"URL":"x","mp Slug":"s","mp SyndicateTo":["t"]}`},
		{"update with commands only", `{"action":"update","url":"x","mp-syndicate-to":"t"}`, `Update {"URL":"x","mp SyndicateTo":["t"]}`},
		{"update joins alt texts", `{"action":"update","url":"x","replace":{"photo":["u"],"mp-photo-alt":["a"]},"add":{"photo":["v"],"mp-photo-alt":["b"]}}`,
			`Update {"Add":{"photo":[{"alt":"b","value":"v"}]},"Replace":{"photo":[{"alt":"a","value":"u"}]},"URL":"x"}`},
		{"update joins alt texts at the top", `{"action":"update","url":"x","add":{"photo":["v"]},"mp-photo-alt":["b"]}`, `Update {"Add":{"photo":[{"alt":"b","value":"v"}]},"URL":"x"}`},
		{"update with properties at the wrong place", `{"action":"update","url":"x","content":["y"]}`, `! "content" is not a part of an update`},
		{"update with WordPress's word", `{"action":"update","url":"x","replace":{"post-status":["publish"]}}`, `Update {"Replace":{"post-status":["published"]},"URL":"x"}`},
	})
}

func TestUpdatesOfTheDrafts(t *testing.T) {
	at := func(name string) string { return name + "=" + known + "&" }
	runDialect(t, formType, []dialectCase{
		{"2015: replace", at("mp-url") + "content=hello+moon", `Update {"Replace":{"content":["hello moon"]},"URL":"` + known + `"}`},
		{"2015: add", at("mp-url") + "mp-add[category]=a&mp-add[tag][]=b", `Update {"Add":{"category":["a"],"tag":["b"]},"URL":"` + known + `"}`},
		{"2015: brackets add", at("mp-url") + "category[]=a", `Update {"Add":{"category":["a"]},"URL":"` + known + `"}`},
		{"2015: remove a value", at("mp-url") + "mp-remove[category]=a", `Update {"Remove":{"category":["a"]},"URL":"` + known + `"}`},
		{"2015: remove a property", at("mp-url") + "mp-remove=category", `Update {"Delete":["category"],"URL":"` + known + `"}`},
		{"2015: delete", at("mp-url") + "mp-action=delete", `Delete {"URL":"` + known + `"}`},
		{"2015: undelete", at("mp-url") + "mp-action=undelete", `Undelete {"URL":"` + known + `"}`},
		{"2015: syndicate", at("mp-url") + "mp-syndicate-to=t", `Update {"URL":"` + known + `","mp SyndicateTo":["t"]}`},
		{"2015: a text for the target", at("mp-url") + "mp-syndicate-to=t&content[2]=short", "! could mean the post's text or a shorter one"},
		{"2015: empty clears", at("mp-url") + "name=", `Update {"Replace":{"name":[]},"URL":"` + known + `"}`},
		{"2015: html", at("mp-url") + "content[html]=<b>x</b>", `Update {"Replace":{"content":[{"html":"<b>x</b>"}]},"URL":"` + known + `"}`},
		{"2015: nothing", at("mp-url"), "! says nothing to change"},
		{"2014: add a syndication URL", at("url") + "syndication=s", `Update {"Add":{"syndication":["s"]},"URL":"` + known + `"}`},
		{"2014: replace tags", at("url") + "tags=a,+b", `Update {"Replace":{"category":["a","b"]},"URL":"` + known + `"}`},
		{"2014: add tags", at("url") + "add_tags=a,b", `Update {"Add":{"category":["a","b"]},"URL":"` + known + `"}`},
		{"2014: remove tags", at("url") + "remove_tags[]=a", `Update {"Remove":{"category":["a"]},"URL":"` + known + `"}`},
		{"2014: syndicate", at("url") + "syndicate-to=t", `Update {"URL":"` + known + `","mp SyndicateTo":["t"]}`},
		{"2014: one short text", at("url") + "syndicate-to=t&content=short", "! could mean the post's text or a shorter one"},
		{"2014: a text for each target", at("url") + "syndicate-to[]=https://t.example/&content[https://t.example/]=short", "! could mean the post's text or a shorter one"},
		{"2014: a text for one target", at("url") + "content[https://t.example/]=short", "! for one syndication target"},
		{"2014: an address of nobody", "url=https://site.example/none/&syndicate-to=t", "! there is no post at https://site.example/none/"},
		{"2014: tags for nobody", "url=https://site.example/none/&add_tags=t", "! there is no post at"},
		{"edit-of sends the whole form", "h=entry&edit-of=" + known + "&content=x&category[]=a&category[]=b&name=&slug=s&bookmark=u",
			`Update {"Replace":{"bookmark-of":["u"],"category":["a","b"],"content":["x"],"name":[]},"URL":"` + known + `","mp Slug":"s"}`},
		{"Postly's edit", "mp-action=edit&url=" + known + "&content=x", `Update {"Replace":{"content":["x"]},"URL":"` + known + `"}`},
		{"the JSON syntax as a form", "action=update&url=x&replace[content]=y&replace[name][]=n&add[category][]=a&delete[category][]=b",
			`Update {"Add":{"category":["a"]},"Remove":{"category":["b"]},"Replace":{"content":["y"],"name":["n"]},"URL":"x"}`},
		{"delete properties by form", "action=update&url=x&delete[]=a&delete[]=b", `Update {"Delete":["a","b"],"URL":"x"}`},
		{"alt texts", at("mp-url") + "photo[]=u&mp-photo-alt[]=a", `Update {"Add":{"photo":[{"alt":"a","value":"u"}]},"URL":"` + known + `"}`},
		{"add without a name", at("mp-url") + "mp-add=x", `! "mp-add" must be an object`},
	})
}

func TestTextThatNoFeedCanCarryIsRefused(t *testing.T) {
	for _, c := range []string{"\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x7f"} {
		for _, request := range []struct{ contentType, body string }{
			{formType, "content=a" + c + "b"},
			{formType, "content=x&mp-slug=a" + c + "b"},
			{formType, "content=x&na" + c + "me=x"},
			{formType, "content[html]=a" + c},
			{formType, "action=delete&url=x" + c + "x"},
			{formType, "content=x&mp-syndicate-to=x" + c},
			{jsonType, fmt.Sprintf(`{"properties":{"x":[{"a":["\u%04x"]}]}}`, c[0])},
			{jsonType, fmt.Sprintf(`{"properties":{"x":[{"a\u%04x":[""]}]}}`, c[0])},
			{jsonType, fmt.Sprintf(`{"action":"update","url":"x","add":{"category":["\u%04x"]}}`, c[0])},
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
		{formType + "; charset=iso-8859-1", "content=x"},
		{jsonType + `; charset="utf-16"`, `{"properties":{"content":["x"]}}`},
	} {
		if _, err := parse(request.contentType, request.body); fault.CodeOf(err) != fault.InvalidRequest || !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%s %q: %v; want a refusal that names UTF-8", request.contentType, request.body, err)
		}
	}
	for _, contentType := range []string{formType, formType + "; charset=UTF-8", formType + ";charset=utf8", formType + `; charset="utf-8"`, formType + ";", "APPLICATION/X-WWW-FORM-URLENCODED", "x-www-form-urlencoded", formType + "; charset"} {
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

func TestOtherContentTypesAreRefusedInWords(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "application/xml", "image/jpeg", "nonsense", "multipart/form-data", "multipart/mixed; boundary=x"} {
		_, err := parse(contentType, "content=x")
		if fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

func TestLimitsAreToldNotCrashedInto(t *testing.T) {
	limits := micropub.Limits{Body: 1000, Depth: 5, Properties: 10}
	many := func(n int, format, separator string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(parts, separator)
	}
	for _, c := range []struct {
		name, contentType, body string
		want                    fault.Code // "" when it fits
	}{
		{"a body at the limit", formType, "content=" + strings.Repeat("a", 992), ""},
		{"a body over it", formType, "content=" + strings.Repeat("a", 993), fault.TooLarge},
		{"JSON over it", jsonType, `{"properties":{"content":["` + strings.Repeat("a", 993) + `"]}}`, fault.TooLarge},
		{"names at the limit", formType, many(10, "p%d=x", "&"), ""},
		{"names over it", formType, many(11, "p%d=x", "&"), fault.InvalidRequest},
		{"nested names over it", formType, many(11, "p[n%d]=x", "&"), fault.InvalidRequest},
		{"values are no names", formType, many(50, "p[]=%d", "&"), ""},
		{"JSON names at the limit", jsonType, `{"properties":{` + many(10, `"p%d":["x"]`, ",") + `}}`, ""},
		{"JSON names over it", jsonType, `{"properties":{` + many(11, `"p%d":["x"]`, ",") + `}}`, fault.InvalidRequest},
		{"JSON names inside objects", jsonType, `{"properties":{"a":[{` + many(10, `"p%d":"x"`, ",") + `}]}}`, fault.InvalidRequest},
		{"depth at the limit", jsonType, `{"properties":{"a":[[[1]]]}}`, ""},
		{"depth over it", jsonType, `{"properties":{"a":[[[[1]]]]}}`, fault.InvalidRequest},
		{"brackets at the limit", formType, "a[b][c][d][e][f]=x", ""},
		{"brackets over it", formType, "a[b][c][d][e][f][g]=x", fault.InvalidRequest},
		{"a long name", formType, strings.Repeat("n", 201) + "=x", fault.InvalidRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := micropub.Parse(post(c.contentType, strings.NewReader(c.body)), limits, &memory{})
			if c.want == "" {
				if err != nil {
					t.Errorf("was refused: %v", err)
				}
			} else if fault.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestABrokenBodyIsARequestsFault(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		code fault.Code
		say  string
	}{
		{"connection lost", io.ErrUnexpectedEOF, fault.InvalidRequest, "broke off"},
		{"client gone", context.Canceled, fault.InvalidRequest, "broke off"},
		{"stopped arriving", os.ErrDeadlineExceeded, fault.InvalidRequest, "stopped arriving"},
		{"limit of the server", &http.MaxBytesError{Limit: 5 << 20}, fault.TooLarge, "larger than 5 MB"},
	} {
		for _, contentType := range []string{formType, jsonType, "multipart/form-data; boundary=x"} {
			t.Run(c.name+" "+contentType, func(t *testing.T) {
				body := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=content\r\n\r\nHel"), iotest.ErrReader(c.err))
				req, err := micropub.Parse(post(contentType, body), micropub.Limits{}, &memory{})
				if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.say) || req.Command != nil {
					t.Errorf("got %#v, %v; want %s with %q", req.Command, err, c.code, c.say)
				}
			})
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

func TestHostileRequestsCostNoMoreThanTheirLength(t *testing.T) {
	// Read naively, each of these takes time or memory many times the body's.
	for _, c := range []struct{ contentType, body string }{
		{formType, strings.Repeat("&", 1<<20)},
		{formType, "content=x" + strings.Repeat("& x", 1<<20)},
		{formType, "content=x" + strings.Repeat("& ", 1<<20)},
		{formType, "x" + strings.Repeat("[]", 1<<20) + "=1"},
		{formType, strings.Repeat("a[][b]=1&a[][c]=2&", 1<<15)},
		{formType, "x=" + strings.Repeat("%", 1<<20)},
		{jsonType, `{"properties":{"a":` + strings.Repeat(`{"type":"h-a","properties":{"a":`, 30) + `1` + strings.Repeat("}}", 30) + `}}`},
		{jsonType, `{"properties":{"a":[` + strings.Repeat("[],", 1<<20) + `[]]}}`},
		{jsonType, strings.Repeat("[", 1<<20)},
		{jsonType, strings.Repeat(`{"a":`, 1<<20)},
	} {
		allocated := testing.AllocsPerRun(1, func() {
			if _, err := parse(c.contentType, c.body); err != nil && fault.CodeOf(err) != fault.InvalidRequest {
				t.Errorf("%.20q…: %v", c.body, err)
			}
		})
		if allocated > 1<<20 {
			t.Errorf("%.20q… (%d bytes) took %.0f allocations", c.body, len(c.body), allocated)
		}
	}
}
