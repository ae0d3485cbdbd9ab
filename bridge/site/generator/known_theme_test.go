package generator

import (
	"strings"
	"testing"

	"gitpost/templates"
)

func TestThemesFileIsRead(t *testing.T) {
	all, err := readThemes(templates.Themes())
	if err != nil {
		t.Fatal(err)
	}
	for generatorName, themes := range all {
		seen := map[string]string{}
		for _, k := range themes {
			for _, name := range k.names {
				if other := seen[name]; other != "" && other != k.theme.Name {
					t.Errorf("%s: %s and %s are both called %s", generatorName, other, k.theme.Name, name)
				}
				seen[name] = k.theme.Name
			}
			if k.theme.Cover.Key == "" && (k.theme.Cover.Alt != "" || k.theme.Cover.List || k.theme.Cover.Shown) {
				t.Errorf("%s: the cover of %s has no key", generatorName, k.theme.Name)
			}
			if strings.ContainsAny(k.theme.Cover.Key+k.theme.Section, " /") {
				t.Errorf("%s: a key of %s has a space or a slash", generatorName, k.theme.Name)
			}
		}
	}
}

func TestThemesFileNamesItsFlaws(t *testing.T) {
	for text, want := range map[string]string{
		"hugo:\n  A: {titles: true}\n":                                "version is missing",
		"hugo:\n  A: {version: '1', tittles: true}\n":                 "the key tittles is not known",
		"hugo:\n  A: {version: '1', cover: {key: image, shape: x}}\n": "the key cover.shape is not known",
		"hugo:\n  A: {version: '1', cover: image}\n":                  "cover must be a map",
		"hugo: A\n": "must be a map of themes",
	} {
		if _, err := readThemes([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestThemeNameIsTheLastElementWithoutAVersion(t *testing.T) {
	for name, want := range map[string]string{
		"PaperMod": "papermod", "github.com/nunocoracao/blowfish/v2": "blowfish", "jekyll/minima@v2.5.1": "minima",
		"https://git.example/me/Theme.git": "theme", "v2": "v2", "": ".",
	} {
		if got := ThemeName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestKnownThemeIsFoundByTheNameThatConfigurationsUse(t *testing.T) {
	for _, c := range []struct{ generator, name, want string }{
		{"hugo", "PaperMod", "PaperMod"}, {"hugo", "github.com/adityatelange/hugo-PaperMod/v8", "PaperMod"},
		{"hugo", "github.com/CaiJimmy/hugo-theme-stack/v3", "Stack"}, {"hugo", "minima", ""},
		{"jekyll", "minima", "minima"}, {"jekyll", "minima@2", "minima"}, {"jekyll", "jekyll/minima@3", "minima 3"},
		{"jekyll", "jekyll/minima@HEAD", "minima 3"}, {"jekyll", "mmistakes/minimal-mistakes@4.26.2", "Minimal Mistakes"},
		{"jekyll", "nobody-knows", ""},
	} {
		if got := KnownTheme(c.generator, c.name).Name; got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.name, c.generator, got, c.want)
		}
	}
}
