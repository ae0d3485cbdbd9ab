package blog

import (
	"fmt"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
)

// postOf describes a post for what a token may do with it. A file that cannot be read is no draft:
// nobody knows.
func postOf(e *catalog.Entry) access.Post {
	return access.Post{Type: e.PostType, Draft: e.Status == "draft", Published: e.Page.Published && e.Problem == ""}
}

// visibleTo selects the posts that a token may read; nil means all.
func visibleTo(who access.Principal) func(postType, status string, published bool) bool {
	if who.May(access.ReadUnpublished) {
		return nil
	}
	return func(postType, status string, published bool) bool {
		return who.MayRead(access.Post{Type: postType, Draft: status == "draft", Published: published})
	}
}

// findFor is find for a token that is to do something with the post. To a token that may neither
// read the post nor do that, it is as if there were none.
func findFor(v *catalog.View, op, url string, who access.Principal, to access.Action) (*catalog.Entry, error) {
	if e := v.Lookup(url); e == nil || who.MayRead(postOf(e)) || who.MayWith(to, postOf(e)) {
		return find(v, op, url)
	}
	return nil, noPost(op, url)
}

func noPost(op, url string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: fmt.Sprintf("there is no post at %s", url),
		Hint:    "take the URL from the Location of the post, or from q=source",
	}
}

// KnownTo reports whether the URL is that of a post that the token may read or change.
func (s *Blogs) KnownTo(who access.Principal, url string) bool {
	for _, b := range s.list {
		if e := b.entry(url); e != nil && (who.MayRead(postOf(e)) || who.MayWith(access.UpdatePost, postOf(e))) {
			return true
		}
	}
	return false
}
