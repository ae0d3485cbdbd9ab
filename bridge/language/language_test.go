package language

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// sentences are all sentences of the pages: what the templates and the scripts call t with, and the
// conversions to Text and the calls of Say in Go.
func sentences(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	call := regexp.MustCompile(`\bt(?: |\()("(?:[^"\\]|\\.)*")`)
	for _, pattern := range []string{"../../templates/pages/*.html", "../../templates/assets/*.js"} {
		for _, file := range glob(t, pattern) {
			for _, m := range call.FindAllStringSubmatch(readFile(t, file), -1) {
				var s string
				if err := json.Unmarshal([]byte(m[1]), &s); err != nil {
					t.Fatalf("%s: %s: %v", file, m[1], err)
				}
				found[s] = true
			}
		}
	}
	for _, pattern := range []string{"../pages/*.go", "../editor/*.go"} {
		for _, file := range glob(t, pattern) {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 {
					return true
				}
				f, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || f.Sel.Name != "Text" && f.Sel.Name != "Say" {
					return true
				}
				if x, ok := f.X.(*ast.Ident); !ok || x.Name != "language" {
					return true
				}
				if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING && lit.Value != `""` {
					s, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					found[s] = true
				}
				return true
			})
		}
	}
	if len(found) < 300 {
		t.Fatalf("only %d sentences were found", len(found))
	}
	for _, name := range regexp.MustCompile(`Name: "([^"]+)"`).FindAllStringSubmatch(readFile(t, "../config/offers.go"), -1) {
		found[name[1]] = true // the names of the types of posts
	}
	return found
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	return files
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// translated are the sentences of a language, each with its forms; one that is no plural has the form "".
func translated(t *testing.T, tag string) map[string]map[string]string {
	t.Helper()
	var raw map[string]any
	if err := json.Unmarshal([]byte(readFile(t, "../../templates/languages/"+tag+".json")), &raw); err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	all := map[string]map[string]string{}
	for key, v := range raw {
		all[key] = map[string]string{}
		switch v := v.(type) {
		case string:
			all[key][""] = v
		case map[string]any:
			for form, s := range v {
				all[key][form], _ = s.(string)
			}
		}
	}
	return all
}

func TestNoSentenceLacksATranslation(t *testing.T) {
	all := sentences(t)
	for _, n := range names {
		if n.tag == "en" {
			continue
		}
		own := translated(t, n.tag)
		if parent := map[string]string{"es-419": "es", "pt-BR": "pt"}[n.tag]; parent != "" { // which says the rest
			for key, forms := range translated(t, parent) {
				if own[key] == nil {
					own[key] = forms
				}
			}
		}
		for s := range all {
			if own[s] == nil {
				t.Errorf("%s has no translation of %q", n.tag, s)
			}
		}
		for s := range own {
			if !all[s] {
				t.Errorf("%s translates %q, which no page says", n.tag, s)
			}
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[\d\])?([sd])`)

// verbs are the kinds of what is put into a sentence, in any order.
func verbs(s string) []string {
	var list []string
	for _, m := range verb.FindAllStringSubmatch(s, -1) {
		list = append(list, m[1])
	}
	slices.Sort(list)
	return list
}

func TestTranslationsTakeWhatTheEnglishTakes(t *testing.T) {
	for _, n := range names {
		tag := language.MustParse(n.tag)
		for key, forms := range translated(t, n.tag) {
			for form, s := range forms {
				if s == "" || !slices.Equal(verbs(s), verbs(key)) {
					t.Errorf("%s: the form %q of %q is %q", n.tag, form, key, s)
				}
			}
			if forms[""] != "" {
				if strings.Contains(key, "%d ") && n.tag != "en" {
					t.Errorf("%s: %q has no plural forms", n.tag, key)
				}
				continue
			}
			for i := range 200 {
				form := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few",
					plural.Many: "many", plural.Other: "other"}[plural.Cardinal.MatchPlural(tag, i, 0, 0, 0, 0)]
				if forms[form] == "" {
					t.Errorf("%s: %q has no form %q, which %d needs", n.tag, key, form, i)
					break
				}
			}
		}
	}
}

// TestPagesSayNothingOfTheirOwn: a text in a template that is not said by t would stay English.
func TestPagesSayNothingOfTheirOwn(t *testing.T) {
	action := regexp.MustCompile(`\{\{.*?\}\}`)
	tag := regexp.MustCompile(`(?s)<[^>]*>`)
	attribute := regexp.MustCompile(`\b(?:aria-label|placeholder|title|alt)="([^"]*)"`)
	word := regexp.MustCompile(`\pL{2,}`)
	for _, file := range glob(t, "../../templates/pages/*.html") {
		text := action.ReplaceAllString(readFile(t, file), "")
		said := tag.ReplaceAllString(text, " ")
		for _, m := range attribute.FindAllStringSubmatch(text, -1) {
			said += " " + m[1]
		}
		for _, w := range word.FindAllString(said, -1) {
			if w != "gitpost" {
				t.Errorf("%s says %q by itself", filepath.Base(file), w)
			}
		}
	}
}

func TestLanguageIsTheOwnersElseTheBrowsers(t *testing.T) {
	for _, c := range []struct{ chosen, accept, want string }{
		{"", "", "en"}, {"", "de-AT,de;q=0.9,en;q=0.8", "de"}, {"fr", "de", "fr"}, {"nonsense", "sv", "sv"},
		{"", "pt-BR,pt;q=0.9", "pt-BR"}, {"", "pt-PT", "pt"}, {"", "es-MX", "es-419"}, {"", "es-ES", "es"}, {"", "zh-CN", "zh-Hans"},
		{"", "tlh", "en"}, {"", "\x00;;;q=", "en"},
	} {
		if got := Choose(c.chosen, c.accept).Tag; got != c.want {
			t.Errorf("chosen %q, asked for %q: got %s, want %s", c.chosen, c.accept, got, c.want)
		}
	}
}

func TestSentencesAreSaid(t *testing.T) {
	for _, c := range []struct {
		tag, want string
		say       Sentence
	}{
		{"en", "1 minute ago", Say("%d minutes ago", 1)}, {"en", "2 minutes ago", Say("%d minutes ago", 2)},
		{"en", "100% sure", Say("100% sure")}, {"en", "Open 100%", Say("Open %s", "100%")},
		{"de", "vor 1 Tag", Say("%d days ago", 1)}, {"de", "Zuletzt benutzt vor 3 Tagen", Say("Last used %s", Say("%d days ago", 3))},
		{"pl", "2 minuty temu", Say("%d minutes ago", 2)}, {"pl", "5 minut temu", Say("%d minutes ago", 5)}, {"pl", "22 minuty temu", Say("%d minutes ago", 22)},
		{"sr", "пре 21 дан", Say("%d days ago", 21)}, {"zh-Hans", "5 分钟前", Say("%d minutes ago", 5)},
		{"pt-BR", "Salvar", Say("Save")}, {"pt-BR", "há 2 dias", Say("%d days ago", 2)}, {"es-419", "Copiado", Say("Copied")},
		{"fr", "Not translated %s", Say("Not translated %s", "%s")},
	} {
		if got := Choose(c.tag, "").Of(string(c.say.Text), c.say.Args...); got != c.want {
			t.Errorf("%s: got %q, want %q", c.tag, got, c.want)
		}
	}
}
