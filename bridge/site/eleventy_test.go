package site

import (
	"errors"
	"strings"
	"testing"

	"gitpost/bridge/fault"
)

// TestPermalinksWithTemplatesAreCopied: where the newest posts all name the same template as their address, so does
// a new one.
func TestPermalinksWithTemplatesAreCopied(t *testing.T) {
	files := with(bareEleventy)
	for _, name := range []string{"a", "b", "c"} {
		files["posts/"+name+".md"] = "---\ntitle: T\ndate: 2024-03-09\npermalink: \"/n/{{ page.fileSlug }}/\"\n---\nText.\n"
	}
	l := newLibrary(t, files)
	made := l.compose(Post{Item: entry(map[string][]any{"content": {"Fog"}})})
	if made.Page.URL != "https://example.org/n/fog/" || !strings.Contains(string(made.Data), "/n/{{ page.fileSlug }}/") {
		t.Errorf("at %s:\n%s", made.Page.URL, made.Data)
	}
}

// TestDraftsAreRefusedWhereTheBuildPublishesThem: nothing is published by accident.
func TestDraftsAreRefusedWhereTheBuildPublishesThem(t *testing.T) {
	l := newLibrary(t, map[string]string{"eleventy.config.js": "export default () => {};"}, func(o *Options) {
		o.Me = "https://example.org/"
	})
	_, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {"Fog"}, "post-status": {"draft"}})})
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Code != fault.InvalidRequest ||
		!strings.Contains(refused.Message, "publishes drafts") {
		t.Errorf("a draft: %v", err)
	}
	if made := l.compose(Post{Item: entry(map[string][]any{"content": {"Fog"}})}); !made.Page.Published {
		t.Errorf("a post is not published: %s", made.Page.Reason)
	}
}

// TestHeadOfLayoutsInOtherLanguages: the lines go into the site's own layout, whatever its ending is.
func TestHeadOfLayoutsInOtherLanguages(t *testing.T) {
	for file, files := range map[string]map[string]string{
		"_includes/layouts/base.njk": with(bareEleventy,
			map[string]string{"_includes/layouts/base.njk": "<html>\n<head>\n</head>\n</html>\n"}),
		"templates/base.html": with(bareZola,
			map[string]string{"templates/base.html": "<html>\n<head>\n</head>\n</html>\n"}),
	} {
		l := newLibrary(t, files)
		edits, _, advice := l.site.Head(treeOf(files), []string{`<link rel="micropub" href="x">`})
		if len(edits) != 1 || edits[0].Path != file || !strings.Contains(string(edits[0].Data), `rel="micropub"`) {
			t.Errorf("%s: edits %v, advice %q", file, edits, advice)
		}
	}
}

// TestContactsOfEachGenerator are data files in the format that it reads.
func TestContactsOfEachGenerator(t *testing.T) {
	for want, files := range map[string]map[string]string{"_data/contacts/ada.json": bareEleventy,
		"data/contacts/ada.yaml": bareZola} {
		l := newLibrary(t, files)
		file, data, err := l.site.ComposeContact(map[string][]any{"name": {"Ada"}, "url": {"https://ada.example/"}},
			func(string) bool { return false })
		if err != nil || file != want {
			t.Errorf("%s: %v", file, err)
			continue
		}
		p, err := l.site.ReadContact(file, data)
		if err != nil || p.Text("url") != "https://ada.example/" {
			t.Errorf("%s reads as %v: %v\n%s", file, p, err, data)
		}
		if strings.HasSuffix(want, ".json") && !strings.HasPrefix(string(data), "{") {
			t.Errorf("%s is\n%s", file, data)
		}
	}
}
