package site

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
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
		Me: o.Me, URL: o.URL, Version: strings.TrimPrefix(cmp.Or(o.Version, version), "v"), TimeZone: o.TimeZone,
		Now: o.Now, Env: o.Env, Description: o.Description,
	}
	if o.Path != "" {
		asked.Description.Path = whole(o.Path)
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
	g = withMap(g, definition, tree, asked, o.Published)
	s := &Site{generator: g, rules: g.Convention(), options: o, from: found.From}
	s.templates = s.readTemplates(tree)
	s.findLinks(tree)
	s.findSection(tree)
	return s, nil
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
			Message: fmt.Sprintf("generator %s is not known", name), Hint: "set site.generator to " + quoted(Generators()),
		}
	case best.Other != "":
		return chosen, best, undescribed(best)
	case best.Confidence == generator.None:
		var titles []string
		for _, g := range generators {
			if g.ConfigFile != "" {
				titles = append(titles, g.Title)
			}
		}
		nested, hint := nestedSite(tree)
		err := unknownSite("no " + strings.Join(titles, " or ") + " configuration found" + nested)
		err.Hint = cmp.Or(hint, err.Hint)
		return chosen, best, err
	}
	return chosen, best, nil
}

// undescribed is the error for the site of a generator that gitpost reads no configuration of.
func undescribed(found generator.Detection) *fault.Error {
	err := unknownSite("this is a site of " + found.Other + " (" + found.From +
		"), whose configuration gitpost cannot read")
	for _, g := range generators {
		if g.Describes {
			err.Hint = `set site.generator to "` + g.Name + `" and describe the site; gitpost help generators has an example`
		}
	}
	return err
}

func quoted(names []string) string { return `"` + strings.Join(names, `" or "`) + `"` }

func unknownSite(message string) *fault.Error {
	var files, names []string
	for _, g := range generators {
		if g.ConfigFile != "" {
			files, names = append(files, g.ConfigFile), append(names, g.Name)
		}
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "read the site", Message: message,
		Hint: "the top folder of the repository, or the one that site.dir names, must have " +
			strings.Join(files, " or ") + "; set site.generator to " + quoted(names) +
			" if it is one without, or describe the site (gitpost help generators)",
	}
}
