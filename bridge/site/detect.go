package site

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
)

// Open detects the generator and reads its configuration. The error is a *fault.Error that
// names the file and what to do.
func Open(tree fs.FS, o Options) (*Site, error) {
	name, version, _ := strings.Cut(strings.ToLower(o.Generator), "@") // "hugo@0.147.9", as `gitpost urls` takes it
	definition, found, err := choose(tree, name)
	if err != nil {
		return nil, err
	}
	asked := generator.Options{
		Me: o.Me, URL: o.URL, Version: strings.TrimPrefix(cmp.Or(o.Version, version), "v"), TimeZone: o.TimeZone, Now: o.Now, Env: o.Env,
	}
	if asked.Now == nil {
		asked.Now = time.Now
	}
	g, err := definition.Open(tree, asked)
	if known := (*fault.Error)(nil); errors.As(err, &known) {
		return nil, err
	}
	if err != nil {
		return nil, &fault.Error{
			Code: fault.InvalidRequest, Op: "read the site", Message: err.Error(),
			Hint: "fix what " + definition.Title + " itself would reject, and push", Err: err,
		}
	}
	return &Site{generator: g, rules: g.Convention(), options: o, from: found.From, templates: readTemplates(tree)}, nil
}

// Generators are the names of the generators that gitpost knows.
func Generators() []string {
	names := make([]string, len(generators))
	for i, g := range generators {
		names[i] = g.Name
	}
	return names
}

// choose returns the generator of that name, or with "" the one that the site's files point to.
func choose(tree fs.FS, name string) (generator.Definition, generator.Detection, error) {
	var chosen generator.Definition
	var best generator.Detection
	for _, g := range generators {
		found := g.Detect(tree)
		if name == g.Name {
			return g, found, nil
		}
		if found.Confidence > best.Confidence {
			chosen, best = g, found
		}
	}
	switch {
	case name != "":
		return chosen, best, &fault.Error{
			Code: fault.InvalidRequest, Op: "read the site",
			Message: fmt.Sprintf("generator %s is not known", name), Hint: "set site.generator to " + quotedNames(),
		}
	case best.Other != "":
		return chosen, best, unknownSite("this is a " + best.Other + " site, which gitpost does not support yet")
	case best.Confidence == generator.None:
		titles := make([]string, len(generators))
		for i, g := range generators {
			titles[i] = g.Title
		}
		return chosen, best, unknownSite("no " + strings.Join(titles, " or ") + " configuration found" + nestedSite(tree))
	}
	return chosen, best, nil
}

func quotedNames() string { return `"` + strings.Join(Generators(), `" or "`) + `"` }

func unknownSite(message string) error {
	files := make([]string, len(generators))
	for i, g := range generators {
		files[i] = g.ConfigFile
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "read the site", Message: message,
		Hint: "the top folder of the repository must have " + strings.Join(files, " or ") + "; set site.generator to " +
			quotedNames() + " if it is one without",
	}
}

// nestedSite names a configuration one folder down: the most common reason for finding none.
func nestedSite(tree fs.FS) string {
	dirs, err := fs.ReadDir(tree, ".")
	if err != nil {
		return ""
	}
	for _, d := range dirs {
		if !d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			continue
		}
		for _, g := range generators {
			for _, name := range g.ConfigNames {
				if file := generator.FindConfig(tree, path.Join(d.Name(), name)); file != "" {
					return " in the top folder (there is " + file + ")"
				}
			}
		}
	}
	return ""
}
