package hugo

import (
	"path"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// dateLayout is a way to write dates that Hugo reads; zoned ones carry an offset.
type dateLayout struct {
	layout string
	zoned  bool
}

// dateLayouts in the order in which they are tried. A zone name without an offset is ignored.
var dateLayouts = []dateLayout{
	{"2006-01-02", false},
	{time.RFC3339, true},
	{"2006-01-02T15:04:05", false},
	{"2006-01-02 15:04:05", false},
	{"2006-01-02 15:04:05 -0700", true},
	{"2006-01-02 15:04:05 -07:00", true},
	{"2006-01-02 15:04:05Z07:00", true},
	{"2006-01-02 15:04:05Z0700", true},
	{"2006-01-02T15:04:05-0700", true},
	{"2006-01-02 15:04:05.999999999 -0700 MST", true},
	{time.RFC1123Z, true},
	{time.RFC1123, false},
	{time.RFC822Z, true},
	{time.RFC822, false},
	{time.RFC850, false},
	{time.ANSIC, false},
	{time.UnixDate, false},
	{time.RubyDate, true},
	{"02 Jan 2006", false},
	{time.Kitchen, true},
	{time.Stamp, true},
}

// parseDate reads a date written as text.
func parseDate(s string, zone *time.Location) (t time.Time, precise, ok bool) {
	if len(s) == len("2006-01-02") { // by far the two most common ones first
		if t, err := time.ParseInLocation("2006-01-02", s, zone); err == nil {
			return t, false, true
		}
	} else if len(s) > 10 && s[10] == 'T' {
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			return t, true, true
		}
	}
	for _, l := range dateLayouts {
		t, err := time.Parse(l.layout, s)
		if err != nil {
			continue
		}
		if !l.zoned {
			y, m, d := t.Date()
			hour, min, sec := t.Clock()
			t = time.Date(y, m, d, hour, min, sec, t.Nanosecond(), zone)
		}
		return t, l.layout != "2006-01-02" && l.layout != "02 Jan 2006", true
	}
	return time.Time{}, false, false
}

// readDate reads a front-matter value. set is false for a value that Hugo treats as none.
func readDate(v any, toml bool, zone *time.Location) (t time.Time, precise, set, ok bool) {
	switch v := v.(type) {
	case nil:
		return t, false, false, true
	case string:
		if v == "" {
			return t, false, false, true
		}
		t, precise, ok = parseDate(v, zone)
	case frontmatter.Timestamp:
		if toml {
			t, precise, ok = parseTOMLDate(string(v), zone)
		} else {
			t, precise, ok = parseDate(string(v), zone)
		}
	case int64:
		t, precise, ok = time.Unix(v, 0).UTC(), true, true
	}
	return t, precise, true, ok
}

// parseTOMLDate reads TOML's own dates, with a T or a space; an offset date loses its fraction of
// a second, as Hugo passes it on as text.
func parseTOMLDate(s string, zone *time.Location) (t time.Time, precise, ok bool) {
	s = strings.ToUpper(s)
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.Truncate(time.Second), true, true
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, layout != "2006-01-02", true
		}
	}
	return time.Time{}, false, false
}

// dateKeys are the front-matter keys, and :filename and its like, that decide each date.
type dateKeys struct{ date, lastmod, publish, expiry []string }

// The keys when [frontmatter] says nothing.
var defaultDateKeys = dateKeys{
	date:    []string{"date", "publishdate", "lastmod"},
	lastmod: []string{":git", "lastmod", "date", "publishdate"},
	publish: []string{"publishdate", "date"},
	expiry:  []string{"expirydate"},
}

// dateAliases are other names of a date key, looked up after it.
var dateAliases = map[string][]string{
	"lastmod":     {"modified"},
	"publishdate": {"pubdate", "published"},
	"expirydate":  {"unpublishdate"},
}

