package blog

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// update changes a post in place. A change that changes nothing commits nothing. sent are the
// names of the uploads that came in the same request.
func (w *writer) update(ctx context.Context, who access.Principal, cmd *micropub.Update,
	sent []string) (Outcome, error) {
	return w.updateFor(ctx, who, cmd, sent, purpose{})
}

// purpose is why a post is updated, when no client asks for it.
type purpose struct {
	own    bool // gitpost itself keeps something: the post's text is as old as before
	skipCI bool // the site need not be built for it
}

// updateFor is update for a purpose.
func (w *writer) updateFor(ctx context.Context, who access.Principal, cmd *micropub.Update, sent []string,
	why purpose) (Outcome, error) {
	const op = "update post"
	if err := who.RequireSome(op, access.UpdatePost); err != nil {
		return Outcome{}, err
	}
	files, err := w.referredUploads(ctx, who, sent, mf2.Item{Properties: cmd.Replace}, mf2.Item{Properties: cmd.Add})
	if err != nil {
		return Outcome{}, err
	}
	w.prepare(ctx, cmd.Replace)
	var rev site.Revision
	var placed staged
	var was, subject string
	var after mf2.Item
	commit, err := w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		e, err := findFor(v, op, cmd.URL, who, access.UpdatePost)
		if err != nil {
			return gitstore.Change{}, err
		}
		was = e.Page.URL
		data, err := at.ReadFile(e.Path)
		if err != nil {
			return gitstore.Change{}, fmt.Errorf("read %s: %w", e.Path, err)
		}
		src, err := v.Site().Source(at, e.Path, data)
		if err != nil {
			return gitstore.Change{}, err
		}
		here, followed := files.forSite(v.Site(), w.owns)
		rev, placed, err = w.revise(v, at, src, e.Page, here, func(item *mf2.Item) error {
			err := w.apply(op, who, item, cmd, why)
			readdress(item.Properties, followed)
			if w.config().MediaDimensions {
				files.addDimensions(item.Properties)
			}
			subject, after = headline(*item), item.Clone()
			if err == nil {
				hidden, _, _ := hiding(op, item.Properties[mf2.LocationVisibility]) // what is not known hides nothing
				err = w.keepPlacesOut(op, hidden, files)
			}
			return err
		})
		if err != nil {
			return gitstore.Change{}, err
		}
		if rev.Path == e.Path && bytes.Equal(rev.Data, data) && bytes.Equal(rev.Side, src.Side) {
			return gitstore.Change{}, nil
		}
		changed := append(placed.missing(v), filesOf(v, rev)...)
		if rev.Path != e.Path {
			moved, err := moveFolder(v.Site(), at, e.Path, rev.Path)
			if err != nil {
				return gitstore.Change{}, err
			}
			changed = append(changed, moved...)
			changed = append(changed, gitstore.File{Path: e.Path, Delete: true})
		}
		trailers := []string{history.Action, "update", history.URL, rev.Page.URL, history.Client, who.Client}
		if rev.Path != e.Path {
			trailers = append(trailers, history.Path, rev.Path, history.FormerPath, e.Path, history.FormerURL, was)
		}
		return gitstore.Change{
			Message: history.Message("Update "+e.PostType, subject, trailers...),
			Files:   changed,
			SkipCI:  why.skipCI || skipsBuild(w.config(), rev.Page) && !e.Page.Published,
		}, nil
	})
	if err != nil {
		return Outcome{}, storeFault(op, err)
	}
	placed.markCommitted(ctx, w)
	o := Outcome{URL: rev.Page.URL, Moved: rev.Page.URL != was, Item: after}
	w.deliver(ctx, commit, &o)
	return o, nil
}

