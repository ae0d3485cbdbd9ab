// Package doctor checks everything that serving a site needs, and changes nothing.
package doctor

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/outbound"
	"gitpost/bridge/survey"
)

// Result is how a check ended.
type Result string

const (
	Passed  Result = "ok"
	Warning Result = "warning" // works, and will or may not for long
	Failed  Result = "failed"
	Skipped Result = "skipped" // could not be checked
)

// Check is one thing that was checked.
type Check struct {
	Name   string           `json:"check"`
	Site   string           `json:"site,omitempty"` // with several sites: which one
	Result Result           `json:"result"`
	Found  string           `json:"found"`
	Remedy string           `json:"remedy,omitempty"`
	Posts  []PostDifference `json:"posts,omitempty"`

	Waiting *Waiting `json:"waiting,omitempty"` // of the check waiting, if something does
}

// PostDifference is a post with a problem.
type PostDifference struct {
	Path   string `json:"path"`
	URL    string `json:"url,omitempty"`  // where gitpost says it is
	Live   string `json:"live,omitempty"` // where the live site has it
	Reason string `json:"reason"`
}

// Diagnosis checks everything that serving a site needs, and changes nothing.
type Diagnosis struct {
	Config     config.Config
	ConfigFile string
	Secrets    []string // files that nobody else should read; see SecretFiles

	// Open returns the files of a site's repository, and what releases them.
	Open func(context.Context, config.Site) (fs.FS, func() error, error)

	Now func() time.Time // default: time.Now

	client *http.Client
}

// Run carries out all checks, in an order in which the first failure often explains those
// that follow.
func (d Diagnosis) Run(ctx context.Context) []Check {
	if d.Now == nil {
		d.Now = time.Now
	}
	d.client = outbound.NewTrusted(time.Minute)
	defer d.client.CloseIdleConnections()
	checks := []Check{{Name: "configuration", Result: Passed, Found: d.ConfigFile + " has no problems"}}
	checks = append(checks, d.secrets(), d.dataFolder(), d.proxy(), d.stateDatabase(ctx))
	if d.Config.Uploads != "" {
		checks = append(checks, d.uploadStore(ctx))
	}
	checks = append(checks, d.itself(ctx))
	server := d.askReadiness(ctx)
	for _, c := range d.Config.Sites {
		for _, k := range d.site(ctx, c, server.of(c)) {
			if len(d.Config.Sites) > 1 {
				k.Site = c.Me
			}
			checks = append(checks, k)
		}
	}
	return checks
}

// site is the part that is about one site.
func (d Diagnosis) site(ctx context.Context, c config.Site, server *readiness) []Check {
	checks := []Check{d.clone(c), d.waiting(c, server), d.delivery(ctx, c), d.remote(ctx, c)}
	checks = append(checks, d.host(c)...)
	home := d.fetchHome(ctx, c)
	tree, release, err := d.Open(ctx, c)
	checks = append(checks, d.clock(home), d.discovery(home, d.wayIntoHead(tree, err, c)))
	if err != nil {
		return append(checks, Check{Name: "site", Result: Skipped, Found: "cannot read the repository's files: " +
			err.Error(), Remedy: "fix what the checks clone and remote report first"})
	}
	defer release()
	v, err := survey.Read(ctx, tree, c)
	if err != nil {
		k := Check{Name: "site", Result: Failed, Found: err.Error(),
			Remedy: "fix the site's configuration, or set site.generator"}
		var known *fault.Error
		if errors.As(err, &known) {
			k.Found, k.Remedy = known.Message, cmp.Or(known.Hint, k.Remedy)
		}
		return append(checks, k)
	}
	checks = append(checks, d.generator(v), d.version(v.Site, home), d.posts(ctx, v))
	return append(append(checks, d.sides(v)...), d.addresses(ctx, c, v))
}

// Failures counts the checks that failed.
func Failures(checks []Check) int {
	n := 0
	for _, c := range checks {
		if c.Result == Failed {
			n++
		}
	}
	return n
}
