package blog

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/history"
	"gitpost/bridge/outbound"
	"gitpost/gitstore"
)

// schedule has the site built when a post's publication or expiry date comes. Nothing in the
// repository changes then, so CI would not build by itself.
//
// What was built is read from the repository: a commit later than the post's date has built the
// post. So nothing needs to be stored, and a build that was missed in an outage is requested late
// rather than never. Only calls of a build hook leave no commit: state stores them.
//
// run is for one goroutine; problem may be called from any.
type schedule struct {
	site    string // its address
	catalog *catalog.Catalog
	repo    repository
	builds  builds
	hook    func() string // build_hook; "" for an empty commit
	log     *slog.Logger
	now     func() time.Time

	owed    []catalog.Turned // turned, and no build was asked for yet
	pause   time.Duration    // after a failure; 0 when all is well
	retry   time.Time        // not before, after a failure
	failure atomic.Pointer[string]
}

// builds is what the schedule needs of the state database.
type builds interface {
	LastBuild(ctx context.Context, site string) (time.Time, error)
	NoteBuild(ctx context.Context, site string, at time.Time) error
}

const (
	// scheduleMargin is added to a post's time, so that the builder's clock may be behind a bit.
	scheduleMargin = time.Second
	// scheduleLook is how often the clock is checked when nothing is due: it may be set, or the
	// machine may have slept.
	scheduleLook = time.Minute

	firstPause, longestPause = 5 * time.Second, 10 * time.Minute
)

// run asks for a build if one is due, and returns how long to wait before the next run.
func (s *schedule) run(ctx context.Context) time.Duration {
	if wait := s.retry.Sub(s.now()); s.pause > 0 && wait > 0 {
		return wait
	}
	next, err := s.turn(ctx)
	if err != nil && ctx.Err() == nil {
		s.pause = min(max(2*s.pause, firstPause), longestPause)
		s.log.Error("a scheduled post is due and the site could not be built", "again_in", s.pause.String(), "error",
			err)
		reason := "a scheduled post is due and the site could not be built: " + err.Error()
		s.failure.Store(&reason)
		s.retry = s.now().Add(s.pause)
		return s.pause
	}
	s.pause = 0
	s.failure.Store(nil)
	if next.IsZero() {
		return scheduleLook
	}
	return min(max(next.Add(scheduleMargin).Sub(s.now()), 0), scheduleLook)
}

// problem is why a due post is not on the site; "" when all are.
func (s *schedule) problem() string {
	if reason := s.failure.Load(); reason != nil {
		return *reason
	}
	return ""
}

// mostNamed is how many posts of one build are logged.
const mostNamed = 20

func (s *schedule) turn(ctx context.Context) (next time.Time, err error) {
	since, err := s.lastBuilt(ctx)
	if err != nil {
		return time.Time{}, err
	}
	turned, next, err := s.catalog.Turn(ctx, since, s.now().Add(-scheduleMargin))
	if err != nil {
		return time.Time{}, err
	}
	s.owed = append(s.owed, turned...)
	s.owed = slices.DeleteFunc(s.owed, func(t catalog.Turned) bool { return !t.At.After(since) })
	if len(s.owed) == 0 {
		return next, nil
	}
	if hook := s.hook(); hook != "" {
		err = s.callHook(ctx, hook)
	} else {
		err = s.commit(ctx)
	}
	if err != nil {
		return time.Time{}, err
	}
	for i, t := range s.owed {
		if i == mostNamed {
			s.log.Info("the site is built for its schedule", "more_posts", len(s.owed)-i)
			break
		}
		s.log.Info("the site is built for its schedule", "url", t.Entry.Page.URL, "published", t.Entry.Page.Published,
			"due", t.At)
	}
	s.owed = nil
	return next, nil
}

// lastBuilt is when the site was last built, as far as is known: the time of the newest commit that
// CI builds, or of the last call of the build hook.
func (s *schedule) lastBuilt(ctx context.Context) (time.Time, error) {
	called, err := s.builds.LastBuild(ctx, s.site)
	if err != nil {
		return time.Time{}, err
	}
	var committed time.Time
	left := 1000 // so many in a row that all skip CI: the site is not built by commits
	err = s.repo.Snapshot().Log(ctx, func(c gitstore.LogEntry) bool {
		left--
		if skipsCI(c.Message) {
			return left > 0
		}
		committed = c.When
		return false
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("find the commit that was last built: %w", err)
	}
	// A commit's time is in whole seconds, and the build comes after it.
	if committed = committed.Add(time.Second - 1); committed.After(called) {
		return committed, nil
	}
	return called, nil
}

// skipsCI reports whether a commit's message asks CI not to build it.
func skipsCI(message string) bool {
	lower := strings.ToLower(message)
	for _, mark := range []string{"[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]",
		"[skip netlify]"} {
		if strings.Contains(lower, mark) {
			return true
		}
	}
	return false
}

// commit makes an empty commit, whose push lets CI build the site.
func (s *schedule) commit(ctx context.Context) error {
	_, err := s.repo.Update(ctx, func(*gitstore.Snapshot) (gitstore.Change, error) {
		return gitstore.Change{Message: s.message(), Empty: true}, nil
	})
	return err
}

func (s *schedule) message() string {
	trail := []string{history.Action, "build"}
	for _, t := range s.owed {
		trail = append(trail, history.URL, t.Entry.Page.URL)
	}
	first := s.owed[0].Entry
	verb := "Publish scheduled " + cmp.Or(first.PostType, "page")
	if !first.Page.Published {
		verb = "Take away expired " + cmp.Or(first.PostType, "page")
	}
	if more := len(s.owed) - 1; more > 0 {
		verb += fmt.Sprintf(" and %d more", more)
	}
	return history.Message(verb, cmp.Or(first.Name, first.Page.URL), trail...)
}

// callHook asks the site's host for a build. Any status below 400 means that it will.
func (s *schedule) callHook(ctx context.Context, hook string) error {
	at := s.now()
	if err := outbound.Call(ctx, hook, strings.NewReader("{}")); err != nil {
		return fmt.Errorf("call the build hook: %w; check that build_hook is the URL that the site's host shows", err)
	}
	return s.builds.NoteBuild(ctx, s.site, at)
}
