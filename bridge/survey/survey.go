// Package survey reads a whole tree once: where each file is published, and what was inferred
// about the site.
package survey

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/site"
	"gitpost/bridge/urlmap"
	"gitpost/gitstore"
)

// Survey is the files of a tree and where the site's generator publishes them. It implements
// site.Library. It is not safe for concurrent use.
type Survey struct {
	*files
	Site   *site.Site
	Listed []site.Page // the posts, newest first
	URLs   URLMap

	paths  map[string]string // of content, by URL
	recent []site.Source     // as many of Listed as were asked for

	warnings []string // of what makes some URLs unpredictable
}

var _ site.Library = (*Survey)(nil)

// Read reads the configuration and the content of a site: from a *gitstore.Snapshot, or any other
// file system.
func Read(ctx context.Context, tree fs.FS, c config.Site) (*Survey, error) {
	if snapshot, ok := tree.(*gitstore.Snapshot); ok && snapshot.Commit() == "" {
		return nil, site.EmptyRepository()
	}
	var mapped error
	if c.Options.Description.URLsFrom != "" && c.Options.Published == nil {
		c.Options.Published, mapped = urls(ctx, c)
	}
	s, err := c.OpenSite(tree)
	if err != nil {
		return nil, err
	}
	files, err := readFiles(ctx, tree, s)
	if err != nil {
		return nil, fmt.Errorf("read the site's files: %w", err)
	}
	v := &Survey{files: files, Site: s, URLs: newURLMap(), paths: map[string]string{}}
	for _, name := range files.names {
		page, problem := files.pages[name], files.problems[name]
		v.URLs.add(page, problem)
		if !s.Content(name) {
			continue
		}
		if page.URL != "" {
			v.paths[page.URL] = name
		}
		if entry := (catalog.Entry{Page: page, Problem: problem}); entry.Listed() {
			v.Listed = append(v.Listed, page)
		}
	}
	slices.SortStableFunc(v.Listed, func(a, b site.Page) int { return b.Date.Compare(a.Date) })
	v.warnings = s.Warnings()
	if mapped != nil {
		v.warnings = append(slices.Clone(v.warnings), "the map of URLs is not known: "+mapped.Error())
	}
	if c.Options.Description.URLsFrom != "" {
		v.warnings = append(slices.Clip(v.warnings), v.unmapped()...)
	}
	v.URLs.Warnings = append(slices.Clip(v.warnings), v.URLs.shared()...)
	return v, nil
}

// urls returns the URLs that the site's build publishes: as they are now, else as the server knows them.
func urls(ctx context.Context, c config.Site) (map[string]string, error) {
	from := c.Options.Description.URLsFrom
	m, err := urlmap.Fetch(ctx, from, time.Now())
	if err == nil {
		return m.URLs, nil
	}
	if m = urlmap.Load(c.URLsFile(), from); m != nil {
		return m.URLs, fmt.Errorf("%w; what was read on %s counts", err, m.Fetched.Format(time.DateTime))
	}
	return nil, err
}

// unmapped names a post that neither a pattern nor the map of URLs has.
func (v *Survey) unmapped() []string {
	first, n := "", 0
	for _, name := range v.names {
		if v.pages[name].Unlocated != "" {
			if n++; n == 1 {
				first = name
			}
		}
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the URLs of %d files are not known, such as that of %s: the map at site.urls_from does "+
		"not have them; apps do not see them until it has", n, first)}
}

// Explain describes what was inferred about the site, and what a note posted now would be. With
// an error that concerns the example alone, the findings are there.
func (v *Survey) Explain() (site.Explanation, error) {
	e, err := v.Site.Explain(v)
	for _, warning := range v.warnings {
		if !slices.Contains(e.Warnings, warning) {
			e.Warnings = append(e.Warnings, warning)
		}
	}
	if refuses := refusesOf(v.tree); refuses != nil {
		for _, warning := range v.Site.Obstacles(refuses) {
			if !slices.Contains(e.Warnings, warning) {
				e.Warnings = append(e.Warnings, warning)
			}
		}
		if reason := refuses(e.Example.Path); err == nil && reason != "" {
			err = &fault.Error{Code: fault.InvalidRequest, Op: "read the site",
				Message: e.Example.Path + " cannot be written: " + reason, Hint: "until then no post can be made"}
		}
	}
	e.Warnings = append(e.Warnings, v.URLs.shared()...)
	return e, err
}

// refusesOf returns what says why a file of a repository must not be written; nil for a plain folder.
func refusesOf(tree fs.FS) func(file string) string {
	snapshot, ok := tree.(*gitstore.Snapshot)
	if !ok {
		return nil
	}
	return func(file string) string {
		var wrong *gitstore.PathError
		if err := snapshot.Allows(file); errors.As(err, &wrong) {
			return wrong.Reason + "; " + wrong.Hint
		}
		return ""
	}
}

// URLsOf maps the files of a tree as Read does.
func URLsOf(ctx context.Context, tree fs.FS, c config.Site) (URLMap, error) {
	v, err := Read(ctx, tree, c)
	if err != nil {
		return URLMap{}, err
	}
	return v.URLs, nil
}

// Explain explains the site of a tree (see Survey.Explain).
func Explain(ctx context.Context, tree fs.FS, c config.Site) (site.Explanation, error) {
	v, err := Read(ctx, tree, c)
	if err != nil {
		return site.Explanation{}, err
	}
	return v.Explain()
}

// Names lists the files in path order.
func (v *Survey) Names() []string { return v.names }

// Page is where a file is published.
func (v *Survey) Page(name string) site.Page { return v.pages[name] }

// Problem is why a file's front matter cannot be read; "" when it can.
func (v *Survey) Problem(name string) string { return v.problems[name] }

// ReadFile reads a file of the tree.
func (v *Survey) ReadFile(name string) ([]byte, error) { return fs.ReadFile(v.tree, name) }

// Source reads a post, with its side file.
func (v *Survey) Source(name string) (site.Source, error) {
	data, err := v.ReadFile(name)
	if err != nil {
		return site.Source{}, err
	}
	return v.Site.Source(v.tree, name, data)
}

// Paths are the content files by URL, published or not.
func (v *Survey) Paths() map[string]string { return v.paths }

// PathOf is the file at a URL.
func (v *Survey) PathOf(url string) (string, bool) {
	name, ok := v.paths[url]
	return name, ok
}

// Recent returns the newest n posts with their text.
func (v *Survey) Recent(n int) []site.Source {
	n = min(n, len(v.Listed))
	if len(v.recent) < n {
		v.recent = nil
		for _, page := range v.Listed[:n] {
			if src, err := v.Source(page.Path); err == nil {
				v.recent = append(v.recent, src)
			}
		}
	}
	return v.recent[:min(n, len(v.recent))]
}
