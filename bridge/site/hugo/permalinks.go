package hugo

import (
	"fmt"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// permalinkRule is one entry of the permalinks configuration: pages that match are
// published where the pattern says.
type permalinkRule struct {
	kind    *pathGlob // nil: every kind that permalinks can be set for
	paths   pathGlob  // compared with the page's path, or before 0.161 with its section
	exact   string    // before 0.161: the section
	keyed   bool      // an entry of a table, which has no order
	lang    *pathGlob
	env     *pathGlob
	pattern *permalink
}

// permalinkRules of a language, in the order in which they are tried.
type permalinkRules []permalinkRule

// permalinkRulesOf reads all forms: flat, by kind, and since 0.161 the list of rules.
func (h *site) permalinkRulesOf(v any) (permalinkRules, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []any:
		if !h.rules.permalinkGlobs {
			return nil, nil
		}
		return h.permalinkList(tablesOf(v))
	case map[string]any:
		return h.permalinkTable(v)
	}
	return nil, fmt.Errorf("permalinks must be a table or a list of rules")
}

func (h *site) permalinkTable(table settings) (permalinkRules, error) {
	var rules permalinkRules
	add := func(kind, section string, pattern any) error {
		text, ok := pattern.(string)
		if !ok {
			return fmt.Errorf("permalinks: the pattern of %q must be text", section)
		}
		p, err := h.parsePermalink(text)
		if err != nil {
			return err
		}
		section = strings.Trim(section, " /")
		for k := range strings.SplitSeq(kind, ",") {
			rules = append(rules, permalinkRule{kind: &pathGlob{section: k}, exact: section, keyed: true,
				paths: sectionGlob(section), pattern: p})
		}
		return nil
	}
	for key, value := range table {
		if nested, ok := value.(map[string]any); ok {
			switch {
			case !h.rules.kindPermalinks:
				return nil, fmt.Errorf("permalinks.%s: Hugo %s has no permalinks by kind; they need 0.115", key, h.release)
			case key == "home" && h.rules.permalinkGlobs:
			case key != "page" && key != "section" && key != "taxonomy" && key != "term":
				return nil, fmt.Errorf("permalinks.%s: permalinks can be set by kind for page, section, taxonomy and term", key)
			}
			for section, pattern := range nested {
				if err := add(key, section, pattern); err != nil {
					return nil, err
				}
			}
			continue
		}
		if err := add("page,term", key, value); err != nil {
			return nil, err
		}
	}
	// Of overlapping keys Hugo since 0.161 uses a random one. The longest is the one that is meant.
	// A key below a kind wins over a flat one, as before 0.161.
	sort.SliceStable(rules, func(i, j int) bool {
		if a, b := len(rules[i].exact), len(rules[j].exact); a != b {
			return a > b
		}
		return rules[i].exact < rules[j].exact
	})
	return rules, nil
}

