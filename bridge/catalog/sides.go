package catalog

import "slices"

// StraySides lists the side files that belong to no post: somebody renamed or deleted the post alone.
func (v *View) StraySides() (files []string) {
	if !v.Site().HasSides() {
		return nil
	}
	for file := range v.Below("") {
		if _, ok := v.Site().SideOf(file); !ok {
			continue
		}
		if e, _ := v.EntryWith(file); e == nil {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}

// Follow returns where the side file of a renamed post belongs; "" when the history does not say what
// became of the post, or the post has another one.
func (v *View) Follow(stray string) string {
	stem, _ := v.Site().SideOf(stray)
	for _, post := range []string{stem + ".md", stem + ".markdown"} {
		for range 100 { // moves can be circular
			next, ok := find(v.past, post, func(p *Past) map[string]string { return p.files })
			if !ok {
				break
			}
			if post = next; v.Entry(post) == nil {
				continue
			}
			if side := v.Site().SideFile(post); !v.Exists(side) {
				return side
			}
			return ""
		}
	}
	return ""
}
