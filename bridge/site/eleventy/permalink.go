package eleventy

import (
	"path"
	"regexp"
	"strings"
	"time"

	"gitpost/frontmatter"
)

var (
	output     = regexp.MustCompile(`\{\{-?(.*?)-?\}\}`)
	plainName  = regexp.MustCompile(`^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$`)
	dateFilter = regexp.MustCompile(`^date:?\s*\(?\s*["']([^"']*)["']\s*\)?$`)
	plainSlug  = regexp.MustCompile(`^[A-Za-z0-9 _.,:;!?()/-]*$`)
)

// render fills a permalink's template. known is false for code that only Eleventy can run.
func (s *site) render(text, file string, doc *frontmatter.Document, at time.Time) (filled string, known bool) {
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") && !strings.Contains(text, "{#") {
		return text, true
	}
	if strings.Contains(text, "{%") || strings.Contains(text, "{#") || s.engine(file) == "" {
		return "", false
	}
	known = true
	filled = output.ReplaceAllStringFunc(text, func(code string) string {
		value, ok := s.evaluate(output.FindStringSubmatch(code)[1], file, doc, at)
		known = known && ok
		return value
	})
	return filled, known && !strings.Contains(filled, "{{")
}

// engine is the template language of a file's permalink.
func (s *site) engine(file string) string {
	switch path.Ext(file) {
	case ".md":
		return s.config.markdown
	case ".njk":
		return "njk"
	}
	return "liquid"
}

// evaluate is one output: a name with filters.
func (s *site) evaluate(code, file string, doc *frontmatter.Document, at time.Time) (value string, known bool) {
	parts := strings.Split(code, "|")
	name := strings.TrimSpace(parts[0])
	if !plainName.MatchString(name) {
		return "", false
	}
	slug, stem := s.fileSlug(file)
	switch name {
	case "page.fileSlug":
		value = slug
	case "page.filePathStem":
		value = stem
	case "page.date", "date":
		if len(parts) != 2 || at.IsZero() {
			return "", false
		}
		m := dateFilter.FindStringSubmatch(strings.TrimSpace(parts[1]))
		if m == nil || s.engine(file) != "liquid" {
			return "", false
		}
		return strftime(m[1], at.UTC())
	default:
		v := s.value(file, doc, strings.SplitN(name, ".", 2)[0])
		text, isText := v.is.(string)
		if strings.Contains(name, ".") || !isText || v.computed {
			return "", false
		}
		value = text
	}
	for _, filter := range parts[1:] {
		switch strings.TrimSpace(filter) {
		case "slugify", "slug":
			if !plainSlug.MatchString(value) {
				return "", false
			}
			value = slugify(value)
		case "downcase", "lower":
			value = strings.ToLower(value)
		default:
			return "", false
		}
	}
	return value, true
}

var noLetters = regexp.MustCompile(`[^a-z0-9]+`)

// slugify is Eleventy's filter for the letters of ASCII.
func slugify(text string) string {
	return strings.Trim(noLetters.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

// strftime knows the directives that permalinks have.
func strftime(format string, at time.Time) (text string, known bool) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		layout := map[byte]string{'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06"}[format[i]]
		if layout == "" {
			return "", false
		}
		b.WriteString(at.Format(layout))
	}
	return b.String(), true
}
