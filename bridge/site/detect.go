package site

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"gitpost/bridge/fault"
)

// Open detects the generator and reads its configuration. The error is a *fault.Error that
// names the file and what to do.
func Open(tree fs.FS, o Options) (*Site, error) {
	name, wanted, _ := strings.Cut(strings.ToLower(o.Generator), "@") // "hugo@0.147.9", as `gitpost urls` takes it
	if name == "" {
		var err error
		if name, err = detect(tree); err != nil {
			return nil, err
		}
	}
	if o.Version != "" {
		wanted = o.Version
	}
	wanted = strings.TrimPrefix(wanted, "v")
	asked := wanted
	var p profile
	var err error
	read := origin{generator: configurationOf(tree, name)}
	switch name {
	case "hugo":
		wanted, read.version = hugoVersion(tree, wanted)
		p, err = newHugo(tree, o, wanted)
	case "jekyll":
		wanted, read.version = jekyllVersion(tree, wanted)
		p, err = newJekyll(tree, o, wanted)
	default:
		return nil, &fault.Error{
			Code: fault.InvalidRequest, Op: "read the site",
			Message: "generator " + name + " is not known", Hint: `set site.generator to "hugo" or "jekyll"`,
		}
	}
	if err != nil {
		var known *fault.Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, &fault.Error{
			Code: fault.InvalidRequest, Op: "read the site", Message: err.Error(),
			Hint: "correct it as " + name + " itself would ask for, and push", Err: err,
		}
	}
	s := &Site{profile: p, options: o, theme: readTheme(tree, p), origin: read}
	s.theme.dropsHTML = !s.rawHTML()
	s.versionSaid = asked != "" || read.version != ""
	return s, nil
}

// configExtensions in the order in which Hugo looks for them.
var configExtensions = []string{".toml", ".yaml", ".yml", ".json"}

// detect tells the generator by its configuration files. Names that only one generator
// uses come first: config.toml is also Zola's, and old Hugo sites have it.
func detect(tree fs.FS) (string, error) {
	for _, ext := range configExtensions {
		if isFile(tree, "hugo"+ext) || isFile(tree, "config/_default/hugo"+ext) {
			return "hugo", nil
		}
	}
	for _, ext := range configExtensions {
		if isFile(tree, "_config"+ext) {
			return "jekyll", nil
		}
	}
	for _, ext := range configExtensions {
		if isFile(tree, "config"+ext) || isFile(tree, "config/_default/config"+ext) {
			if other := otherGenerator(tree, "config"+ext); other != "" {
				return "", unknownSite("this is a site made with " + other + ", which gitpost does not know yet")
			}
			return "hugo", nil
		}
	}
	if isDir(tree, "config/_default") || isDir(tree, "config/production") {
		return "hugo", nil
	}
	if isDir(tree, "_posts") || isDir(tree, "_layouts") {
		return "jekyll", nil
	}
	if isDir(tree, "content") && (isDir(tree, "layouts") || isDir(tree, "archetypes") || isDir(tree, "themes")) {
		return "hugo", nil
	}
	return "", unknownSite("no Hugo or Jekyll configuration found" + nestedSite(tree))
}

func unknownSite(message string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "read the site", Message: message,
		Hint: `the top folder of the repository must have hugo.toml or _config.yml; set site.generator to "hugo" or "jekyll" if it is one without`,
	}
}

// nestedSite names a configuration one folder down: the commonest reason for finding none.
func nestedSite(tree fs.FS) string {
	dirs, err := fs.ReadDir(tree, ".")
	if err != nil {
		return ""
	}
	for _, d := range dirs {
		if !d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			continue
		}
		for _, name := range []string{"hugo", "_config", "config"} {
			for _, ext := range configExtensions {
				if file := path.Join(d.Name(), name+ext); isFile(tree, file) {
					return " in the top folder (there is " + file + ")"
				}
			}
		}
	}
	return ""
}

// otherGenerator names a third generator that uses Hugo's old file name.
func otherGenerator(tree fs.FS, file string) string {
	text, err := fs.ReadFile(tree, file)
	if err != nil || !strings.HasSuffix(file, ".toml") {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		key, _, found := strings.Cut(line, "=")
		if found && strings.TrimSpace(key) == "base_url" {
			return "Zola"
		}
	}
	return ""
}

func isFile(tree fs.FS, name string) bool {
	info, err := fs.Stat(tree, name)
	return err == nil && !info.IsDir()
}

func isDir(tree fs.FS, name string) bool {
	info, err := fs.Stat(tree, name)
	return err == nil && info.IsDir()
}
