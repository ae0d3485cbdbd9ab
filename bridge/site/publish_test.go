package site

import (
	"errors"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

const hugoPost = "---\ntitle: P\ndate: 2024-01-01T10:00:00Z\ndraft: false\n---\nText\n"

// inherited are sites whose configuration or folders keep posts from being built. cure is what a
// post that is asked to be published says; "" where it is refused.
var inherited = []struct {
	name, version string
	files         map[string]string
	cure          string
}{
	{"draft by cascade", "0.165.0", map[string]string{"content/posts/_index.md": "---\ncascade:\n  draft: true\n---\n"},
		"draft: false\n"},
	{"draft by cascade, with the section", "0.111.3", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  draft: true\n---\n"}, ""},
	{"draft by cascade with a target", "0.111.3", map[string]string{
		"content/_index.md": "---\ncascade:\n- _target: {path: /posts/**}\n  draft: true\n---\n"}, "draft: false\n"},
	{"draft by the configuration", "0.111.3", map[string]string{
		"hugo.toml": "baseURL = 'https://example.org/'\n[[cascade]]\ndraft = true\n[cascade._target]\nkind = 'page'\n"},
		"draft: false\n"},
	{"section is a draft", "0.111.3", map[string]string{"content/posts/_index.md": "---\ndraft: true\n---\n"}, ""},
	{"section above is a draft", "0.111.3", map[string]string{
		"content/posts/_index.md": "---\ntitle: P\n---\n", "content/_index.md": "---\ndraft: true\n---\n"}, ""},
	{"expired by cascade, old", "0.111.3", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  expiryDate: 2020-01-01\n---\n"}, ""},
	{"expired by cascade", "0.165.0", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  expiryDate: 2020-01-01\n---\n"}, "expiryDate: 9999-12-31\n"},
	{"scheduled by cascade", "0.165.0", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  publishDate: 2099-01-01\n---\n"}, "publishDate: 2026-03-09T12:00:00Z\n"},
	{"not rendered, old key", "0.111.3", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  _build:\n    render: never\n---\n"}, "_build:\n  render: always\n"},
	{"link alone, new key", "0.165.0", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  build:\n    render: link\n---\n"}, "build:\n  render: always\n"},
	{"no HTML by the configuration", "0.111.3", map[string]string{
		"hugo.toml": "baseURL = 'https://example.org/'\n[outputs]\npage = ['json']\n"}, "outputs:\n"},
	{"no HTML by cascade", "0.165.0", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  outputs: [json]\n---\n"}, "outputs:\n"},
	{"two keys at once", "0.165.0", map[string]string{
		"content/posts/_index.md": "---\ncascade:\n  draft: true\n  build: {render: never}\n---\n"}, "render: always\n"},
	{"pages are not built", "0.111.3", map[string]string{
		"hugo.toml": "baseURL = 'https://example.org/'\ndisableKinds = ['page']\n"}, ""},
}

// TestPostThatInheritsAReasonNotToBeBuiltIsPublishedOrRefused: 201 is never answered for a post that
// nobody can read.
func TestPostThatInheritsAReasonNotToBeBuiltIsPublishedOrRefused(t *testing.T) {
	for _, c := range inherited {
		t.Run(c.name, func(t *testing.T) {
			files := with(bareHugo, map[string]string{"content/posts/p.md": hugoPost}, c.files)
			published(t, files, c.version, "content/posts/p.md", c.cure)
		})
	}
	for name, defaults := range map[string]string{
		"by type": "- scope: {path: '', type: posts}\n  values: {published: false}\n",
		"by path": "- scope: {path: _posts}\n  values: {published: false}\n",
		"by glob": "- scope: {path: '_po*'}\n  values: {published: false}\n",
	} {
		t.Run("jekyll defaults "+name, func(t *testing.T) {
			published(t, map[string]string{
				"_config.yml":            "url: https://example.org\ntimezone: UTC\ndefaults:\n" + defaults,
				"_posts/2024-01-01-p.md": "---\nlayout: post\npublished: true\n---\nText\n",
			}, "4.3.1", "_posts/2024-01-01-p.md", "published: true\n")
		})
	}
}

// published composes a post, and publishes one that was sent as a draft.
func published(t *testing.T, files map[string]string, version, learnt, cure string) {
	l := newLibrary(t, files, func(o *Options) { o.Version = version })
	r, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {"Hello"}, "post-status": {"published"}})})
	draft := l.compose(Post{Item: entry(map[string][]any{"content": {"Soon"}, "post-status": {"draft"}})})
	if cure == "" {
		var refused *fault.Error
		if !errors.As(err, &refused) || refused.Code != fault.InvalidRequest ||
			!strings.Contains(refused.Message, "not be published") {
			t.Fatalf("got %v, want a refusal", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !r.Page.Published || !strings.Contains(string(r.Data), cure) {
		t.Errorf("not cured by %q: %+v\n%s", cure, r.Page, r.Data)
	}
	if status := l.item(draft.Path).Properties.Text("post-status"); status != "draft" {
		t.Errorf("the draft is said to be %q", status)
	}
	revised := l.revise(draft.Path, func(item *mf2.Item) error {
		item.Properties["post-status"] = []any{"published"}
		return nil
	})
	if !revised.Page.Published || len(l.item(revised.Path).Properties["post-status"]) > 0 {
		t.Errorf("not published by the update: %+v\n%s", revised.Page, revised.Data)
	}
	if again, err := l.site.Republish(l, Source{Path: learnt, Data: []byte(files[learnt])}); err != nil ||
		len(again) == 0 {
		t.Errorf("restored: %v", err)
	}
}

// TestPostThatIsNotBuiltIsReadAsADraft: posts that were written by hand are read truthfully too.
func TestPostThatIsNotBuiltIsReadAsADraft(t *testing.T) {
	for _, c := range inherited {
		files := with(bareHugo, c.files, map[string]string{
			"content/posts/hand.md": "---\ntitle: P\ndate: 2024-01-01T10:00:00Z\n---\nText\n"})
		l := newLibrary(t, files, func(o *Options) { o.Version = c.version })
		if status := l.item("content/posts/hand.md").Properties.Text("post-status"); status != "draft" {
			t.Errorf("%s: status %q", c.name, status)
		}
		// another change leaves the post as it is
		r := l.revise("content/posts/hand.md", func(item *mf2.Item) error {
			item.Properties["name"] = []any{"Q"}
			return nil
		})
		if r.Page.Published || strings.Contains(string(r.Data), "always") {
			t.Errorf("%s: published by another change\n%s", c.name, r.Data)
		}
	}
	l := newLibrary(t, bareHugo)
	scheduled := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}, "published": {"2099-01-01T10:00:00Z"}})})
	if status := l.item(scheduled.Path).Properties["post-status"]; len(status) > 0 {
		t.Errorf("a scheduled post is read as %v", status)
	}
}

// TestPostsThatInheritAreBuilt: what is written makes the real generator publish.
func TestPostsThatInheritAreBuilt(t *testing.T) {
	version := installedVersion(t, "hugo")
	for _, c := range inherited {
		if c.version != version || c.cure == "" {
			continue
		}
		files := with(bareHugo, map[string]string{"content/posts/p.md": hugoPost,
			"layouts/_default/single.html": "<article>{{ .Content }}</article>", "layouts/_default/single.json": "{}"}, c.files)
		l := newLibrary(t, files, func(o *Options) { o.Version = version })
		r := l.compose(Post{Item: entry(map[string][]any{"content": {"Hello"}})})
		out, _ := builds(t, "hugo", l.files)
		if got := pageText(t, out, r.Page.URL); got != "Hello" {
			t.Errorf("%s: the page has %q", c.name, got)
		}
	}
	l := newLibrary(t, with(bareJekyll, map[string]string{
		"_config.yml": bareJekyll["_config.yml"] +
			"defaults:\n- scope: {path: '', type: posts}\n  values: {published: false}\n",
		"_layouts/post.html":     "<article>{{ content }}</article>",
		"_posts/2024-01-01-p.md": "---\nlayout: post\npublished: true\n---\nText\n",
	}))
	r := l.compose(Post{Item: entry(map[string][]any{"content": {"Hello"}})})
	out, _ := builds(t, "jekyll", l.files)
	if got := pageText(t, out, r.Page.URL); got != "Hello" {
		t.Errorf("jekyll: the page has %q", got)
	}
}
