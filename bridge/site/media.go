package site

import (
	"net/url"
	"path"
	"strings"
	"time"
)

// Media is where an upload goes: the file in the repository and the URL at which the site
// will serve it. Months have folders of their own.
func (s *Site) Media(name string, at time.Time) (file, address string) {
	dir, base := s.rules.Static, s.rules.StaticURL
	folder := path.Join(dir, "media")
	if s.options.MediaDir != "" {
		folder = path.Clean(strings.Trim(s.options.MediaDir, "/"))
	}
	name = path.Base(path.Clean("/" + strings.ReplaceAll(name, `\`, "/")))
	at = at.In(s.rules.Zone)
	file = path.Join(folder, at.Format("2006/01"), name)
	if rest, ok := strings.CutPrefix(file, dir+"/"); ok {
		return file, base + escapedPath(rest)
	}
	return file, strings.TrimSuffix(base, dir+"/") + escapedPath(file)
}

// Beside is where a file goes that lies beside a page, and the URL at which the site will serve it.
// ok is false when the generator does not publish what lies beside that page.
func (s *Site) Beside(page Page, name string) (file, address string, ok bool) {
	dir, index := path.Split(page.Path)
	if !s.generator.Naming(page.Path).Bundle || !strings.HasPrefix(index, "index.") || page.Kind == "section" ||
		page.Kind == "home" || !strings.HasSuffix(page.URL, "/") {
		return "", "", false
	}
	return dir + name, page.URL + escapedPath(name), true
}

// Bundle is the folder that belongs to the page in a file, and goes where the page goes: a
// bundle's. What lies beside any other page, such as about/index.md where the generator has no
// bundles, does not belong to it.
func (s *Site) Bundle(file string) (folder string, ok bool) {
	dir, index := path.Split(file)
	folder = strings.TrimSuffix(dir, "/")
	if !s.Context(file) || !strings.HasPrefix(index, "index.") || folder == "" || folder == s.rules.Content {
		return "", false
	}
	return folder, true
}

func escapedPath(p string) string { return (&url.URL{Path: p}).EscapedPath() }

// Static is the file that is served unchanged at a URL of the site.
func (s *Site) Static(address string) (file string, ok bool) {
	rest, ok := strings.CutPrefix(address, s.rules.StaticURL)
	if !ok || rest == "" {
		return "", false
	}
	rest, err := url.PathUnescape(rest)
	if err != nil || path.Clean("/"+rest) != "/"+rest {
		return "", false
	}
	return path.Join(s.rules.Static, rest), true
}

// Title is what the site calls itself; "" if its configuration does not say.
func (s *Site) Title() string { return s.rules.Title }

// FromHTML turns HTML into Markdown.
func FromHTML(source string) (string, error) { return toMarkdown(source) }
