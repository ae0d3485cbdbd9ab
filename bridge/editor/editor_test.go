package editor

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

var offer = Offer{Visibilities: []string{"public", "unlisted"},
	Targets: []Target{{UID: "https://social.example/@me", Name: "Social"}}}

// sent is what a browser sends of a form that nobody touched, with changes.
func sent(f *Form, changes ...string) url.Values {
	values := url.Values{"save": {"keep"}}
	for _, field := range f.all() {
		values.Set(field.Name, strings.ReplaceAll(field.Value, "\n", "\r\n"))
		values.Set("was."+field.Name, strings.ReplaceAll(field.Was, "\n", "\r\n"))
	}
	for i, photo := range f.Photos {
		name := "photo." + string(rune('0'+i))
		values.Set(name+".url", photo.URL)
		values.Set(name+".alt", photo.Alt)
	}
	for i := 0; i+1 < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}
	return values
}

func post() mf2.Item {
	return mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{
		"url": {"https://blog.example/a/"}, "name": {"A title"}, "content": {"First.\n\nSecond.\n"},
		"category":  {"one", "two"},
		"published": {"2026-03-04T05:06:07+02:00"},
		"photo":     {map[string]any{"value": "https://blog.example/a.jpg", "alt": "A boat"}},
		"mood":      {map[string]any{"a": int64(1)}}, "post-status": {"published"},
	}}
}

func TestFormThatNobodyTouchedChangesNothing(t *testing.T) {
	f := Edit(offer, post(), "https://blog.example/a/")
	if err := f.Read(sent(f)); err != nil {
		t.Fatal(err)
	}
	if updates, err := f.Update(nil); err != nil || len(updates) != 0 {
		t.Errorf("got %v, %v", updates, err)
	}
	if len(f.Kept) != 1 || f.Kept[0].Name != "mood" {
		t.Errorf("kept is %v", f.Kept)
	}
}

