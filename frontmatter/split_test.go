package frontmatter

import (
	"errors"
	"strings"
	"testing"
)

var (
	oldHugo = Dialect{LeadingBlank: true, FoldKeys: true, HTMLComments: true, OrgWords: true, LastWins: true,
		DotsHide: true}
	newHugo = Dialect{LeadingBlank: true, FoldKeys: true}
)

// A tag and a text are added to each file; nothing else may change.
func TestFrontMatterThatHugoReadsIsNeverHidden(t *testing.T) {
	for _, c := range []struct{ name, text, tagged, longer string }{
		{
			"two byte order marks", "\uFEFF\uFEFF---\ntags: [a]\n---\nText.\n",
			"\uFEFF\uFEFF---\ntags: [a, new]\n---\nText.\n", "\uFEFF\uFEFF---\ntags: [a]\n---\nText.\nMore.\n",
		}, {
			"byte order marks and blank lines in turn, TOML", "\n\uFEFF \r\n\uFEFF+++\ntags = ['a']\n+++\nText.\n",
			"\n\uFEFF \r\n\uFEFF+++\ntags = ['a', 'new']\n+++\nText.\n",
			"\n\uFEFF \r\n\uFEFF+++\ntags = ['a']\n+++\nText.\nMore.\n",
		}, {
			"byte order marks before JSON", "\uFEFF\uFEFF{\"tags\": [\"a\"]}\nText.\n",
			"\uFEFF\uFEFF{\"tags\": [\"a\", \"new\"]}\nText.\n", "\uFEFF\uFEFF{\"tags\": [\"a\"]}\nText.\nMore.\n",
		}, {
			"comment at the opening fence, TOML", "+++\t# mine\ntags = ['a']\n+++\nText.\n",
			"+++\t# mine\ntags = ['a', 'new']\n+++\nText.\n", "+++\t# mine\ntags = ['a']\n+++\nText.\nMore.\n",
		}, {
			"comment right after the opening fence", "---#mine\ntags: [a]\n---\nText.\n",
			"---#mine\ntags: [a, new]\n---\nText.\n", "---#mine\ntags: [a]\n---\nText.\nMore.\n",
		}, {
			"a key on the opening line", "---tags: [a]\ntitle: T\n---\nText.\n",
			"---tags: [a, new]\ntitle: T\n---\nText.\n", "---tags: [a]\ntitle: T\n---\nText.\nMore.\n",
		}, {
			"all on the opening line", "--- {tags: [a]}\n---\nText.\n",
			"--- {tags: [a, new]}\n---\nText.\n", "--- {tags: [a]}\n---\nText.\nMore.\n",
		}, {
			"long fences", "------\ntags: [a]\n------\nText.\n",
			"------\ntags: [a, new]\n------\nText.\n", "------\ntags: [a]\n------\nText.\nMore.\n",
		}, {
			"long closing fence, TOML", "+++\ntags = ['a']\n++++++\nText.\n",
			"+++\ntags = ['a', 'new']\n++++++\nText.\n", "+++\ntags = ['a']\n++++++\nText.\nMore.\n",
		}, {
			"text right after the closing fence", "---\r\ntags: [a]\r\n---Text.\r\n",
			"---\r\ntags: [a, new]\r\n---Text.\r\n", "---\r\ntags: [a]\r\n---Text.\r\nMore.\r\n",
		}, {
			"carriage returns alone", "---\rtags: [a]\r---\rText.\r",
			"---\rtags: [a, new]\r---\rText.\r", "---\rtags: [a]\r---\rText.\rMore.\n",
		}, {
			"TOML in a comment", "<!-- hidden\n+++\ntags = ['a']\n+++\n-->\nText.\n",
			"<!-- hidden\n+++\ntags = ['a', 'new']\n+++\n-->\nText.\n",
			"<!-- hidden\n+++\ntags = ['a']\n+++\n-->\nText.\nMore.\n",
		}, {
			"JSON in a comment, text inside", "<!--\n{\"tags\": [\"a\"]}\nHidden.\n-->Text.\n",
			"<!--\n{\"tags\": [\"a\", \"new\"]}\nHidden.\n-->Text.\n", "<!--\n{\"tags\": [\"a\"]}\nHidden.\n-->Text.\nMore.\n",
		}, {
			"Org in a comment", "<!--\n#+tags[]: a\n-->\nText.\n",
			"<!--\n#+tags[]: a new\n-->\nText.\n", "<!--\n#+tags[]: a\n-->\nText.\nMore.\n",
		}, {
			"Org after blank lines", "\n\n  #+DRAFT: false\n#+Tags[]: a\nText.\n",
			"\n\n  #+DRAFT: false\n#+Tags[]: a new\nText.\n", "\n\n  #+DRAFT: false\n#+Tags[]: a\nText.\nMore.\n",
		},
	} {
		doc := parsed(t, c.text, oldHugo)
		if err := doc.Set([]any{"a", "new"}, "tags"); err != nil || string(doc.Bytes()) != c.tagged {
			t.Errorf("%s: a tag makes it %q (%v)", c.name, doc.Bytes(), err)
		}
		if err := doc.Set([]any{"a"}, "tags"); err != nil || string(doc.Bytes()) != c.text {
			t.Errorf("%s: without the tag it is %q (%v)", c.name, doc.Bytes(), err)
		}
		if err := doc.SetBody(doc.Body() + "More.\n"); err != nil || string(doc.Bytes()) != c.longer {
			t.Errorf("%s: more text makes it %q (%v)", c.name, doc.Bytes(), err)
		}
	}
}

