package site

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/templates"
)

// A kind of post content that a stock theme does not show, and the template that does.
type kind struct {
	name     string // of the template
	property string // that calls for it
}

var kinds = []kind{
	{"rsvp", "rsvp"}, {"reply", "in-reply-to"}, {"repost", "repost-of"}, {"like", "like-of"}, {"bookmark", "bookmark-of"},
	{"quotation", "quotation-of"}, {"follow", "follow-of"}, {"checkin", "checkin"}, {"read", "read-of"},
	{"watch", "watch-of"},
	{"listen", "listen-of"}, {"play", "play-of"}, {"jam", "jam-of"}, {"ate", "ate"}, {"drank", "drank"},
	{"event", "start"},
	{"photo", "photo"}, {"video", "video"}, {"audio", "audio"},
}

// longestAdded bounds what one post's templates may add.
const longestAdded = 64 << 10

// bodySources are the defaults.
var bodySources = func() map[string]string {
	all := map[string]string{}
	for _, k := range kinds {
		source, err := fs.ReadFile(templates.Posts(), k.name+".md.tmpl")
		if err != nil {
			panic(err) // embedded beside this list
		}
		all[k.name] = string(source)
	}
	return all
}()

// bodies are the body templates of a site: the usual ones, and its own.
type bodies struct{ usual, own map[string]*template.Template }

// templateFolder is where a site has its own body templates.
const templateFolder = ".gitpost/templates"

// readTemplates reads the body templates. One of the site's own that cannot be parsed counts as none.
func (s *Site) readTemplates(tree fs.FS) bodies {
	all := bodies{usual: map[string]*template.Template{}, own: map[string]*template.Template{}}
	for _, k := range kinds {
		all.usual[k.name] = template.Must(s.parseBody(k.name, bodySources[k.name]))
		data, err := fs.ReadFile(tree, path.Join(templateFolder, k.name+".md.tmpl"))
		if err != nil {
			continue
		}
		if parsed, err := s.parseBody(k.name, string(data)); err == nil {
			all.own[k.name] = parsed
		}
	}
	return all
}

func (s *Site) parseBody(name, source string) (*template.Template, error) {
	return template.New(name).Funcs(template.FuncMap{
		"text": markdownText, "address": markdownAddress, "link": s.linked, "by": s.by, "when": readableTime,
		"period": s.period, "say": s.say,
	}).Parse(source)
}

// addedIn is what the body templates add for an item: Markdown without a line break at its end, or
// what becomes of it in HTML, safe for the generator. shown reports whether the page shows a
// property by itself. contexts finds those of URLs; nil: there are none.
func (s *Site) addedIn(item mf2.Item, inHTML bool, shown func(property string) bool,
	contexts func(url string) *Context) string {
	var parts []string
	for _, k := range kinds {
		if !needs(k, item) || shown(k.property) {
			continue
		}
		t, find := s.templates.usual[k.name], (func(string) *Context)(nil)
		if own := s.templates.own[k.name]; own != nil {
			t, find = own, contexts
		}
		b := &bounded{left: longestAdded}
		if err := t.Execute(b, s.viewOf(k, item, inHTML, find)); err != nil {
			b.Reset() // the site's own template fails: its default never does
			if err := s.templates.usual[k.name].Execute(b, s.viewOf(k, item, inHTML, nil)); err != nil {
				continue
			}
		}
		if text := strings.TrimSpace(unixLines(b.String())); text != "" {
			parts = append(parts, text)
		}
	}
	safe, _ := s.generator.Escape(strings.Join(parts, "\n\n"), generator.InTemplate)
	return safe
}

// needs reports whether an item has what the template shows.
func needs(k kind, item mf2.Item) bool {
	p := item.Properties
	if k.name == "reply" && hasValue(p["rsvp"]) {
		return false // the RSVP names what it answers
	}
	return hasValue(p[k.property])
}

// firstShown is the first photo of several, where the layout of the post shows it by the key of photos and
// none of the others: "" elsewhere.
func (w *writer) firstShown(photos []any) string {
	if len(photos) < 2 || w.keyShown("photo") == "" || w.shown("photo") {
		return ""
	}
	return photoURL(photos[0])
}

// shown reports whether the layout of the post shows a property by a key that the post has: all of its
// values.
func (w *writer) shown(property string) bool {
	key := w.keyShown(property)
	return key != "" && (len(w.reading().property(property)) < 2 ||
		w.rules.Reads.ShowsEvery(bare(w.rules, key), w.layoutNames()...))
}

// keyShown is the key of the post by which its layout shows a property or the first of its values, "" for
// none.
func (w *writer) keyShown(property string) string {
	r := w.reading()
	keys := r.allKeys(property)
	if key, ok := r.keys[property]; ok {
		keys = append(keys, key)
	}
	for _, key := range keys {
		if !isCover(bare(w.rules, key)) && w.shows(key) {
			return key
		}
	}
	return ""
}

func hasValue(values []any) bool {
	for _, v := range values {
		if s, isText := v.(string); !isText || strings.TrimSpace(s) != "" {
			return true
		}
	}
	return false
}

// bounded is a buffer that refuses to grow beyond its limit.
type bounded struct {
	bytes.Buffer
	left int
}

var errTemplateTooLong = errors.New("the body template writes too much")

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > b.left {
		return 0, errTemplateTooLong
	}
	b.left -= len(p)
	return b.Buffer.Write(p)
}
