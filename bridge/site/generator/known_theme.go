package generator

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"gitpost/frontmatter"
	"gitpost/templates"
)

// A Theme is what is known of a theme by its name. It stands in for reading the theme's layouts
// where they are not in the repository. The zero value is a theme that is not known.
type Theme struct {
	Name    string // as its authors write it: "PaperMod"; "" when it is not known
	Version string // with which it was seen in a real build, and what built it
	Titles  bool   // its lists link a post by its title alone: one without a title has no visible link
	Cover   Cover
	Head    string // the hook that it includes into the <head>; "" for none

	Section    string // the folder of posts, below the content, that it lists where no setting names one
	SectionKey string // the setting below params that names that folder; "" for the generator's own
}

// A Cover is the key of a post's front matter that themes read a picture from.
type Cover struct {
	Key   string // of the address, with dots between the keys of maps: "cover.image"; "" for none
	Alt   string // of the alternative text: "cover.alt"; "" for none
	List  bool   // the value is a list of addresses
	Shown bool   // the post's own page shows it too
}

// KnownTheme returns what themes.yaml says about the first of some themes of a generator that it
// has. Names are compared by their last element, in any case: "github.com/adityatelange/hugo-PaperMod/v8"
// is PaperMod. Behind an @ they may have a major version, for which the file may have a line of its own.
func KnownTheme(generatorName string, names ...string) Theme {
	for _, name := range names {
		_, version, _ := strings.Cut(name, "@")
		bare := ThemeName(name)
		for _, wanted := range []string{bare + "@" + strings.ToLower(version), bare} {
			for _, k := range knownThemes()[generatorName] {
				if slices.Contains(k.names, wanted) {
					return k.theme
				}
			}
		}
	}
	return Theme{}
}

// ThemeName is the last element of a theme's path or module, in lower case and without a version.
func ThemeName(name string) string {
	name, _, _ = strings.Cut(strings.TrimSuffix(strings.ToLower(name), ".git"), "@")
	base := path.Base(name)
	if strings.Contains(name, "/") && len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(name))
	}
	return base
}

type knownTheme struct {
	names []string
	theme Theme
}

// knownThemes is themes.yaml, read once.
var knownThemes = sync.OnceValue(func() map[string][]knownTheme {
	all, err := readThemes(templates.Themes())
	if err != nil {
		panic(err) // embedded, and a test reads it
	}
	return all
})

func readThemes(data []byte) (map[string][]knownTheme, error) {
	generators, err := frontmatter.DecodeYAML(data)
	if err != nil {
		return nil, fmt.Errorf("read themes.yaml: %w", err)
	}
	all := map[string][]knownTheme{}
	for generatorName, themes := range generators {
		byName, ok := themes.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("themes.yaml: %s must be a map of themes", generatorName)
		}
		for name, facts := range byName {
			k, err := readTheme(name, facts)
			if err != nil {
				return nil, fmt.Errorf("themes.yaml: %s: %w", name, err)
			}
			all[generatorName] = append(all[generatorName], k)
		}
	}
	return all, nil
}

func readTheme(name string, facts any) (knownTheme, error) {
	k := knownTheme{names: []string{strings.ToLower(name)}, theme: Theme{Name: name}}
	m, ok := facts.(map[string]any)
	if !ok {
		return k, fmt.Errorf("its facts must be a map")
	}
	for key, value := range m {
		text, _ := value.(string)
		switch key {
		case "names":
			for _, n := range list(value) {
				other, _ := n.(string)
				k.names = append(k.names, strings.ToLower(other))
			}
		case "version":
			k.theme.Version = text
		case "titles":
			k.theme.Titles, _ = value.(bool)
		case "cover":
			cover, err := readCover(value)
			if err != nil {
				return k, err
			}
			k.theme.Cover = cover
		case "head":
			k.theme.Head = text
		case "section":
			k.theme.Section = text
		case "section_key":
			k.theme.SectionKey = text
		default:
			return k, fmt.Errorf("the key %s is not known", key)
		}
	}
	if k.theme.Version == "" {
		return k, fmt.Errorf("version is missing: with which it was seen in a real build")
	}
	return k, nil
}

func readCover(value any) (c Cover, err error) {
	m, ok := value.(map[string]any)
	if !ok {
		return c, fmt.Errorf("cover must be a map")
	}
	for key, v := range m {
		switch key {
		case "key":
			c.Key, _ = v.(string)
		case "alt":
			c.Alt, _ = v.(string)
		case "list":
			c.List, _ = v.(bool)
		case "shown":
			c.Shown, _ = v.(bool)
		default:
			return c, fmt.Errorf("the key cover.%s is not known", key)
		}
	}
	return c, nil
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}
