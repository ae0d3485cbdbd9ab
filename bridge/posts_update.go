package bridge

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// update changes a post in place. A change that changes nothing commits nothing. sent are the
// names of the uploads that came in the same request.
func (p *posts) update(ctx context.Context, who principal, cmd *micropub.Update, sent []string) (outcome, error) {
	const op = "update post"
	if err := who.requireSome(op, "update", "draft"); err != nil {
		return outcome{}, err
	}
	files, err := p.referredUploads(ctx, sent, mf2.Item{Properties: cmd.Replace}, mf2.Item{Properties: cmd.Add})
	if err != nil {
		return outcome{}, err
	}
	var rev site.Revision
	var placed stagedFiles
	var was, subject string
	var after mf2.Item
	commit, err := p.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		e, err := find(v, op, cmd.URL)
		if err != nil {
			return gitstore.Change{}, err
		}
		was = e.Page.URL
		data, err := at.ReadFile(e.Path)
		if err != nil {
			return gitstore.Change{}, fmt.Errorf("read %s: %w", e.Path, err)
		}
		src := site.Source{Path: e.Path, Data: data}
		here, followed := files.here(v.Site(), p.mine)
		rev, placed, err = p.revise(v, at, src, e.Page, here, func(item *mf2.Item) error {
			err := p.apply(op, who, item, cmd)
			readdress(item.Properties, followed)
			if p.config().MediaDimensions {
				files.measured(item.Properties)
			}
			subject, after = headline(*item), item.Clone()
			if err == nil {
				hidden, _, _ := hiding(op, item.Properties[locationVisibility]) // what is not known hides nothing
				err = p.keepPlacesOut(op, hidden, files)
			}
			return err
		})
		if err != nil {
			return gitstore.Change{}, err
		}
		if rev.Path == e.Path && bytes.Equal(rev.Data, data) {
			return gitstore.Change{}, nil
		}
		changed := append(placed.missing(v), gitstore.File{Path: rev.Path, Data: rev.Data})
		if rev.Path != e.Path {
			moved, err := moveFolder(v.Site(), at, e.Path, rev.Path)
			if err != nil {
				return gitstore.Change{}, err
			}
			changed = append(changed, moved...)
			changed = append(changed, gitstore.File{Path: e.Path, Delete: true})
		}
		trailers := []string{trailerAction, "update", trailerURL, rev.Page.URL, trailerClient, who.Client}
		if rev.Path != e.Path {
			trailers = append(trailers, trailerPath, rev.Path, trailerFormerPath, e.Path, trailerFormerURL, was)
		}
		return gitstore.Change{
			Message: describe("Update "+e.PostType, subject, trailers...),
			Files:   changed,
			SkipCI:  p.skipsCI(rev.Page) && !e.Page.Published,
		}, nil
	})
	if err != nil {
		return outcome{}, storeFault(op, err)
	}
	placed.committed(ctx, p)
	o := outcome{URL: rev.Page.URL, Moved: rev.Page.URL != was, Item: after}
	p.deliver(ctx, commit, &o)
	return o, nil
}

// revise changes a post. What it says of files beside it follows when its address changes, and
// where media.place says so the files that came with the update are put beside it.
func (p *posts) revise(v *catalog.View, tree fs.FS, src site.Source, page site.Page, files stagedFiles, edit func(*mf2.Item) error) (site.Revision, stagedFiles, error) {
	rev, err := v.Site().Revise(v, src, edit)
	if err != nil {
		return rev, files, err
	}
	moved, err := movedWith(v.Site(), tree, page, rev.Page)
	if err != nil {
		return rev, files, fmt.Errorf("look beside %s: %w", src.Path, err)
	}
	placed, changed := p.place(v, rev.Page, files)
	maps.Copy(moved, changed)
	if len(moved) == 0 {
		return rev, files, nil
	}
	again, err := v.Site().Revise(v, src, func(item *mf2.Item) error {
		err := edit(item)
		readdress(item.Properties, moved)
		return err
	})
	if err != nil || again.Path != rev.Path || again.Page.URL != rev.Page.URL {
		return rev, files, nil
	}
	return again, placed, nil
}

