package site

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// treeLibrary is a library whose tree can be read, as a snapshot's.
type treeLibrary struct {
	*testLibrary
	tree fstest.MapFS
}

func (l treeLibrary) Tree() fs.FS { return l.tree }

const citing = `{{range .Of}}Re: {{link .}}{{with .Context}} by {{text .Author}}: {{text .Summary}}{{end}}{{end}}`

// The line of a site's own template shows what is known of the page, from the commit on that keeps it,
// and apps never see that line.
func TestOwnTemplateShowsContexts(t *testing.T) {
	const there = "https://there.example/post"
	l := treeLibrary{newLibrary(t, with(bareHugo, map[string]string{".gitpost/templates/reply.md.tmpl": citing})),
		fstest.MapFS{}}
	item := entry(map[string][]any{"content": {"I agree"}, "in-reply-to": {there}})
	made, err := l.site.Compose(l, Post{Item: item})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(made.Data), "Ada") {
		t.Fatalf("it is known too early:\n%s", made.Data)
	}
	about := Context{URL: there, Name: "A page", Author: "Ada", Published: "2026-02-03",
		Summary: "Fog & <b>*stars*</b> {{< x >}}"}
	cited, err := l.site.Cite(l, Source{Path: made.Path, Data: made.Data}, []Context{about})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(cited.Data), "by Ada: Fog & &lt;b&gt;") {
		t.Errorf("got\n%s", cited.Data)
	}
	doc, err := l.site.ParseSource(cited)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.site.Item(made.Page, doc).Properties["content"]; len(got) != 1 || got[0] != "I agree" {
		t.Errorf("an app reads %q", got)
	}
	again, err := l.site.Cite(l, cited, []Context{about})
	if err != nil || string(again.Data) != string(cited.Data) {
		t.Errorf("the second time: %v\n%s", err, again.Data)
	}
	data, err := l.site.ComposeContext(about)
	if err != nil {
		t.Fatal(err)
	}
	l.tree[l.site.ContextFile(there)] = &fstest.MapFile{Data: data}
	if got := l.site.KeptContext(l.tree, there); got == nil || *got != about {
		t.Errorf("kept as\n%s\nread as %+v", data, got)
	}
	other, err := l.site.Compose(l, Post{Item: item})
	if err != nil || !strings.Contains(string(other.Data), "by Ada: ") {
		t.Errorf("the next reply does not know it: %v\n%s", err, other.Data)
	}
}

func TestContextLeavesOtherPostsAsTheyAre(t *testing.T) {
	about := []Context{{URL: "https://there.example/post", Author: "Ada"}}
	for name, post := range map[string]string{
		"the usual template":  "---\ntitle: x\ninReplyTo: https://there.example/post\n---\nI agree\n",
		"written by hand":     "---\ntitle: x\n---\nSee https://there.example/post\n",
		"a line with changes": "---\ntitle: x\ninReplyTo: https://there.example/post\n---\nI agree\n\nRe: my friend\n",
	} {
		files := bareHugo
		if name != "the usual template" {
			files = with(bareHugo, map[string]string{".gitpost/templates/reply.md.tmpl": citing})
		}
		l := newLibrary(t, files)
		got, err := l.site.Cite(l, Source{Path: "content/posts/a.md", Data: []byte(post)}, about)
		if err != nil || string(got.Data) != post {
			t.Errorf("%s: %v\n%s", name, err, got.Data)
		}
	}
}

// Every generator has a data folder in whose format a context can be kept and read.
func TestContextsAreKeptByEveryGenerator(t *testing.T) {
	about := Context{URL: "https://there.example/post", Name: "007", Author: "yes", Published: "2026-02-03",
		Summary: "a: b # c"}
	for name, l := range roundtripSites(t) {
		data, err := l.site.ComposeContext(about)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		tree := fstest.MapFS{l.site.ContextFile(about.URL): {Data: data}}
		if got := l.site.KeptContext(tree, about.URL); got == nil || *got != about {
			t.Errorf("%s: kept as\n%s\nread as %+v", name, data, got)
		}
	}
}

// A post can ask that nothing is read for it, on every generator that has keys of the post's own.
func TestContextFalseIsRead(t *testing.T) {
	for name, files := range map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll} {
		l := newLibrary(t, files)
		doc, err := l.site.Parse([]byte("---\ntitle: x\ncontext: false\nwebmention: false\n---\nx\n"))
		if err != nil {
			t.Fatal(err)
		}
		p := l.site.Item(Page{}, doc).Properties
		if p.Text("context") != "false" || p.Text("webmention") != "false" {
			t.Errorf("%s: %v", name, p)
		}
	}
}
