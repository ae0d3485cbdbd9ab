package site

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/mf2"
)

// A view is what a body template is given; templates/posts/README.md documents it.
type view struct {
	Name       string
	Of         []cited
	Files      []file
	RSVP       string
	ReadStatus string
	Start, End string
	Place      []cited
	Paragraphs []string // of the description or summary, when there is no text
	Properties mf2.Properties
	HTML       bool

	picture func(file) string
}

// Picture writes an image, so that its alternative text is read as it was sent.
func (v view) Picture(f file) string { return v.picture(f) }

// A cited thing is what a post is about or responds to.
type cited struct {
	URL, Name, Author, Address string
	Context                    *Context // what its page says; nil when that is not known

	class string // in microformats: "u-like-of"
}

// A file is a picture, film or recording.
type file struct {
	URL, Alt string
	exact    string // the alternative text as it was sent
}

// viewOf is what the template of a kind is given. contexts may be nil.
func (s *Site) viewOf(k kind, item mf2.Item, inHTML bool, contexts func(url string) *Context) view {
	p := item.Properties
	v := view{
		Name: title(p["name"]), RSVP: p.Text("rsvp"), ReadStatus: p.Text("read-status"), Start: p.Text("start"),
		End:        p.Text("end"),
		Properties: p.Clone(), HTML: s.rules.RawHTML, picture: func(f file) string { return s.picture(f, inHTML) },
	}
	of := k.property
	if k.name == "rsvp" {
		of = "in-reply-to"
	}
	for _, value := range p[of] {
		if t, ok := citedIn(value); ok {
			if !inHTML {
				t.class = "u-" + of
			}
			if contexts != nil && t.URL != "" && slices.Contains(responses, of) {
				t.Context = contexts(t.URL)
			}
			v.Of = append(v.Of, t)
		}
		if u := photoURL(value); u != "" {
			v.Files = append(v.Files, file{u, s.quoted(photoAlt(value)), photoAlt(value)})
		}
	}
	for _, value := range p["location"] {
		if t, ok := citedIn(value); ok {
			v.Place = append(v.Place, t)
		}
	}
	if !hasValue(p["content"]) {
		v.Paragraphs = paragraphs(cmp.Or(p.Text("description"), p.Text("summary")))
	}
	return v
}

func paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(anyLines(text), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// quoted writes straight quotes as Hugo's typographer does. The goldmark of older Hugos
// leaves its entities in a picture's alt as they are: "the ferry&rsquo;s quay".
func (s *Site) quoted(alt string) string {
	if !s.rules.CurlyQuotes || !strings.ContainsAny(alt, `"'`) {
		return alt
	}
	var b strings.Builder
	before := ' '
	for _, r := range alt {
		opens := before == ' ' || strings.ContainsRune("([{“‘—-", before)
		switch {
		case r == '"' && opens:
			r = '“'
		case r == '"':
			r = '”'
		case r == '\'' && opens:
			r = '‘'
		case r == '\'':
			r = '’'
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func citedIn(v any) (cited, bool) {
	m, isMap := v.(map[string]any)
	if !isMap {
		text := strings.TrimSpace(mf2.Text(v))
		if rest, ok := strings.CutPrefix(text, "geo:"); ok {
			return geoCited(rest), true
		}
		if !webAddress(text) {
			return cited{Name: text}, text != ""
		}
		return cited{URL: text}, true
	}
	properties, ok := m["properties"].(map[string]any)
	if !ok {
		properties = m
	}
	t := cited{URL: mf2.Text(properties["url"]), Name: mf2.Text(properties["name"]),
		Author: authorName(properties["author"])}
	if t.URL == "" {
		t.URL = mf2.Text(m["value"])
	}
	if !webAddress(t.URL) {
		t.URL = ""
	}
	var address []string
	for _, key := range []string{"street-address", "locality", "region", "country-name"} {
		if text := mf2.Text(properties[key]); text != "" {
			address = append(address, text)
		}
	}
	t.Address = strings.Join(address, ", ")
	if t.Name == "" && t.URL == "" {
		t.Name, t.Address = t.Address, ""
	}
	if latitude, longitude := mf2.Text(properties["latitude"]), mf2.Text(properties["longitude"]); t.Name == "" &&
		t.URL == "" && latitude != "" {
		t.Name = latitude + ", " + longitude
	}
	return t, t.Name != "" || t.URL != ""
}

// geoCited reads the rest of a geo URI: coordinates, and what apps add as parameters.
func geoCited(rest string) cited {
	parts := strings.Split(rest, ";")
	t := cited{Name: strings.ReplaceAll(parts[0], ",", ", ")}
	for _, part := range parts[1:] {
		key, value, _ := strings.Cut(part, "=")
		if decoded, err := url.PathUnescape(value); err == nil {
			value = decoded
		}
		switch key {
		case "name":
			t.Name = value
		case "url":
			if webAddress(value) {
				t.URL = value
			}
		}
	}
	return t
}

func authorName(v any) string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var names []string
	for _, item := range list {
		name := nestedName(item)
		if name == "" {
			name = mf2.Text(item)
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// webAddress reports whether a text is a link that may stand on a page.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// readableTime is a date as people write it in any language.
func readableTime(s string) string {
	m, ok := parseMoment(s, time.UTC)
	switch {
	case !ok:
		return s
	case !m.precise:
		return m.time.Format("2006-01-02")
	}
	return m.time.Format("2006-01-02 15:04")
}

// markdownLink writes a cited as a link, or as its name when it has no address.
func markdownLink(t cited) string {
	name := t.Name
	if name == "" {
		name = shortAddress(t.URL)
	}
	if t.URL == "" {
		return markdownText(name)
	}
	return "[" + markdownText(name) + "](" + markdownAddress(t.URL) + ")"
}

func shortAddress(s string) string {
	_, rest, _ := strings.Cut(s, "://")
	rest = strings.TrimSuffix(rest, "/")
	if len(rest) > 80 {
		rest = strings.ToValidUTF8(rest[:77], "") + "…"
	}
	return rest
}

// markdownText makes a text safe inside Markdown, for goldmark and for kramdown.
func markdownText(s string) string {
	var b strings.Builder
	s = strings.Join(strings.Fields(s), " ")
	for i, r := range s {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '|':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteByte('&')
			if rest := s[i+1:]; rest != "" && rest[0] != ' ' {
				b.WriteString("amp;") // the older goldmark would show this in a picture's alt
			}
		case '{':
			b.WriteString("&#123;")
		case '}':
			b.WriteString("&#125;")
		case '~':
			b.WriteString("&#126;")
		case '$':
			b.WriteString("&#36;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// markdownAddress makes a URL safe as a link's destination. One that could run a script leads
// nowhere.
func markdownAddress(s string) string {
	s = strings.TrimSpace(s)
	if u, err := url.Parse(s); err != nil || u.Scheme != "" && !webAddress(s) {
		return "#"
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c == 0x7f || strings.IndexByte("()<>\"'`{}\\|^[]*_", c) >= 0 && c != '_' && c != '*' {
			b.WriteString("%" + strings.ToUpper(hexByte(c)))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func hexByte(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}
