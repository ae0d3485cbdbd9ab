package pages

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/language"
	"gitpost/templates"
)

// views are the pages as templates, in each language that somebody asked for. It is safe for
// concurrent use.
type views struct {
	funcs template.FuncMap // those that do not depend on the language

	mu    sync.Mutex // guards byTag
	byTag map[string]map[string]*template.Template
}

func newViews(funcs template.FuncMap) *views {
	return &views{funcs: funcs, byTag: map[string]map[string]*template.Template{}}
}

// funcs are the functions of the pages that do not depend on the language.
func (p *Pages) funcs() template.FuncMap {
	return template.FuncMap{
		"path":    p.path,
		"asset":   p.assetAt,
		"address": shortAddress,
		"stamp":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"link":    link, "host": host, "strong": strong, "code": code,
		"addresses": func(list []string) string {
			short := make([]string, len(list))
			for i, address := range list {
				short[i] = shortAddress(address)
			}
			return strings.Join(short, ", ")
		},
		"next":   func(i int) int { return i + 1 },
		"script": func(s string) template.URL { return template.URL(s) }, // our own bookmarklets
	}
}

// parsedPages are the pages by name, each with the layout around it, and with functions that in replaces. They are
// cloned and never executed.
var parsedPages = sync.OnceValues(func() (map[string]*template.Template, error) {
	funcs := (&Pages{}).funcs()
	maps.Copy(funcs, languageFuncs(language.All()[0]))
	files := templates.Pages()
	layout, err := template.New("").Funcs(funcs).ParseFS(files, "layout.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	parsed := map[string]*template.Template{}
	for _, name := range names {
		if name == "layout.html" {
			continue
		}
		own, err := layout.Clone()
		if err == nil {
			own, err = own.ParseFS(files, name)
		}
		if err != nil {
			return nil, fmt.Errorf("read page %s: %w", name, err)
		}
		parsed[strings.TrimSuffix(name, ".html")] = own
	}
	return parsed, nil
})

// in returns the pages in a language.
func (v *views) in(l *language.Language) (map[string]*template.Template, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.byTag[l.Tag]; known != nil {
		return known, nil
	}
	pages, err := parsedPages()
	if err != nil {
		return nil, err
	}
	made := map[string]*template.Template{}
	for name, parsed := range pages {
		own, err := parsed.Clone()
		if err != nil {
			return nil, fmt.Errorf("copy page %s: %w", name, err)
		}
		made[name] = own.Funcs(v.funcs).Funcs(languageFuncs(l))
	}
	v.byTag[l.Tag] = made
	return made, nil
}

// languageFuncs are the functions of the pages that say something.
func languageFuncs(l *language.Language) template.FuncMap {
	return template.FuncMap{
		"t":     func(text any, args ...any) any { return say(l, text, args...) },
		"ago":   func(at time.Time) string { return sayAgo(l, at) },
		"words": func() (string, error) { return scriptWords(l) },
	}
}

// sayAgo says how long ago something was.
func sayAgo(l *language.Language, at time.Time) string {
	if at.IsZero() {
		return l.Of(string(language.Text("never")))
	}
	s := ago(time.Since(at))
	return l.Of(string(s.Text), s.Args...)
}

// say says a sentence. Where HTML is put into it, it is HTML, and everything else in it is escaped.
func say(l *language.Language, text any, args ...any) any {
	switch s := text.(type) {
	case language.Sentence:
		return say(l, string(s.Text), s.Args...)
	case language.Text:
		text = string(s)
	}
	args = slices.Clone(args)
	var marks []string // each with the HTML that stands in its place at the end
	for i, arg := range args {
		if html, ok := arg.(template.HTML); ok {
			mark := fmt.Sprintf("\x01%d\x01", i)
			marks = append(marks, mark, string(html))
			args[i] = mark
		}
	}
	said := l.Of(fmt.Sprint(text), args...)
	if len(marks) == 0 {
		return said
	}
	return template.HTML(strings.NewReplacer(marks...).Replace(template.HTMLEscapeString(said)))
}

// language is the language of a page: the owner's choice, else what the browser asks for.
func (p *Pages) language(c echo.Context) *language.Language {
	ctx, chosen := c.Request().Context(), ""
	if _, owner, err := p.visitor(c); err == nil && owner {
		chosen, _ = p.State.OwnerLanguage(ctx) // without it the browser's setting decides
	}
	return language.Choose(chosen, c.Request().Header.Get("Accept-Language"))
}

// link, strong and code are what sentences have in them.

func link(address string, words any) template.HTML {
	return template.HTML(`<a href="` + template.HTMLEscapeString(address) + `">` +
		template.HTMLEscapeString(fmt.Sprint(words)) + `</a>`)
}

func host(address string) template.HTML {
	return template.HTML(`<a href="` + template.HTMLEscapeString(address) + `" rel="noopener noreferrer">` +
		template.HTMLEscapeString(shortAddress(address)) + `</a>`)
}

func strong(words string) template.HTML {
	return template.HTML(`<strong class="long">` + template.HTMLEscapeString(words) + `</strong>`)
}

func code(words string) template.HTML {
	return template.HTML(`<code>` + template.HTMLEscapeString(words) + `</code>`)
}

// ago is how long ago something was.
func ago(d time.Duration) language.Sentence {
	const day = 24 * time.Hour
	switch {
	case d < -time.Minute:
		return language.Say("in the future")
	case d < time.Minute:
		return language.Say("just now")
	case d < time.Hour:
		return language.Say("%d minutes ago", int(d/time.Minute))
	case d < day:
		return language.Say("%d hours ago", int(d/time.Hour))
	case d < 60*day:
		return language.Say("%d days ago", int(d/day))
	case d < 730*day:
		return language.Say("%d months ago", int(d/(30*day)))
	}
	return language.Say("%d years ago", int(d/(365*day)))
}