func (h *site) permalinkList(list []settings) (permalinkRules, error) {
	var rules permalinkRules
	for _, m := range list {
		p, err := h.parsePermalink(m.text("pattern"))
		if err != nil {
			return nil, err
		}
		t := targetOf(m.table("target"))
		rule := permalinkRule{kind: t.kind, lang: t.lang, env: t.environment, pattern: p, paths: pathGlob{re: anyPath}}
		if t.path != nil {
			rule.paths = *t.path
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

var anyPath = regexp.MustCompile(``)

// find is the rule for a page, nil when there is none.
func (rules permalinkRules) find(h *site, p *sourceFile) *permalink {
	for i := range rules {
		r := &rules[i]
		if r.kind != nil {
			if r.kind.re == nil {
				if r.kind.section != p.kind {
					continue
				}
			} else if !r.kind.match(p.kind) {
				continue
			}
		}
		if !h.rules.permalinkGlobs {
			if r.exact == p.section {
				return r.pattern
			}
			continue
		}
		if r.paths.match(p.path) && (r.lang == nil || r.lang.match(p.lang.name)) &&
			(r.env == nil || r.env.match(h.environment)) {
			return r.pattern
		}
	}
	return nil
}

// permalink is a pattern, split into literals and tokens.
type permalink struct {
	text   string // as written
	parts  []permalinkPart
	titled bool // it has :slug or :title
	dated  bool // it has a part of the date
}

type permalinkPart struct {
	literal string
	token   string             // without the colon and the slice
	slice   func(n int) []bool // of :sections[…] and :sectionslugs[…]: which of n to keep
}

var permalinkToken = regexp.MustCompile(`:\w+(\[.+?\])?`)

// dateReference differs from Go's reference time in every field: what Format changes is a
// date layout.
var dateReference = time.Date(2019, time.November, 9, 23, 1, 42, 1, time.UTC)

func (h *site) parsePermalink(pattern string) (*permalink, error) {
	text, err := h.permalinkText(pattern)
	if err != nil {
		return nil, err
	}
	p := &permalink{text: pattern}
	literal := func(s string) {
		if s != "" {
			p.parts = append(p.parts, permalinkPart{literal: strings.ReplaceAll(s, "\x00", ":")})
		}
	}
	end := 0
	for _, at := range permalinkToken.FindAllStringIndex(text, -1) {
		literal(text[end:at[0]])
		end = at[1]
		token := text[at[0]+1 : at[1]]
		part, known := h.permalinkPart(token)
		if !known {
			return nil, fmt.Errorf("permalinks: %q: unknown token :%s in Hugo %s", pattern, token, h.release)
		}
		p.titled = p.titled || token == "slug" || token == "title"
		p.dated = p.dated || part.isDate()
		p.parts = append(p.parts, part)
	}
	literal(text[end:])
	return p, nil
}

func (h *site) permalinkPart(token string) (permalinkPart, bool) {
	part := permalinkPart{token: token}
	switch token {
	case "year", "month", "monthname", "day", "weekday", "weekdayname", "yearday",
		"section", "sections", "title", "slug":
		return part, true
	case "slugorfilename", "filename":
		return part, !h.rules.noFileName
	case "contentbasename", "slugorcontentbasename":
		return part, h.rules.baseNameTokens
	case "sectionslug", "sectionslugs":
		return part, h.rules.sectionSlugs
	}
	if cut, ok := strings.CutPrefix(token, "sections["); ok {
		return permalinkPart{token: "sections", slice: sliceOf(strings.TrimSuffix(cut, "]"))}, true
	}
	if cut, ok := strings.CutPrefix(token, "sectionslugs["); ok && h.rules.sectionSlugs {
		return permalinkPart{token: "sectionslugs", slice: sliceOf(strings.TrimSuffix(cut, "]"))}, true
	}
	return part, dateReference.Format(token) != token
}

func (part *permalinkPart) isDate() bool {
	switch part.token {
	case "section", "sections", "sectionslug", "sectionslugs", "title", "slug", "slugorfilename", "filename",
		"contentbasename", "slugorcontentbasename":
		return false
	}
	return true
}

// sliceOf reads what is in the brackets of :sections[…]: "0", "last", "1:", ":last". A lower bound
// that does not exist keeps nothing, an upper one everything.
func sliceOf(spec string) func(n int) []bool {
	spec = strings.ToLower(strings.TrimSpace(spec))
	low, high, isRange := strings.Cut(spec, ":")
	bound := func(s string, n int, isLow bool) int {
		switch s {
		case "":
			if isLow {
				return 0
			}
			return n
		case "last":
			return n - 1
		}
		i, _ := strconv.Atoi(s)
		if i = max(i, 0); i < n {
			return i
		}
		if isLow {
			return -1
		}
		return n
	}
	return func(n int) []bool {
		keep := make([]bool, n)
		if n == 0 {
			return keep
		}
		from := bound(low, n, true)
		to := from + 1
		if isRange {
			to = bound(high, n, false)
		}
		for i := from; i >= 0 && i < to; i++ {
			keep[i] = true
		}
		return keep
	}
}

// expand makes the path of a page, still escaped.
func (pl *permalink) expand(h *site, p *sourceFile, f *pageFacts) string {
	var b strings.Builder
	z := &p.lang.names
	for i := range pl.parts {
		part := &pl.parts[i]
		switch part.token {
		case "":
			b.WriteString(part.literal)
		case "year":
			b.WriteString(strconv.Itoa(f.date.Year()))
		case "month":
			writeTwo(&b, int(f.date.Month()))
		case "monthname":
			b.WriteString(f.date.Month().String())
		case "day":
			writeTwo(&b, f.date.Day())
		case "weekday":
			b.WriteString(strconv.Itoa(int(f.date.Weekday())))
		case "weekdayname":
			b.WriteString(f.date.Weekday().String())
		case "yearday":
			b.WriteString(strconv.Itoa(f.date.YearDay()))
		case "title":
			b.WriteString(z.urlize(f.title()))
		case "slug":
			b.WriteString(z.urlize(orElse(f.slug, f.title)))
		case "filename":
			b.WriteString(z.urlize(p.fileNameToken(h)))
		case "slugorfilename":
			b.WriteString(z.urlize(orElse(f.slug, func() string { return p.fileNameToken(h) })))
		case "contentbasename":
			b.WriteString(z.urlize(p.nameAsWritten()))
		case "slugorcontentbasename":
			b.WriteString(z.urlize(orElse(f.slug, p.nameAsWritten)))
		case "section":
			b.WriteString(p.section)
		case "sections":
			b.WriteString(joinKept(h.sectionNames(p, f.around), part.slice))
		case "sectionslug":
			if slugs := h.sectionSlugs(p, f); len(slugs) > 0 {
				b.WriteString(slugs[0])
			}
		case "sectionslugs":
			b.WriteString(joinKept(h.sectionSlugs(p, f), part.slice))
		default:
			b.WriteString(f.date.Format(part.token))
		}
	}
	return b.String()
}

func joinKept(names []string, slice func(n int) []bool) string {
	if slice == nil {
		return path.Join(names...)
	}
	var kept []string
	for i, keep := range slice(len(names)) {
		if keep {
			kept = append(kept, names[i])
		}
	}
	return path.Join(kept...)
}

func writeTwo(b *strings.Builder, n int) {
	if n < 10 {
		b.WriteByte('0')
	}
	b.WriteString(strconv.Itoa(n))
}

func orElse(s string, other func() string) string {
	if s != "" {
		return s
	}
	return other()
}
