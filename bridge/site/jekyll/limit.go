package jekyll

import (
	"io/fs"
	"sort"
	"time"

	"gitpost/frontmatter"
)

// postRank is a post's place in chronological order.
type postRank struct {
	date time.Time
	path string
}

// newPostRank dates a post without a date at the end of time: for Jekyll it is as new as the build.
func newPostRank(date time.Time, path string) *postRank {
	if date.IsZero() {
		date = time.Unix(1<<40, 0)
	}
	return &postRank{date, path}
}

func (r *postRank) before(o *postRank) bool {
	if !r.date.Equal(o.date) {
		return r.date.Before(o.date)
	}
	return r.path < o.path
}

// oldestWithin is the oldest post that limit_posts keeps: nil when there are no more posts
// than that.
func (j *site) oldestWithin(tree fs.FS, limit int) *postRank {
	var ranks []*postRank
	fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		inside, ok := j.inSource(file)
		if !ok {
			return nil
		}
		if at := j.place(inside); at.class != postFile && at.class != draftFile {
			return nil
		}
		var doc *frontmatter.Document
		if text, err := fs.ReadFile(tree, file); err == nil {
			if parsed, err := frontmatter.Parse(text, dialect); err == nil {
				doc = parsed
			}
		}
		if page := j.Locate(file, doc, nil); page.Published {
			ranks = append(ranks, newPostRank(page.Date, inside))
		}
		return nil
	})
	if len(ranks) <= limit {
		return nil
	}
	sort.Slice(ranks, func(a, b int) bool { return ranks[a].before(ranks[b]) })
	return ranks[len(ranks)-limit]
}
