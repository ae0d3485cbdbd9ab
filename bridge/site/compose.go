package site

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Compose places and writes a new post: unique by path and by URL in lib.
func (s *Site) Compose(lib Library, p Post) (Revision, error) {
	const op = "create post"
	item := prepared(p.Item)
	if err := s.settleLanguage(op, &item, s.usualLanguage(lib)); err != nil {
		return Revision{}, err
	}
	learned := s.learn(lib, item)
	when, err := s.dateOf(&item, learned.zone)
	if err != nil {
		return Revision{}, err
	}
	w := &writer{site: s, learned: learned, rules: s.rules, fresh: true, contexts: s.contextsOf(lib)}
	w.doc = s.newDocument(w.style(item))
	for key, value := range w.constants(item) {
		if err := w.doc.Set(value, key); err != nil {
			return Revision{}, unwritable(op, key, err)
		}
	}
	if err := w.writeAll(item, when); err != nil {
		return Revision{}, err
	}
	if err := w.writeConfigured(item); err != nil {
		return Revision{}, err
	}
	if err := w.refuseAlts(op, "", mf2.Item{}, item); err != nil {
		return Revision{}, err
	}
	asked := p.Slug
	if asked == "" {
		asked = mf2.Text(p.Item.Properties.First(slugCommand))
	}
	at := s.placementFor(item, learned, when)
	if p.Path != "" {
		at.pattern = s.inLanguageOf(item, whole(s.rooted(p.Path, s.rules.Content)))
	}
	if at.postType != "page" {
		at.address = learned.address
	}
	made, err := s.place(lib, w.doc, at, asked, item, "")
	if err != nil {
		return Revision{}, err
	}
	if err := w.placeCover(made.Page, item.Properties["photo"]); err != nil {
		return Revision{}, unwritable(op, "photo", err)
	}
	if !draftStatus(item) {
		if made.Page, err = s.ensurePublished(op, lib, w.doc, made.Page); err != nil {
			return Revision{}, err
		}
	}
	if breaks(made.Page) {
		return Revision{}, s.notBuilt(op, lib, w.doc, made.Page)
	}
	if err := w.verify(made.Page, item); err != nil {
		return Revision{}, err
	}
	made.Data, made.Side = w.doc.Bytes(), s.sideText(w.doc, nil)
	if err := s.refuseEncoding(op, nil, made.Data); err != nil {
		return Revision{}, err
	}
	return made, s.readable(op, made)
}

// writeConfigured writes the front matter that the configuration has for posts of this type, except
// for keys that the post has.
func (w *writer) writeConfigured(item mf2.Item) error {
	configured := w.site.options.Types[mf2.PostType(item)].FrontMatter
	w.configured = map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(configured)) {
		at := w.keyPath(key)
		if w.has(at) {
			continue
		}
		if err := w.doc.Set(ordered(configured[key]), at...); err != nil {
			return unwritable("create post", key, err)
		}
		w.configured[meaningOf(w.rules, key)] = true
	}
	return nil
}

// readable checks that a post can be read again before it is written: the size of front matter is
// limited.
func (s *Site) readable(op string, r Revision) error {
	if _, err := s.ParseSource(Source{Path: r.Path, Data: r.Data, Side: r.Side}); err != nil {
		return &fault.Error{
			Code: fault.TooLarge, Op: op,
			Message: fmt.Sprintf("the post's file could not be read again (%s)", err),
			Hint:    "send less in one post; nothing was written", Err: err,
		}
	}
	return nil
}

// prepared removes what is not a property: commands, and names without values.
func prepared(item mf2.Item) mf2.Item {
	item = item.Clone()
	if item.Properties == nil {
		item.Properties = mf2.Properties{}
	}
	if len(item.Type) == 0 {
		item.Type = []string{"h-entry"}
	}
	for name, values := range item.Properties {
		cleaned, _ := plain([]any(values)).([]any)
		if len(cleaned) == 0 || strings.HasPrefix(name, "mp-") || name == "access_token" {
			delete(item.Properties, name)
			continue
		}
		item.Properties[name] = cleaned
	}
	if status := item.Properties.Text(statusProperty); status == "published" || status == "publish" {
		delete(item.Properties, statusProperty)
	}
	if item.Properties.Text(visibilityProperty) == "public" {
		delete(item.Properties, visibilityProperty)
	}
	return item
}