// A key that is added to a file with unusual fences is read back, or refused.
func TestEditsBetweenUnusualFencesReadBack(t *testing.T) {
	for _, text := range unusualOpenings {
		for name, d := range map[string]Dialect{"old Hugo": oldHugo, "new Hugo": newHugo, "Jekyll": dialects["jekyll"]} {
			doc := parsed(t, text, d)
			for _, edit := range []func() error{
				func() error { return doc.Set("v", "fresh") },
				func() error { return doc.Delete("title") },
				func() error { return doc.Delete("tags") },
			} {
				before := string(doc.Bytes())
				if err := edit(); err != nil {
					if string(doc.Bytes()) != before {
						t.Errorf("%s: %q: refused (%v) and changed to %q", name, text, err, doc.Bytes())
					}
					continue
				}
				again, err := Parse(doc.Bytes(), d)
				if err != nil || !equalValues(all(again), all(doc)) || again.Body() != doc.Body() {
					t.Errorf("%s: %q became %q, which reads otherwise (%v)", name, text, doc.Bytes(), err)
				}
			}
		}
	}
}

// No block is written above front matter that the generator, for whatever reason, does not read.
func TestNoBlockIsWrittenAboveALookalike(t *testing.T) {
	jekyll := dialects["jekyll"]
	for _, c := range []struct {
		text    string
		dialect Dialect
	}{
		{"\uFEFF\uFEFF---\ntitle: T\n---\nText.\n", jekyll},
		{"\n---\ntitle: T\n---\nText.\n", jekyll},
		{"--- # c\ntitle: T\n---\nText.\n", jekyll},
		{"---\ntitle: T\n----\nText.\n", jekyll},
		{"+++\ntitle = 'T'\n+++\nText.\n", jekyll},
		{"{\n  \"title\": \"T\"\n}\nText.\n", jekyll},
		{"#+TITLE: T\n\nText.\n", jekyll},
		{"<!--\n---\ntitle: T\n---\nText.\n-->\n", jekyll},
		{"<!--\n---\ntitle: T\n---\nText.\n-->\n", newHugo},
		{"<!-- a -->\n<!-- b\n+++\ntitle = 'T'\n+++\n-->\n", newHugo},
		{"\u200B---\ntitle: T\n---\nText.\n", newHugo},
		{"\u00A0\n+++\n# c\n\"title\" = 'T'\n+++\nText.\n", newHugo},
		{"\u2060#+TITLE: T\nText.\n", oldHugo},
		{"\u00AD{\"title\": \"T\"}\nText.\n", oldHugo},
	} {
		doc := parsed(t, c.text, c.dialect)
		var refused *EditError
		if err := doc.Set([]any{"new"}, "tags"); !errors.As(err, &refused) || string(doc.Bytes()) != c.text {
			t.Errorf("%q became %q (%v)", c.text, doc.Bytes(), err)
		}
	}
	for _, text := range []string{"---\nText below a rule.\n", "Text: with a colon\n", "- item: x\n- item\n",
		"---\nNote: no second rule\n", "{{< x >}}", "#+ no keyword\n", "# Title: x\n"} {
		for _, d := range []Dialect{jekyll, newHugo} {
			doc, err := Parse([]byte(text), d)
			if err != nil || doc.Format() != None {
				continue
			}
			if err := doc.Set("T", "title"); err != nil || !strings.HasSuffix(string(doc.Bytes()), "\n"+text) {
				t.Errorf("%q became %q (%v)", text, doc.Bytes(), err)
			}
		}
	}
}
