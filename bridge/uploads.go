package bridge

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
	"gitpost/frontmatter"
	"gitpost/gitstore"
)

// stagedFiles are the uploads that a post refers to.
type stagedFiles struct {
	all  []state.Upload
	open func(file string) (io.ReadCloser, error)
}

// referredUploads finds the staged uploads that the items name, in a property or anywhere in a text.
func (p *posts) referredUploads(ctx context.Context, items ...mf2.Item) (stagedFiles, error) {
	found := stagedFiles{open: p.staged}
	seen := map[string]bool{}
	for _, item := range items {
		for _, values := range item.Properties {
			for _, url := range addressesIn(values) {
				if seen[url] {
					continue
				}
				seen[url] = true
				u, err := p.uploads.UploadByURL(ctx, url)
				if errors.Is(err, state.ErrNoUpload) {
					continue
				}
				if err != nil {
					return found, &fault.Error{Code: fault.Unavailable, Op: "find upload", Message: "the uploads cannot be looked up", Hint: "try again", Err: err}
				}
				found.all = append(found.all, u)
			}
		}
	}
	return found, nil
}

// addressesIn lists what looks like an absolute URL in the strings of v, at any depth.
func addressesIn(v any) []string {
	switch v := v.(type) {
	case string:
		return addressesInText(v)
	case []any:
		var urls []string
		for _, e := range v {
			urls = append(urls, addressesIn(e)...)
		}
		return urls
	case map[string]any:
		var urls []string
		for _, e := range v {
			urls = append(urls, addressesIn(e)...)
		}
		return urls
	}
	return nil
}

// addressesInText cuts URLs out of Markdown, HTML or plain text. It may cut too much or too
// little of a foreign URL; the names that gitpost gives to uploads hold only letters, digits,
// '-' and '.', so theirs are cut right.
func addressesInText(text string) []string {
	var urls []string
	for {
		i := strings.Index(text, "http")
		if i < 0 {
			return urls
		}
		text = text[i:]
		end := strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || strings.ContainsRune("\"'<>()[]\\`|", r) })
		if end < 0 {
			end = len(text)
		}
		if url := strings.TrimRight(text[:end], ".,;:!?*_"); strings.Contains(url, "://") {
			urls = append(urls, url)
		}
		text = text[max(end, 4):]
	}
}

// missing are the files that the repository does not have yet.
func (s stagedFiles) missing(v *catalog.View) []gitstore.File {
	var files []gitstore.File
	for _, u := range s.all {
		if v.Exists(u.Path) {
			continue
		}
		files = append(files, gitstore.File{
			Path: u.Path, Size: u.Size,
			Open: func() (io.ReadCloser, error) { return s.open(u.File) },
		})
	}
	return files
}

// committed notes that the files are in the repository now. A failure costs nothing but the
// note: the next post that refers to them finds them there.
func (s stagedFiles) committed(ctx context.Context, p *posts) {
	var names []string
	for _, u := range s.all {
		if u.Committed.IsZero() {
			names = append(names, u.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	if err := p.uploads.MarkCommitted(context.WithoutCancel(ctx), names, p.now()); err != nil {
		p.log.Warn("uploads are in the repository, but that could not be noted", "error", err)
	}
}

// onlyPaths are surroundings of which no front matter is read.
type onlyPaths struct{ tree fs.FS }

func (o onlyPaths) Exists(path string) bool {
	_, err := fs.Stat(o.tree, path)
	return err == nil
}

func (o onlyPaths) Document(string) *frontmatter.Document { return nil }