// dateOf returns the date of the post: the client's, else now, which is then its published
// property. zone is that of the posts' dates; nil for the site's.
func (s *Site) dateOf(item *mf2.Item, zone *time.Location) (moment, error) {
	for _, v := range item.Properties["published"] {
		if m, ok := readMoment(v, s.rules.Zone); ok {
			return m, nil
		}
	}
	now := moment{time: s.now(), precise: true}
	if zone != nil {
		now.time = now.time.In(zone)
	}
	if len(item.Properties["published"]) == 0 {
		item.Properties["published"] = []any{stamp(now.time, true)}
	}
	return now, nil
}

// A placement is where a post goes, except for its slug.
type placement struct {
	pattern  string // from the repository's root
	at       time.Time
	postType string
	section  string
	address  string // the pattern of the key that fixes the URL; "" for no such key
}

// placementFor chooses the pattern: the type's own, the configured one, else the neighbours'.
func (s *Site) placementFor(item mf2.Item, h learnedStyle, when moment) placement {
	at := when.time
	if s.rules.SiteDay {
		at = at.In(s.rules.Zone)
	}
	postType := mf2.PostType(item)
	root := s.rules.Content
	pattern := path.Join(h.section, h.pattern)
	if s.options.Path != "" {
		pattern = s.rooted(s.options.Path, h.section)
	}
	if postType == "page" {
		pattern = path.Join(s.rules.Pages, "{slug}.md")
	}
	if folder := s.rules.Unlisted.Folder; folder != "" && item.Properties.Text(visibilityProperty) == "unlisted" {
		pattern = path.Join(folder, "{slug}.md")
	}
	if t, ok := s.options.Types[postType]; ok && t.Path != "" {
		pattern = s.rooted(t.Path, root)
	}
	return placement{pattern: s.inLanguageOf(item, whole(pattern)), at: at, postType: postType,
		section: path.Base(h.section)}
}

// rooted returns a configured pattern relative to the repository's root: unchanged if it starts
// with the content folder, else below folder.
func (s *Site) rooted(pattern, folder string) string {
	pattern = strings.TrimPrefix(pattern, "/")
	if s.inContent(pattern) {
		return pattern
	}
	return path.Join(folder, pattern)
}

func (p placement) path(slug string) string {
	return fill(p.pattern, p.at, slug, p.postType, p.section)
}

func (p placement) dated() bool { return uses(p.pattern, "day", "date") }

// maxTries bounds the search for a free name.
const maxTries = 10000

// place finds a slug for which both the path and the URL are free. own is the post's current path,
// "" for a new one.
func (s *Site) place(lib Library, doc *frontmatter.Document, at placement, asked string, item mf2.Item,
	own string) (Revision, error) {
	const op = "place post"
	slug := slugFor(asked, item, at.at, at.dated())
	before := ""
	for n := 1; n <= maxTries; n++ {
		try := numbered(slug, n)
		if reservedSlugs[try] {
			continue
		}
		file := at.path(try)
		if err := s.refuseLink(op, file); err != nil {
			return Revision{}, err
		}
		if file != own && (lib.Exists(file) || s.hasStraySide(lib, file, own)) {
			continue
		}
		if s.generator.Naming(file).TitleURL {
			if err := doc.Set(try, s.rules.SlugKey()); err != nil {
				return Revision{}, unwritable(op, s.rules.SlugKey(), err)
			}
		}
		if at.address != "" {
			if err := doc.Set(at.fixedURL(try), s.rules.Address); err != nil {
				return Revision{}, unwritable(op, s.rules.Address, err)
			}
		}
		page := s.generator.Locate(file, doc, lib)
		if page.URL == "" && page.Unlocated != "" {
			return Revision{}, &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("%s cannot be posted: %s", file, page.Unlocated),
				Hint:    "set site.permalink in gitpost's configuration to the pattern of the URLs of new posts",
			}
		}
		if why, misplaced := misplaced(page); misplaced && own == "" {
			return Revision{}, &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("%s would not be a page of the site: %s", file, why),
				Hint:    "set site.section or site.path in gitpost's configuration to where posts belong",
			}
		}
		other, taken := lib.PathOf(page.URL)
		taken = taken && other != own
		if taken && page.URL != before {
			before = page.URL
			continue
		}
		if taken || tooLong(page.Output) {
			// The file name is not part of the URL, and there is another post of this title or day;
			// or the title is too long for a file name.
			if err := doc.Set(s.addressLike(page.URL, try), s.rules.Address); err != nil {
				return Revision{}, unwritable(op, s.rules.Address, err)
			}
			page = s.generator.Locate(file, doc, lib)
			if other, taken := lib.PathOf(page.URL); taken && other != own {
				continue
			}
		}
		if file != own && s.hasRival(lib, file, own) {
			continue
		}
		return Revision{Path: file, Page: page}, nil
	}
	return Revision{}, &fault.Error{
		Code: fault.Conflict, Op: op,
		Message: fmt.Sprintf("there are %d posts named %q already", maxTries, slug), Hint: "choose another mp-slug",
	}
}

