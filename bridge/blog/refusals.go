package blog

import (
	"fmt"
	"strings"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/gitstore"
)

// Refusal is a change that the Git host refuses. It waits until it is fixed or deleted, while others
// are pushed.
type Refusal struct {
	URL     string    `json:"url,omitempty"` // of the post
	Subject string    `json:"subject"`
	Files   []string  `json:"files"`
	Reason  string    `json:"reason"`           // the host's, in words
	Remedy  string    `json:"remedy,omitempty"` // "" when it is not known
	Since   time.Time `json:"since"`
}

// name is the post's URL, or else the files.
func (r Refusal) name() string {
	if r.URL != "" {
		return r.URL
	}
	return strings.Join(r.Files, ", ")
}

func refusals(st gitstore.Status) (list []Refusal) {
	for _, r := range st.Refused {
		subject, _, _ := strings.Cut(r.Message, "\n")
		list = append(list, Refusal{URL: history.Trailers(r.Message)[history.URL], Subject: subject, Files: r.Paths,
			Reason: r.Reason, Remedy: r.Hint, Since: r.Since.UTC()})
	}
	return list
}

// remoteProblem is why commits wait or the remote cannot be fetched, with the addresses of the posts
// that the host refuses; "" when all is well.
func remoteProblem(st gitstore.Status) string {
	list := refusals(st)
	if len(list) == 0 {
		return st.Problem
	}
	const most = 3
	var names []string
	for _, r := range list[:min(most, len(list))] {
		names = append(names, r.name())
	}
	if n := len(list) - most; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	text := "the host refuses " + strings.Join(names, ", ")
	if st.Problem == "" || strings.HasPrefix(st.Problem, list[0].Reason) {
		if text += ": " + list[0].Reason; list[0].Remedy != "" {
			text += "; " + list[0].Remedy
		}
		return text
	}
	return st.Problem + "; and " + text
}

// fits refuses a file that the site's Git host would refuse for its size, as far as that is known.
func (b *Blog) fits(size int64) error {
	const op = "upload"
	megabytes := func(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
	known := gitstore.LimitOf(b.Config().Repo)
	if known.Most > 0 && size > known.Most {
		return &fault.Error{Code: fault.TooLarge, Op: op,
			Message: fmt.Sprintf("%s accepts no file above %s, and this one has %s", known.Host, megabytes(known.Most),
				megabytes(size)),
			Hint: "send a smaller one"}
	}
	for _, r := range b.Delivery().Refused {
		if r.Size && r.Largest > 0 && size >= r.Largest {
			return &fault.Error{Code: fault.TooLarge, Op: op,
				Message: fmt.Sprintf("the Git host has refused a file of %s for its size, and this one has %s: %s",
					megabytes(r.Largest), megabytes(size), r.Reason),
				Hint: "send a smaller one, or allow larger files at the host"}
		}
	}
	if known.Warn > 0 && size > known.Warn {
		b.log.Warn("the Git host warns about files of this size", "host", known.Host, "size", megabytes(size))
	}
	return nil
}
