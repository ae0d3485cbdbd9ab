package bridge

import (
	"context"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// create writes a new post. When it returns without error the post is durable.
func (p *posts) create(ctx context.Context, who principal, cmd *micropub.Create) (outcome, error) {
	const op = "create post"
	if err := who.require(op, "create", "draft"); err != nil {
		return outcome{}, err
	}
	item := cmd.Item.Clone()
	if who.draftsOnly("create") {
		item.Properties["post-status"] = []any{"draft"}
	}
	if err := p.keepPrivate(op, item.Properties); err != nil {
		return outcome{}, err
	}
	files, err := p.referredUploads(ctx, item)
	if err != nil {
		return outcome{}, err
	}
	var made site.Revision
	commit, err := p.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		var err error
		made, err = v.Site().Compose(v, site.Post{Item: item, Slug: cmd.Commands.Slug})
		if err != nil {
			return gitstore.Change{}, err
		}
		change := gitstore.Change{
			Message: describe("Add "+mf2.PostType(item), headline(item),
				trailerAction, "create", trailerURL, made.Page.URL, trailerClient, who.Client),
			Files:  append(files.missing(v), gitstore.File{Path: made.Path, Data: made.Data}),
			SkipCI: p.skipsCI(made.Page),
		}
		return change, nil
	})
	if err != nil {
		return outcome{}, storeFault(op, err)
	}
	files.committed(ctx, p)
	o := outcome{URL: made.Page.URL, Item: item}
	p.deliver(ctx, commit, &o)
	return o, nil
}

// keepPrivate refuses what a static site cannot do, or makes a draft of it where the owner
// asked for that: a private post never reaches the public site by accident.
func (p *posts) keepPrivate(op string, props mf2.Properties) error {
	switch visibility := props.Text("visibility"); visibility {
	case "", "public", "unlisted":
		return nil
	case "private", "protected":
		if p.config.Private == "draft" && visibility == "private" {
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

// skipsCI tells whether a commit that only changes this page need not build the site.
func (p *posts) skipsCI(page site.Page) bool {
	return p.config.SkipCI == "drafts" && !page.Published
}
