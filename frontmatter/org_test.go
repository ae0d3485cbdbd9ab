package frontmatter

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

const orgPost = `#+title: Notes from the train
#+DATE: <2024-02-03 Sat 10:00>
#+lastmod: 2024-02-04T10:00:00Z
#+TAGS[]: emacs  travel
#+categories: a b
#+DRAFT: true
#+SLUG:   notes
#+PARAM: one
#+PARAM: two
#+NAME: not a setting
#+EMPTY:
#+TAGS[]: rail

* Heading
#+NOT: front matter
`

func TestOrgKeywordsAreReadAsHugoReadsThem(t *testing.T) {
	want := map[string]any{
		"title": "Notes from the train", "date": "2024-02-03", "lastmod": "2024-02-04T10:00:00Z",
		"tags":       []any{"emacs", "travel", "rail"},
		"categories": []any{"a", "b"}, "draft": "true", "slug": "notes", "param": "one\ntwo", "empty": "",
	}
	doc := parsed(t, orgPost, oldHugo)
	if got := all(doc); doc.Format() != Org || !reflect.DeepEqual(got, want) ||
		doc.Body() != "* Heading\n#+NOT: front matter\n" {
		t.Errorf("before 0.123: %v %#v, body %q", doc.Format(), got, doc.Body())
	}
	want["categories"], want["param"] = "a b", []any{"one", "two"}
	doc = parsed(t, orgPost, newHugo)
	if got := all(doc); !reflect.DeepEqual(got, want) {
		t.Errorf("since 0.123: %#v", got)
	}
	if f, ok := doc.Field("Title"); !ok || f.Text != "Notes from the train" || f.Plain {
		t.Errorf("the title is %#v", f)
	}
}

func TestOrgKeywordsAreEditedInPlace(t *testing.T) {
	for _, c := range []struct {
		name     string
		edit     func(*Document) error
		old, new string // a stretch of orgPost, and what becomes of it
	}{
		{"title", func(d *Document) error { return d.Set("Other: notes #1", "title") }, "Notes from the train",
			"Other: notes #1"},
		{"title by another spelling", func(d *Document) error { return d.Set("X", "TITLE") }, "Notes from the train", "X"},
		{"date", func(d *Document) error { return d.Set(Timestamp("2024-02-05T08:00:00+01:00"), "date") },
			"<2024-02-03 Sat 10:00>", "2024-02-05T08:00:00+01:00"},
		{"the same date", func(d *Document) error { return d.Set("2024-02-03", "date") }, "", ""},
		{"draft", func(d *Document) error { return d.Set(false, "draft") }, "#+DRAFT: true", "#+DRAFT: false"},
		{"slug", func(d *Document) error { return d.Set("train", "slug") }, "   notes", "   train"},
		{"value of an empty key", func(d *Document) error { return d.Set("x", "empty") }, "#+EMPTY:\n", "#+EMPTY: x\n"},
		{"append", func(d *Document) error { return d.Set([]any{"emacs", "travel", "rail", "🚀"}, "tags") }, "rail\n",
			"rail 🚀\n"},
		{"insert", func(d *Document) error { return d.Set([]any{"emacs", "new", "travel", "rail"}, "tags") }, "emacs  travel",
			"emacs new  travel"},
		{"prepend", func(d *Document) error { return d.Set([]any{"new", "emacs", "travel", "rail"}, "tags") },
			"emacs  travel", "new emacs  travel"},
		{"remove", func(d *Document) error { return d.Set([]any{"emacs", "rail"}, "tags") }, "emacs  travel", "emacs "},
		{"replace", func(d *Document) error { return d.Set([]string{"vim", "travel", "rail"}, "tags") }, "emacs", "vim"},
		{"append without []", func(d *Document) error { return d.Set([]any{"a", "b", "c"}, "categories") }, "a b", "a b c"},
		{"several lines", func(d *Document) error { return d.Set("one\n\n3", "param") }, "#+PARAM: one\n#+PARAM: two\n",
			"#+PARAM: one\n#+PARAM:\n#+PARAM: 3\n"},
		{"delete", func(d *Document) error { return d.Delete("slug") }, "#+SLUG:   notes\n", ""},
		{"new text", func(d *Document) error { return d.Set(int64(3), "weight") }, "#+TAGS[]: rail\n",
			"#+TAGS[]: rail\n#+weight: 3\n"},
		{"new list", func(d *Document) error { return d.Set([]any{"/a/", "/b/"}, "aliases") }, "#+TAGS[]: rail\n",
			"#+TAGS[]: rail\n#+aliases[]: /a/ /b/\n"},
		{"body", func(d *Document) error { return d.SetBody("#+X: y\n") }, "* Heading\n#+NOT: front matter\n", "#+X: y\n"},
	} {
		for _, eol := range []string{"\n", "\r\n"} {
			ended := func(s string) string { return strings.ReplaceAll(s, "\n", eol) }
			doc := parsed(t, ended(orgPost), oldHugo)
			want := ended(strings.Replace(orgPost, c.old, c.new, 1))
			if err := c.edit(doc); err != nil || string(doc.Bytes()) != want {
				t.Errorf("%s: %v\ngot\n%s\nwant\n%s", c.name, err, doc.Bytes(), want)
			}
			if again := parsed(t, string(doc.Bytes()), oldHugo); !equalValues(all(again), all(doc)) ||
				again.Body() != doc.Body() {
				t.Errorf("%s: reads back as %#v", c.name, all(again))
			}
		}
	}
}

// In Hugo since 0.123 tags without [] are one text; a list makes them #+TAGS[]:.
func TestOrgTextThatBecomesAListGetsBrackets(t *testing.T) {
	doc := parsed(t, "#+Tags: a\n#+TITLE: T\nText\n", newHugo)
	if err := doc.Set([]any{"a", "new"}, "tags"); err != nil ||
		string(doc.Bytes()) != "#+Tags[]: a new\n#+TITLE: T\nText\n" {
		t.Errorf("got %q (%v)", doc.Bytes(), err)
	}
	if err := doc.Set("one text", "tags"); err != nil || string(doc.Bytes()) != "#+Tags: one text\n#+TITLE: T\nText\n" {
		t.Errorf("got %q (%v)", doc.Bytes(), err)
	}
}

func TestEditsThatOrgCannotHoldAreRefused(t *testing.T) {
	doc := parsed(t, orgPost, oldHugo)
	for name, err := range map[string]error{
		"item with a space": doc.Set([]any{"emacs", "two words"}, "tags"),
		"empty item":        doc.Set([]any{""}, "tags"),
		"map":               doc.Set(map[string]any{"a": "b"}, "mf2"),
		"list of maps":      doc.Set([]any{Map{{"url", "x"}}}, "photo"),
		"null":              doc.Set(nil, "title"),
		"null in a list":    doc.Set([]any{nil}, "tags"),
		"nested key":        doc.Set("x", "cover", "image"),
		"space at the end":  doc.Set("x ", "title"),
		"space in a line":   doc.Set("x\n y", "title"),
		"key with a colon":  doc.Set("x", "a:b"),
		"keyword of Org":    doc.Set("x", "include"),
	} {
		var refused *EditError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if string(doc.Bytes()) != orgPost {
		t.Errorf("changed to %q", doc.Bytes())
	}
}
