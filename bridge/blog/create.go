package blog

import (
	"context"
	"fmt"
	"maps"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// create writes a new post, which is durable when it returns without error. sent are the names of
// the uploads that came in the same request.
func (w *writer) create(ctx context.Context, who access.Principal, cmd *micropub.Create,
	sent []string) (Outcome, error) {
	const op = "create post"
	postType := mf2.PostType(cmd.Item)
	if err := who.RequireWith(op, access.CreatePost, access.Post{Type: postType, Draft: true}); err != nil {
		return Outcome{}, err
	}
	item := cmd.Item.Clone()
	if !who.MayWith(access.CreatePost, access.Post{Type: postType}) {
		item.Properties["post-status"] = []any{"draft"}
	}
	hidden, err := hideLocation(op, item.Properties)
	if err != nil {
		return Outcome{}, err
	}
	if hidden && saysNothing(item.Properties) {
		return Outcome{}, &fault.Error{Code: fault.InvalidRequest, Op: op,
			Message: "the post would be empty without its location",
			Hint:    "send a text too, or location-visibility=text or public"}
	}
	if err := remember(w.config(), op, item.Properties, cmd.Commands); err != nil {
		return Outcome{}, err
	}
	keepAudience(item.Properties)
	if err := keepPrivate(w.config(), op, item.Properties); err != nil {
		return Outcome{}, err
	}
	files, err := w.referredUploads(ctx, who, sent, item)
	if err != nil {
		return Outcome{}, err
	}
	if err := w.keepPlacesOut(op, hidden, files); err != nil {
		return Outcome{}, err
	}
	if w.config().MediaDimensions {
		files.addDimensions(item.Properties)
	}
	w.prepare(ctx, item.Properties)
	var made site.Revision
	var placed staged
	var written mf2.Item
	commit, err := w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		here, moved := files.forSite(v.Site(), w.owns)
		written = item.Clone()
		readdress(written.Properties, moved)
		var err error
		made, placed, err = w.compose(v, site.Post{Item: written, Slug: cmd.Commands.Slug,
			Path: channelPath(w.config(), cmd.Commands.Channel)}, here)
		if err != nil {
			return gitstore.Change{}, err
		}
		change := gitstore.Change{
			Message: history.Message("Add "+mf2.PostType(written), headline(written),
				history.Action, "create", history.URL, made.Page.URL, history.Client, who.Client),
			Files:  append(placed.missing(v), filesOf(v, made)...),
			SkipCI: skipsBuild(w.config(), made.Page),
		}
		return change, nil
	})
	if err != nil {
		return Outcome{}, storeFault(op, err)
	}
	placed.markCommitted(ctx, w)
	o := Outcome{URL: made.Page.URL, Item: written}
	w.deliver(ctx, commit, &o)
	return o, nil
}

// compose writes a new post, and where media.place says so puts the files that came with it
// beside it. Where such a file will be served is known only when the post has its place: the
// post is then written again with the files' addresses.
func (w *writer) compose(v *catalog.View, post site.Post, files staged) (site.Revision, staged, error) {
	made, err := v.Site().Compose(v, post)
	if err != nil {
		return made, files, err
	}
	placed, moved := w.place(v, made.Page, files)
	if len(moved) == 0 {
		return made, files, nil
	}
	post.Item = post.Item.Clone()
	readdress(post.Item.Properties, moved)
	again, err := v.Site().Compose(v, post)
	// a second passed, and the path has seconds in it
	if err != nil || again.Path != made.Path || again.Page.URL != made.Page.URL {
		return made, files, nil
	}
	return again, placed, nil
}

// place puts files where the site will serve them: those that came with a post beside it, where
// media.place says so. moved maps the URL that each had to the one that it has now.
func (w *writer) place(v *catalog.View, page site.Page, files staged) (placed staged, moved map[string]string) {
	placed, moved = files.orphans(v)
	if w.config().MediaPlace == "bundle" {
		var sent map[string]string
		placed, sent = placed.besidePage(v.Site(), page)
		maps.Copy(moved, sent)
	}
	return placed, moved
}

// keepPrivate refuses what a static site cannot do, or makes a draft of it where the owner
// asked for that: a private post never reaches the public site by accident.
func keepPrivate(c *config.Site, op string, props mf2.Properties) error {
	for _, name := range []string{"visibility", "post-status"} {
		if err := oneWord(op, name, props[name]); err != nil {
			return err
		}
	}
	switch visibility := props.Text("visibility"); visibility {
	case "", "public", "unlisted":
		return nil
	case "private", "protected":
		if c.Private == "draft" && visibility == "private" {
			props["post-status"] = []any{"draft"}
			return nil
		}
		return &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: `a static site cannot keep a post with visibility "` + visibility + `" from its readers`,
			Hint: `post it as a draft (post-status=draft), or set "private: draft" in gitpost's configuration ` +
				"to keep private posts as drafts",
		}
	default:
		return &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: `visibility "` + visibility + `" is not known`,
			Hint:    "use public or unlisted",
		}
	}
}

// oneWord refuses a property that decides who sees a post and can be read in two ways: the
// wrong one of the two would publish it.
func oneWord(op, name string, values []any) error {
	if len(values) == 0 {
		return nil
	}
	if _, isText := values[0].(string); isText && len(values) == 1 {
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: fmt.Sprintf("%s must be one word", name),
		Hint: fmt.Sprintf(`send one value, such as {"%s": ["%s"]}`, name,
			map[string]string{"visibility": "unlisted", "post-status": "draft"}[name]),
	}
}

// skipsBuild reports whether a commit that only changes this page need not build the site.
func skipsBuild(c *config.Site, page site.Page) bool {
	return c.SkipCI == "drafts" && !page.Published
}