// apply changes a post as an update asks, and refuses what the token or the site does not allow.
func (p *posts) apply(op string, who principal, item *mf2.Item, cmd *micropub.Update) error {
	if err := mayChange(op, who, *item); err != nil {
		return err
	}
	if err := sameType(op, item.Type, cmd.Type); err != nil {
		return err
	}
	props := item.Properties
	was := p.channelPath(namedIn(props[channel]))
	cmd = withoutHiddenPlaces(op, props, cmd)
	revise(props, cmd)
	if err := p.checkTargets(op, namedIn(slices.Concat(cmd.Replace[syndicateTo], cmd.Add[syndicateTo]))); err != nil {
		return err
	}
	if err := p.remember(op, props, cmd.Commands); err != nil {
		return err
	}
	if cmd.Commands.Slug != "" {
		props["mp-slug"] = []any{cmd.Commands.Slug}
	}
	if now := p.channelPath(namedIn(props[channel])); now != "" && now != was {
		props["mp-path"] = []any{now}
	}
	if p.config().SetUpdated && len(cmd.Replace["updated"]) == 0 {
		props["updated"] = []any{p.now().Truncate(time.Second).Format(time.RFC3339)}
	}
	if setsLocationVisibility(cmd) {
		if _, err := hideLocation(op, props); err != nil {
			return err
		}
	}
	if len(cmd.Replace["audience"]) > 0 || len(cmd.Add["audience"]) > 0 {
		keepAudience(props)
	}
	if err := p.keepPrivate(op, props); err != nil {
		return err
	}
	return mayChange(op, who, *item)
}

// mayChange refuses a change of, or into, a post that the token may not change: with the scope
// draft it may change drafts.
func mayChange(op string, who principal, item mf2.Item) error {
	postType := mf2.PostType(item)
	if who.draftsOnly("update", postType) && item.Properties.Text("post-status") == "draft" {
		return nil
	}
	return who.requireFor(op, postType, "update")
}

// sameType refuses an update that takes the post for something else: Micropub has no way to
// change a post's type, and what is not done must be said. Old forms say h=entry of everything.
func sameType(op string, is, said []string) error {
	if len(said) == 0 || slices.Equal(said, []string{"h-entry"}) || slices.Equal(said, is) {
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: fmt.Sprintf("the post is of type %s, and an update cannot make it %s", strings.Join(is, " "), strings.Join(said, " ")),
		Hint:    "leave the type out; or post it anew, and delete this one",
	}
}

// revise carries out the parts of an update in the order of the Recommendation (3.4):
// replace, add, delete.
func revise(props mf2.Properties, cmd *micropub.Update) {
	for name, values := range cmd.Replace {
		if len(values) == 0 {
			delete(props, name)
		} else {
			props[name] = slices.Clone(values)
		}
	}
	for name, values := range cmd.Add {
		for _, value := range values {
			if !contains(props[name], value) {
				props[name] = append(props[name], value)
			}
		}
	}
	for name, values := range cmd.Remove {
		props[name] = slices.DeleteFunc(slices.Clone(props[name]), func(v any) bool {
			return slices.ContainsFunc(values, func(given any) bool { return means(given, v) })
		})
		if len(props[name]) == 0 {
			delete(props, name)
		}
	}
	for _, name := range cmd.Delete {
		delete(props, name)
	}
}

// contains tells whether a value that a client gives is among those of a post.
func contains(values []any, given any) bool {
	return slices.ContainsFunc(values, func(v any) bool { return means(given, v) })
}

// means compares as Micropub removes values: they are equal, or one is an object whose value
// or url is the other, or both are objects of one address and the client's says nothing that
// the post's does not. (The post's has a width, say, that gitpost wrote.)
func means(given, v any) bool {
	if mf2.Equal(v, given) || sameAddress(v, given) || sameAddress(given, v) {
		return true
	}
	g, ok := given.(map[string]any)
	o, ok2 := v.(map[string]any)
	if !ok || !ok2 || !sameAddress(v, g["value"]) && !sameAddress(v, g["url"]) {
		return false
	}
	for name, value := range g {
		if !mf2.Equal(o[name], value) {
			return false
		}
	}
	return true
}

// sameAddress tells whether the object is a photo or the like at the given URL.
func sameAddress(object, url any) bool {
	o, ok := object.(map[string]any)
	if !ok {
		return false
	}
	_, isText := url.(string)
	return isText && o["type"] == nil && (o["value"] == url || o["url"] == url)
}