// revise changes a post. Its links to files beside it are updated when its URL changes, and where
// media.place says so the files that came with the update are put beside it.
func (w *writer) revise(v *catalog.View, tree fs.FS, src site.Source, page site.Page, files staged,
	edit func(*mf2.Item) error) (site.Revision, staged, error) {
	rev, err := v.Site().Revise(v, src, edit)
	if err != nil {
		return rev, files, err
	}
	moved, err := movedWith(v.Site(), tree, page, rev.Page)
	if err != nil {
		return rev, files, fmt.Errorf("look beside %s: %w", src.Path, err)
	}
	placed, changed := w.place(v, rev.Page, files)
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
func (w *writer) apply(op string, who access.Principal, item *mf2.Item, cmd *micropub.Update, why purpose) error {
	if err := mayChange(op, who, *item); err != nil {
		return err
	}
	if err := sameType(op, item.Type, cmd.Type); err != nil {
		return err
	}
	props := item.Properties
	was := channelPath(w.config(), namedIn(props[channel]))
	cmd = withoutHiddenPlaces(op, props, cmd)
	before := props.Clone()
	revise(props, cmd)
	dropControls(props, before)
	if err := checkTargets(w.config(), op, namedIn(slices.Concat(cmd.Replace[syndicateTo],
		cmd.Add[syndicateTo]))); err != nil {
		return err
	}
	if err := remember(w.config(), op, props, cmd.Commands); err != nil {
		return err
	}
	if cmd.Commands.Slug != "" {
		props["mp-slug"] = []any{cmd.Commands.Slug}
	}
	if now := channelPath(w.config(), namedIn(props[channel])); now != "" && now != was {
		props["mp-path"] = []any{now}
	}
	if w.config().SetUpdated && !why.own && len(cmd.Replace["updated"]) == 0 {
		props["updated"] = []any{w.now().Truncate(time.Second).Format(time.RFC3339)}
	}
	if setsLocationVisibility(cmd) {
		if _, err := hideLocation(op, props); err != nil {
			return err
		}
	}
	if len(cmd.Replace["audience"]) > 0 || len(cmd.Add["audience"]) > 0 {
		keepAudience(props)
	}
	if err := keepPrivate(w.config(), op, props); err != nil {
		return err
	}
	return mayChange(op, who, *item)
}

// dropControls drops the control characters that an update brings. Those that the post has stay where the
// update is not about them.
func dropControls(props, before mf2.Properties) {
	for name, values := range props {
		props[name], _ = mf2.WithoutControls(values, mf2.Texts(before[name])).([]any)
	}
}

// mayChange refuses a change of, or into, a post that the token may not change: with the scope
// draft it may change drafts.
func mayChange(op string, who access.Principal, item mf2.Item) error {
	return who.RequireWith(op, access.UpdatePost, access.Post{
		Type: mf2.PostType(item), Draft: item.Properties.Text("post-status") == "draft",
	})
}

// sameType refuses an update that names another type: Micropub has no way to change a post's type,
// and must not ignore it silently. Old forms send h=entry for everything.
func sameType(op string, is, said []string) error {
	if len(said) == 0 || slices.Equal(said, []string{"h-entry"}) || slices.Equal(said, is) {
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: fmt.Sprintf("the post is of type %s, and an update cannot make it %s", strings.Join(is, " "),
			strings.Join(said, " ")),
		Hint: "leave the type out; or post it anew, and delete this one",
	}
}

// revise carries out the parts of an update in the order of the Recommendation (3.4):
// replace, add, delete. It shares no value with cmd, so that an edit of props leaves cmd alone.
func revise(props mf2.Properties, cmd *micropub.Update) {
	for name, values := range cmd.Replace.Clone() {
		if len(values) == 0 {
			delete(props, name)
		} else {
			props[name] = values
		}
	}
	for name, values := range cmd.Add.Clone() {
		known := alikeOf(props[name])
		for _, value := range values {
			if !known.has(value) {
				known.add(value)
				props[name] = append(props[name], value)
			}
		}
	}
	for name, values := range cmd.Remove {
		given := alikeOf(values)
		props[name] = slices.DeleteFunc(slices.Clone(props[name]), given.takesOut)
		if len(props[name]) == 0 {
			delete(props, name)
		}
	}
	for _, name := range cmd.Delete {
		delete(props, name)
	}
}