func TestFormChangesOnlyWhatWasTouched(t *testing.T) {
	for name, c := range map[string]struct {
		changes []string
		want    []string // parts of the update: name and value
	}{
		"a tag more":         {[]string{"category", "one, two, three"}, []string{"add category [three]"}},
		"a tag less":         {[]string{"category", "two"}, []string{"remove category [one]"}},
		"the title":          {[]string{"name", "Another"}, []string{"replace name [Another]"}},
		"no title":           {[]string{"name", ""}, []string{"delete [name]"}},
		"the text":           {[]string{"content", "New.\r\n"}, []string{"replace content [New.\n]"}},
		"a photo removed":    {[]string{"photo.0.remove", "yes"}, []string{"delete [photo]"}},
		"a draft":            {[]string{"save", "draft"}, []string{"replace post-status [draft]"}},
		"no title, less tag": {[]string{"name", "", "category", "one"}, []string{"delete [name]", "remove category [two]"}},
	} {
		f := Edit(offer, post(), "https://blog.example/a/")
		if err := f.Read(sent(f, c.changes...)); err != nil {
			t.Fatal(name, err)
		}
		updates, err := f.Update(nil)
		if err != nil {
			t.Fatal(name, err)
		}
		var got []string
		for _, u := range updates {
			for part, all := range map[string]mf2.Properties{"replace": u.Replace, "add": u.Add, "remove": u.Remove} {
				for property, values := range all {
					got = append(got, strings.TrimSpace(part+" "+property+" "+text(values)))
				}
			}
			if len(u.Delete) > 0 {
				got = append(got, "delete ["+strings.Join(u.Delete, " ")+"]")
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func text(values []any) string {
	var list []string
	for _, v := range values {
		list = append(list, mf2.Text(v))
	}
	return "[" + strings.Join(list, " ") + "]"
}

// A browser sends the first choice of a list that does not have the value of the post.
func TestEveryValueOfAPostIsAmongTheChoices(t *testing.T) {
	several := offer
	several.Languages, several.Channels = []string{"en", "de"}, []Option{{Value: "diary", Words: "Diary"}}
	item := post()
	item.Properties["visibility"], item.Properties["lang"], item.Properties["channel"] = []any{"friends"}, []any{"fr"}, []any{"old"}
	f := Edit(several, item, "https://blog.example/a/")
	selects := 0
	for _, field := range f.all() {
		if field.Kind != "select" {
			continue
		}
		selects++
		if !slices.ContainsFunc(field.Options, func(o Option) bool { return o.Value == field.Value }) || field.Value == "" {
			t.Errorf("%s is %q, the choices are %v", field.Name, field.Value, field.Options)
		}
	}
	if selects != 3 {
		t.Errorf("there are %d lists, want those of visibility, language and channel", selects)
	}
	if err := f.Read(sent(f, "lang", "de", "channel", "")); err != nil {
		t.Fatal(err)
	}
	updates, err := f.Update(nil)
	if err != nil || len(updates) != 1 || updates[0].Replace.Text("lang") != "de" ||
		!slices.Contains(updates[0].Delete, "channel") ||
		len(updates[0].Replace) != 1 {
		t.Errorf("got %+v, %v", updates, err)
	}
}

func TestChangeOfAFieldThatSomebodyElseChangedIsAConflict(t *testing.T) {
	was := Edit(offer, post(), "https://blog.example/a/")
	form := sent(was, "content", "Mine")
	item := post()
	item.Properties["content"], item.Properties["name"] = []any{"Theirs"}, []any{"Their title"}
	now := Edit(offer, item, "https://blog.example/a/")
	err := now.Read(form)
	if fault.CodeOf(err) != fault.Conflict {
		t.Fatalf("got %v", err)
	}
	for _, f := range now.all() {
		switch {
		case f.Name == "content" && (f.Value != "Mine" || f.Now != "Theirs"):
			t.Errorf("the text is %q, now %q", f.Value, f.Now)
		case f.Name == "name" && f.Value != "Their title":
			t.Errorf("the title that nobody touched here is %q", f.Value)
		}
	}
}

func TestFormOfANewPostIsACreate(t *testing.T) {
	f := New(offer, "bookmark")
	f.Prefill(url.Values{"url": {"https://other.example/"}, "title": {"A page"}, "text": {"Good"}})
	values := sent(f, "category", "a, b , a", "save", "draft")
	values.Add("mp-syndicate-to", "https://social.example/@me")
	if err := f.Read(values); err != nil {
		t.Fatal(err)
	}
	create, err := f.Create([]any{PhotoValue("https://blog.example/x.jpg", "A boat")})
	if err != nil {
		t.Fatal(err)
	}
	p := create.Item.Properties
	if p.Text("bookmark-of") != "https://other.example/" || p.Text("name") != "A page" || p.Text("content") != "Good" ||
		len(p["category"]) != 2 || p.Text("post-status") != "draft" || len(p["photo"]) != 1 ||
		len(create.Commands.SyndicateTo) != 1 {
		t.Errorf("got %v, %v", p, create.Commands)
	}
}

// TestNewPostIsOfTheTypeThatWasChosen: what would become an empty post, or one of another type, is refused,
// except as a draft.
func TestNewPostIsOfTheTypeThatWasChosen(t *testing.T) {
	for _, c := range []struct{ postType, field, value, save, want string }{
		{"note", "category", "", "publish", "the post is empty"},
		{"note", "published", "2026-05-01T10:00", "draft", "the post is empty"},
		{"note", "category", "a", "publish", ""},
		{"photo", "content", "Look", "publish", "no photo"},
		{"photo", "content", "Look", "draft", ""},
		{"article", "content", "Long", "publish", "this article has no title"},
		{"page", "name", "About", "publish", ""},
		{"reply", "content", "Yes!", "publish", `"Address of the page" is empty`},
	} {
		f := New(offer, c.postType)
		if err := f.Read(sent(f, c.field, c.value, "save", c.save)); err != nil {
			t.Fatal(err)
		}
		_, err := f.Create(nil)
		if c.want == "" && err != nil || c.want != "" && (fault.CodeOf(err) != fault.InvalidRequest ||
			!strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: got %v", c, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("content=x&was.content=First.%0A%0ASecond.%0A&category=,,&photo.0.url=x&save=publish")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for _, form := range []*Form{New(offer, Guess(values.Get("type"), "")),
			Edit(offer, post(), "https://blog.example/a/")} {
			form.Prefill(values)
			if form.Read(values) == nil && !form.New {
				_, _ = form.Update(nil)
			} else if form.New {
				_, _ = form.Create(nil)
			}
		}
	})
}