func dateKeysOf(s settings) dateKeys {
	list := func(key string, standard []string) []string {
		configured := standard
		if _, ok := s.value("frontmatter", key); ok {
			configured = s.words("frontmatter", key)
		}
		var keys []string
		seen := map[string]bool{}
		add := func(key string) {
			if !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
		for _, key := range configured {
			expanded := []string{strings.ToLower(key)}
			if expanded[0] == ":default" {
				expanded = standard
			}
			for _, k := range expanded {
				add(k)
				for _, alias := range dateAliases[k] {
					add(alias)
				}
			}
		}
		return keys
	}
	return dateKeys{
		date:    list("date", defaultDateKeys.date),
		lastmod: list("lastmod", defaultDateKeys.lastmod),
		publish: list("publishdate", defaultDateKeys.publish),
		expiry:  list("expirydate", defaultDateKeys.expiry),
	}
}

// pageDates are the dates of a page.
type pageDates struct {
	date, lastmod, publish, expiry time.Time

	slug       string // from the file name, with :filename
	unreadable string // the key of a date that Hugo cannot read
}

// none reports whether a page has no date at all.
func (d *pageDates) none() bool {
	return d.date.IsZero() && d.lastmod.IsZero() && d.publish.IsZero() && d.expiry.IsZero()
}

// datesOf evaluates the lists of date keys. Since the tree of 0.123 a date found for one
// purpose can serve the next, so lastmod alone is date and publishDate too.
func (h *site) datesOf(p *sourceFile, m *matter) pageDates {
	var d pageDates
	var found [4]struct {
		key string
		t   time.Time
	}
	n := 0
	keys := &p.lang.dates
	lookup := func(list []string, as string) (time.Time, bool) {
		for _, key := range list {
			var t time.Time
			switch {
			case key == ":filename":
				var slug string
				if t, slug = h.fileNameDate(p); t.IsZero() || m.unread {
					continue
				}
				d.slug = slug
			case key[0] == ':': // :git and :fileModTime are not known from files
				continue
			default:
				f, ok := m.field(key)
				if ok {
					var set bool
					t, _, set, ok = readDate(m.typed(f), m.isTOML(), p.lang.zone)
					if ok && !set {
						continue
					}
					if !ok {
						if h.rules.strictDates && d.unreadable == "" {
							d.unreadable = key
						}
						continue
					}
				} else {
					for i := 0; i < n; i++ {
						if found[i].key == key {
							t, ok = found[i].t, true
						}
					}
					if !ok {
						continue
					}
				}
			}
			if h.rules.sharedDates && n < len(found) {
				found[n].key, found[n].t = as, t
				n++
			}
			return t, true
		}
		return time.Time{}, false
	}
	d.date, _ = lookup(keys.date, "date")
	d.lastmod, _ = lookup(keys.lastmod, "lastmod")
	d.publish, _ = lookup(keys.publish, "publishdate")
	d.expiry, _ = lookup(keys.expiry, "expirydate")
	return d
}

func (m *matter) isTOML() bool { return m.doc != nil && m.doc.Format() == frontmatter.TOML }

// fileNameDate is the date and the slug in a name like 2024-03-09-my-post.
func (h *site) fileNameDate(p *sourceFile) (time.Time, string) {
	name := p.baseName
	if h.rules.writtenNames {
		name = p.nameAsWritten()
	}
	name = strings.TrimSuffix(name, path.Ext(name))
	if len(name) < 10 {
		return time.Time{}, ""
	}
	if h.rules.timedFileNames && len(name) >= 19 {
		stamp := name[:10] + "T" + strings.ReplaceAll(name[11:19], "-", ":")
		if t, _, ok := parseDate(stamp, p.lang.zone); ok {
			return t, strings.Trim(name[19:], " -_")
		}
	}
	t, _, ok := parseDate(name[:10], p.lang.zone)
	if !ok {
		return time.Time{}, ""
	}
	return t, strings.Trim(name[10:], " -_")
}

// datedURL reports whether the page's URL may have its date in it.
func (h *site) datedURL(f *sourceFile, m *matter) bool {
	if rule := f.lang.permalinks.find(h, f); rule != nil && rule.dated {
		return true
	}
	return strings.IndexByte(m.text("url"), ':') >= 0
}

// newestBelow is the date of a section without dates: that of its newest page.
func (h *site) newestBelow(f *sourceFile, around generator.Surroundings) (newest time.Time) {
	lister, ok := around.(generator.Lister)
	if !ok {
		return newest
	}
	for i := range h.mounts {
		root, ok := h.mounts[i].folder(f.dir)
		if !ok {
			continue
		}
		for p := range lister.Below(strings.TrimSuffix(root, "/")) {
			if d := h.dateBelow(f, p, around); d.After(newest) {
				newest = d
			}
		}
	}
	return newest
}

// dateBelow is the date of a file below the section f, zero when it does not count.
func (h *site) dateBelow(f *sourceFile, file string, around generator.Surroundings) (none time.Time) {
	below, ok := h.file(file)
	if !ok || file == f.repoPath || below.class == plainFile || below.ignored || below.lang != f.lang {
		return none
	}
	doc := around.Document(file)
	if doc == nil {
		return none
	}
	h.resolve(&below)
	if below.lang.disabledKinds[below.kind] && below.kind == "page" {
		return none
	}
	m := h.matterOf(&below, doc, around)
	d := h.datesOf(&below, m)
	kept := !h.rules.cleanPermalinks || below.kind != "page" && below.kind != "term" || h.withheld(f.lang, m, d) == ""
	if _, inside := h.insideBundle(&below, around); !kept || inside {
		return none
	}
	return d.date
}
