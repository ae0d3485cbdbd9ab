package micropub_test

import (
	"strings"
	"testing"

	"gitpost/bridge/micropub"
)

func TestUpdatesOfTheDrafts(t *testing.T) {
	at := func(name string) string { return name + "=" + known + "&" }
	runDialect(t, formType, []dialectCase{
		{"2015: replace", at("mp-url") + "content=hello+moon",
			`Update {"Replace":{"content":["hello moon"]},"URL":"` + known + `"}`},
		{"2015: add", at("mp-url") + "mp-add[category]=a&mp-add[tag][]=b",
			`Update {"Add":{"category":["a"],"tag":["b"]},"URL":"` + known + `"}`},
		{"2015: brackets add", at("mp-url") + "category[]=a", `Update {"Add":{"category":["a"]},"URL":"` + known + `"}`},
		{"2015: remove a value", at("mp-url") + "mp-remove[category]=a",
			`Update {"Remove":{"category":["a"]},"URL":"` + known + `"}`},
		{"2015: remove a property", at("mp-url") + "mp-remove=category",
			`Update {"Delete":["category"],"URL":"` + known + `"}`},
		{"2015: delete", at("mp-url") + "mp-action=delete", `Delete {"URL":"` + known + `"}`},
		{"2015: undelete", at("mp-url") + "mp-action=undelete", `Undelete {"URL":"` + known + `"}`},
		{"2015: syndicate", at("mp-url") + "mp-syndicate-to=t", `Update {"URL":"` + known + `","mp SyndicateTo":["t"]}`},
		{"2015: a text for the target", at("mp-url") + "mp-syndicate-to=t&content[2]=short",
			"! could mean the post's text or a shorter one"},
		{"2015: empty clears", at("mp-url") + "name=", `Update {"Replace":{"name":[]},"URL":"` + known + `"}`},
		{"2015: html", at("mp-url") + "content[html]=<b>x</b>",
			`Update {"Replace":{"content":[{"html":"<b>x</b>"}]},"URL":"` + known + `"}`},
		{"2015: nothing", at("mp-url"), "! changes nothing"},
		{"2014: add a syndication URL", at("url") + "syndication=s",
			`Update {"Add":{"syndication":["s"]},"URL":"` + known + `"}`},
		{"2014: replace tags", at("url") + "tags=a,+b", `Update {"Replace":{"category":["a","b"]},"URL":"` + known + `"}`},
		{"2014: a tag", at("url") + "tags=webmention", `Update {"Add":{"category":["webmention"]},"URL":"` + known + `"}`},
		{"2014: add tags", at("url") + "add_tags=a,b", `Update {"Add":{"category":["a","b"]},"URL":"` + known + `"}`},
		{"2014: remove tags", at("url") + "remove_tags[]=a", `Update {"Remove":{"category":["a"]},"URL":"` + known + `"}`},
		{"2014: syndicate", at("url") + "syndicate-to=t", `Update {"URL":"` + known + `","mp SyndicateTo":["t"]}`},
		{"2014: one short text", at("url") + "syndicate-to=t&content=short", "! could mean the post's text or a shorter one"},
		{"2014: a text for each target", at("url") + "syndicate-to[]=https://t.example/&content[https://t.example/]=short",
			"! could mean the post's text or a shorter one"},
		{"2014: a text for one target", at("url") + "content[https://t.example/]=short", "! for one syndication target"},
		{"2014: an address of nobody", "url=https://site.example/none/&syndicate-to=t",
			"! there is no post at https://site.example/none/"},
		{"2014: tags for nobody", "url=https://site.example/none/&add_tags=t", "! there is no post at"},
		{"edit-of sends the whole form",
			"h=entry&edit-of=" + known + "&content=x&category[]=a&category[]=b&name=&slug=s&bookmark=u",
			`Update {"Replace":{"bookmark-of":["u"],"category":["a","b"],"content":["x"],"name":[]},"Type":["h-entry"],"URL":"` +
				known + `","mp Slug":"s"}`},
		{"Postly's edit", "mp-action=edit&url=" + known + "&content=x",
			`Update {"Replace":{"content":["x"]},"URL":"` + known + `"}`},
		{"the JSON syntax as a form",
			"action=update&url=x&replace[content]=y&replace[name][]=n&add[category][]=a&delete[category][]=b",
			`Update {"Add":{"category":["a"]},"Remove":{"category":["b"]},"Replace":{"content":["y"],"name":["n"]},"URL":"x"}`},
		{"delete properties by form", "action=update&url=x&delete[]=a&delete[]=b", `Update {"Delete":["a","b"],"URL":"x"}`},
		{"a contact has an url of its own", "action=update&_internal_url=c&url=u&name=n",
			`Update {"Replace":{"name":["n"],"url":["u"]},"URL":"c"}`},
		{"delete a contact", "action=delete&_internal_url=c&url=u", `Delete {"URL":"c"}`},
		{"alt texts", at("mp-url") + "photo[]=u&mp-photo-alt[]=a",
			`Update {"Add":{"photo":[{"alt":"a","value":"u"}]},"URL":"` + known + `"}`},
		{"add without a name", at("mp-url") + "mp-add=x", `! "mp-add" must be an object`},
	})
}

// TestRequestsAboutContactsAreCards: at ?q=contact the url of a form is the contact's own, not
// that of a post to be changed, even when the site has a post there.
func TestRequestsAboutContactsAreCards(t *testing.T) {
	for _, c := range []struct{ contentType, body, want string }{
		{formType, "name=Ada&url=" + known, `h-card`},
		{formType, "h=card&url=" + known, `h-card`},
		{formType, "_internal_url=c&name=Ada", `h-card`},
		{"application/json", `{"type":["h-card"],"properties":{"url":["` + known + `"]}}`, `h-card`},
	} {
		r := post(c.contentType, strings.NewReader(c.body))
		r.URL.RawQuery = "q=contact"
		req, err := micropub.Parse(r, micropub.Limits{Known: func(u string) bool { return u == known }}, &memory{})
		create, ok := req.Command.(*micropub.Create)
		if err != nil || req.Query != "contact" || !ok || create.Item.Type[0] != c.want {
			t.Errorf("%s means %#v, %v", c.body, req, err)
		}
	}
	r := post("application/json",
		strings.NewReader(`{"action":"update","_internal_url":"c","url":"u","replace":{"name":["n"]}}`))
	req, err := micropub.Parse(r, micropub.Limits{}, &memory{})
	if update, ok := req.Command.(*micropub.Update); err != nil || !ok || update.URL != "c" {
		t.Errorf("%#v, %v", req.Command, err)
	}
}
