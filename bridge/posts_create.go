package bridge

import (
	"context"
	"fmt"
	"maps"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// create writes a new post. When it returns without error the post is durable.
// sent are the names of the uploads that came in the same request.
func (p *posts) create(ctx context.Context, who principal, cmd *micropub.Create, sent []string) (outcome, error) {
	const op = "create post"
	postType := mf2.PostType(cmd.Item)
	if err := who.requireFor(op, postType, "create", "draft"); err != nil {
		return outcome{}, err
	}
	item := cmd.Item.Clone()
	if who.draftsOnly("create", postType) {
		item.Properties["post-status"] = []any{"draft"}
	}
	hidden, err := hideLocation(op, item.Properties)
	if err != nil {
		return outcome{}, err
	}
	if hidden && saysNothing(item.Properties) {
		return outcome{}, &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "without its location nothing is left of the post",
			Hint: "send a text too, or location-visibility=text or public"}
	}
	if err := p.remember(op, item.Properties, cmd.Commands); err != nil {
		return outcome{}, err
	}
	keepAudience(item.Properties)
	if err := p.keepPrivate(op, item.Properties); err != nil {
		return outcome{}, err
	}
	files, err := p.referredUploads(ctx, sent, item)
	if err != nil {
		return outcome{}, err
	}
	if err := p.keepPlacesOut(op, hidden, files); err != nil {
		return outcome{}, err
	}
	if p.config().MediaDimensions {
		files.measured(item.Properties)
	}
	var made site.Revision
	var placed stagedFiles
	commit, err := p.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		here, followed := files.here(v.Site(), p.mine)
		readdress(item.Properties, followed)
		var err error
		made, placed, err = p.compose(v, site.Post{Item: item, Slug: cmd.Commands.Slug, Path: p.channelPath(cmd.Commands.Channel)}, here)
		if err != nil {
			return gitstore.Change{}, err
		}
		change := gitstore.Change{
			Message: describe("Add "+mf2.PostType(item), headline(item),
				trailerAction, "create", trailerURL, made.Page.URL, trailerClient, who.Client),
			Files:  append(placed.missing(v), gitstore.File{Path: made.Path, Data: made.Data}),
			SkipCI: p.skipsCI(made.Page),
		}
		return change, nil
	})
	if err != nil {
		return outcome{}, storeFault(op, err)
	}
	placed.committed(ctx, p)
	o := outcome{URL: made.Page.URL, Item: item}
	p.deliver(ctx, commit, &o)
	return o, nil
}

// compose writes a new post, and where media.place says so puts the files that came with it
// beside it. Where such a file will be served is known only when the post has its place: the
// post is then written again with the files' addresses.
func (p *posts) compose(v *catalog.View, post site.Post, files stagedFiles) (site.Revision, stagedFiles, error) {
	made, err := v.Site().Compose(v, post)
	if err != nil {
		return made, files, err
	}
	placed, moved := p.place(v, made.Page, files)
	if len(moved) == 0 {
		return made, files, nil
	}
	post.Item = post.Item.Clone()
	readdress(post.Item.Properties, moved)
	again, err := v.Site().Compose(v, post)
	if err != nil || again.Path != made.Path || again.Page.URL != made.Page.URL { // a second passed, and the path has seconds in it
		return made, files, nil
	}
	return again, placed, nil
}

// place puts files where the site will serve them: those that came with a post beside it, where
// media.place says so. moved tells the address that each had before, and has now.
func (p *posts) place(v *catalog.View, page site.Page, files stagedFiles) (placed stagedFiles, moved map[string]string) {
	placed, moved = files.homeless(v)
	if p.config().MediaPlace == "bundle" {
		var sent map[string]string
		placed, sent = placed.beside(v.Site(), page)
		maps.Copy(moved, sent)
	}
	return placed, moved
}

// keepPrivate refuses what a static site cannot do, or makes a draft of it where the owner
// asked for that: a private post never reaches the public site by accident.
func (p *posts) keepPrivate(op string, props mf2.Properties) error {
	for _, name := range []string{"visibility", "post-status"} {
		if err := oneWord(op, name, props[name]); err != nil {
			return err
		}
	}
	switch visibility := props.Text("visibility"); visibility {
	case "", "public", "unlisted":
		return nil
	case "private", "protected":
		if p.config().Private == "draft" && visibility == "private" {
			props["post-status"] = []any{"draft"}
			return nil
		}
		return &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: `a static site cannot keep a post with visibility "` + visibility + `" from its readers`,
			Hint:    `post it as a draft (post-status=draft), or set "private: draft" in gitpost's configuration to keep private posts as drafts`,
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
		Hint:    fmt.Sprintf(`send one value, such as {"%s": ["%s"]}`, name, map[string]string{"visibility": "unlisted", "post-status": "draft"}[name]),
	}
}

// skipsCI tells whether a commit that only changes this page need not build the site.
func (p *posts) skipsCI(page site.Page) bool {
	return p.config().SkipCI == "drafts" && !page.Published
}