// hasRival reports whether the repository has a page on the same path: post.md beside
// post/index.md, of which only one is published; a section's folder, whose list would take the
// place of the page; or Post.md, as macOS and Windows can check out only one of the two. own is
// the post itself.
func (s *Site) hasRival(lib Library, file, own string) bool {
	counter, ok := lib.(RivalCounter)
	if !ok {
		return false
	}
	pages, below := counter.Rivals(file, own)
	root := s.contentRoot(file)
	section := s.rules.TopFolders && path.Dir(pagePath(file)) == root && path.Dir(file) == root
	return pages > 0 || section && below > 0
}

// pagePath is a page's file without its extension: the folder, for an index file.
func pagePath(file string) string {
	p := strings.TrimSuffix(file, path.Ext(file))
	dir, base := path.Split(p)
	if dir != "" && (strings.EqualFold(base, "index") || strings.EqualFold(base, "_index")) {
		return strings.TrimSuffix(dir, "/")
	}
	return p
}

// misplaced reports whether no post at that path is ever published, whatever its text, and why.
func misplaced(p Page) (why string, is bool) {
	why = cmp.Or(p.Reason, "nothing is published from there")
	return why, p.URL == "" || p.Reason == generator.NoDateInName || p.Reason == generator.Ignored ||
		strings.HasPrefix(p.Reason, generator.PartOf)
}

// tooLong reports whether a path has a part that file systems refuse.
func tooLong(p string) bool {
	for _, part := range strings.Split(p, "/") {
		if len(part) > 200 {
			return true
		}
	}
	return false
}

// addressLike returns a fixed address beside one that is taken, in the form of the front matter.
func (s *Site) addressLike(taken, slug string) string {
	p := s.siteRelative(taken)
	return path.Join(path.Dir(strings.TrimSuffix(p, "/")), slug) + "/"
}

// siteRelative is the path of a URL of the site below its base URL, with a leading slash.
func (s *Site) siteRelative(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "/"
	}
	p := u.EscapedPath()
	if decoded, err := url.PathUnescape(p); err == nil {
		p = decoded
	}
	if base, err := url.Parse(s.rules.BaseURL); err == nil {
		if rest, ok := strings.CutPrefix(p, strings.TrimSuffix(base.Path, "/")+"/"); ok {
			p = "/" + rest
		}
	}
	return p
}

func unwritable(op, key string, err error) error {
	if known := (*fault.Error)(nil); errors.As(err, &known) {
		return err
	}
	reason, hint := err.Error(), "change that key in a text editor"
	if refused := (*frontmatter.EditError)(nil); errors.As(err, &refused) {
		key, reason = cmp.Or(refused.Key, key), refused.Message
	}
	if limit := (*frontmatter.SyntaxError)(nil); errors.As(err, &limit) {
		reason, hint = limit.Message, "send less in one post"
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: fmt.Sprintf("%q cannot be written: %s", key, reason),
		Hint:    hint, Err: err,
	}
}
