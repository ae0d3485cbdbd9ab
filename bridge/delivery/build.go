package delivery

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Build is what a site's host tells of a build that ended.
type Build struct {
	Failed bool
	Reason string // why it failed, in the host's words; may be ""
	Link   string // to the build's log; may be ""
	URL    string // of the site that was built; "" when the host does not say it
	Host   string // who tells it
	When   time.Time
}

const buildFailed = "the build failed"

// String is a failed build in words.
func (b Build) String() string {
	text := buildFailed
	if b.Host != "" {
		text += ", says " + b.Host
	}
	if b.Reason != "" {
		text += ": " + b.Reason
	}
	if b.Link != "" {
		text += " (" + b.Link + ")"
	}
	return text
}

// Look has the pages of a site looked at now, without a word of whether it was built.
func (d *Deliverer) Look(ctx context.Context, site string) error {
	if err := d.State.HurryDeliveries(ctx, site, Live, d.Now()); err != nil {
		return err
	}
	d.Wake()
	return nil
}

// Built notes that a site was built, or that it could not be. Its pages are looked at now.
func (d *Deliverer) Built(ctx context.Context, site string, b Build) error {
	b.When = d.Now()
	d.mu.Lock()
	d.builds[site] = b
	d.mu.Unlock()
	return d.Look(ctx, site)
}

// failedBuild returns the last build of a site if it failed after a time.
func (d *Deliverer) failedBuild(s Site, after time.Time) (Build, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.builds[s.Me()]
	return b, b.Failed && !b.When.Before(after)
}

// builtSince reports whether the last build of a site succeeded, after a time.
func (d *Deliverer) builtSince(s Site, after time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.builds[s.Me()]
	return !b.Failed && !b.When.Before(after)
}

// ParseBuild reads what a host sends when a build ends: Netlify, GitHub, Cloudflare Pages, Vercel, or
// anybody's {"status": "failure", "message": "…", "url": "…"}. It returns false for calls that say
// nothing of an end, such as that of a build's beginning. A body that is not JSON is the end of a
// successful build.
func ParseBuild(h http.Header, body []byte) (Build, bool) {
	var said call
	if json.Unmarshal(body, &said) != nil {
		said = call{}
	}
	switch {
	case h.Get("X-GitHub-Event") != "":
		return said.gitHub(h.Get("X-GitHub-Event"))
	case h.Get("X-Netlify-Event") != "" || h.Get("X-Webhook-Signature") != "":
		return said.netlify()
	case h.Get("X-Vercel-Signature") != "":
		return said.vercel()
	case h.Get("Cf-Webhook-Auth") != "" || strings.HasPrefix(said.AlertType, "pages"):
		return said.cloudflare()
	}
	return said.plain()
}

// call has the parts of all hosts' calls that matter.
type call struct {
	// Netlify; state, url and a message are also what plain calls may have.
	State        string `json:"state"`
	ErrorMessage string `json:"error_message"`
	URL          string `json:"url"`
	SSLURL       string `json:"ssl_url"`
	AdminURL     string `json:"admin_url"`
	Context      string `json:"context"`

	// GitHub.
	DeploymentStatus struct {
		State          string `json:"state"`
		Description    string `json:"description"`
		LogURL         string `json:"log_url"`
		TargetURL      string `json:"target_url"`
		EnvironmentURL string `json:"environment_url"`
	} `json:"deployment_status"`
	Build struct {
		Status string `json:"status"`
		Error  struct {
			Message string `json:"message"`
		} `json:"error"`
	} `json:"build"`
	Action      string `json:"action"`
	WorkflowRun struct {
		Name       string `json:"name"`
		Conclusion string `json:"conclusion"`
		HTMLURL    string `json:"html_url"`
	} `json:"workflow_run"`

	// Vercel.
	Type    string `json:"type"`
	Payload struct {
		Target string `json:"target"`
		Links  struct {
			Deployment string `json:"deployment"`
		} `json:"links"`
		ErrorMessage string `json:"errorMessage"`
	} `json:"payload"`

	// Cloudflare.
	AlertType string `json:"alert_type"`
	Text      string `json:"text"`
	Data      struct {
		Event       string `json:"event"`
		Environment string `json:"environment"`
	} `json:"data"`

	// Plain calls.
	Status  string `json:"status"`
	Message string `json:"message"`
	Link    string `json:"link"`
}

func (c call) netlify() (Build, bool) {
	b := Build{Host: "Netlify", URL: cmp.Or(c.SSLURL, c.URL), Reason: c.ErrorMessage, Link: c.AdminURL}
	if c.Context != "" && c.Context != "production" {
		return b, false // a preview
	}
	b.Failed = c.State == "error"
	return b, b.Failed || c.State == "ready"
}

func (c call) gitHub(event string) (Build, bool) {
	b := Build{Host: "GitHub"}
	switch event {
	case "deployment_status":
		d := c.DeploymentStatus
		b.Failed = d.State == "failure" || d.State == "error"
		b.Reason, b.Link, b.URL = d.Description, cmp.Or(d.LogURL, d.TargetURL), d.EnvironmentURL
		return b, b.Failed || d.State == "success"
	case "page_build":
		b.Failed, b.Reason = c.Build.Status == "errored", c.Build.Error.Message
		return b, b.Failed || c.Build.Status == "built"
	case "workflow_run":
		switch run := c.WorkflowRun; run.Conclusion {
		case "success":
			return b, c.Action == "completed"
		case "failure", "timed_out", "startup_failure":
			b.Failed, b.Reason, b.Link = true, "the workflow "+run.Name+" ended with "+run.Conclusion, run.HTMLURL
			return b, c.Action == "completed"
		}
	}
	return b, false
}

func (c call) vercel() (Build, bool) {
	b := Build{Host: "Vercel", Link: c.Payload.Links.Deployment, Reason: c.Payload.ErrorMessage}
	if c.Payload.Target != "" && c.Payload.Target != "production" {
		return b, false
	}
	b.Failed = c.Type == "deployment.error"
	return b, b.Failed || c.Type == "deployment.succeeded" || c.Type == "deployment.promoted" ||
		c.Type == "deployment.ready"
}

func (c call) cloudflare() (Build, bool) {
	b := Build{Host: "Cloudflare"}
	if c.Data.Environment != "" && !strings.Contains(strings.ToLower(c.Data.Environment), "production") {
		return b, false
	}
	said := strings.ToLower(c.Data.Event + " " + c.Text)
	switch {
	case strings.Contains(said, "fail"):
		b.Failed, b.Reason = true, c.Text
		return b, true
	case strings.Contains(said, "success"):
		return b, true
	}
	return b, false
}

func (c call) plain() (Build, bool) {
	b := Build{Reason: cmp.Or(c.Message, c.ErrorMessage), Link: c.Link, URL: c.URL}
	switch strings.ToLower(cmp.Or(c.Status, c.State)) {
	case "failure", "failed", "error", "errored":
		b.Failed = true
	case "pending", "running", "building", "started", "queued":
		return b, false
	}
	return b, true
}
