package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
)

// micropubServer posts copies to another Micropub server, such as Micro.blog's.
type micropubServer struct {
	target config.Target
	client *http.Client
	now    func() time.Time
}

var errLost = settled{errors.New("its answer to the copy was lost: look there, and try again if there is no copy")}

// copied are the properties of a post that its copy has.
var copied = []string{"name", "content", "summary", "category", "photo", "video", "audio", "in-reply-to", "like-of",
	"repost-of", "bookmark-of", "published"}

func (m micropubServer) create(ctx context.Context, c *copyJob, save func() error) (id, link string, err error) {
	if c.notes.Sent != 0 && !c.first {
		// The server may have posted it. It has no way to be asked for one post, so nothing is sent twice.
		return "", "", errLost
	}
	p := mf2.Properties{}
	for _, name := range copied {
		if values := c.item.Properties[name]; len(values) > 0 {
			p[name] = c.absolute(values)
		}
	}
	p["syndication"] = []any{c.url} // where the post comes from
	c.notes.Sent = m.now().Unix()
	if err := save(); err != nil {
		return "", "", err
	}
	link, err = m.call(ctx, map[string]any{"type": []string{"h-entry"}, "properties": p}, c.key)
	var no *refusal
	if errors.As(err, &no) {
		c.notes.Sent = 0 // it says that it did not
	}
	return link, link, err
}

func (m micropubServer) edit(ctx context.Context, c *copyJob) error {
	replace := mf2.Properties{}
	for _, name := range []string{"name", "content", "summary", "category"} {
		if values := c.item.Properties[name]; len(values) > 0 {
			replace[name] = values
		}
	}
	_, err := m.call(ctx, map[string]any{"action": "update", "url": c.notes.ID, "replace": replace}, "")
	return err
}

func (m micropubServer) remove(ctx context.Context, c *copyJob) error {
	_, err := m.call(ctx, map[string]any{"action": "delete", "url": c.notes.ID}, "")
	return err
}

// call sends a request and returns the Location of the answer.
func (m micropubServer) call(ctx context.Context, body map[string]any, key string) (location string, err error) {
	token, err := os.ReadFile(m.target.TokenFile)
	if err != nil {
		return "", fmt.Errorf("read token_file: %w", err)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.target.Server, strings.NewReader(string(text)))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	r.Header.Set("User-Agent", "gitpost")
	if key != "" {
		r.Header.Set("Idempotency-Key", key) // for servers that know it
	}
	answer, err := m.client.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return "", fmt.Errorf("it cannot be reached: %w", err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("its answer broke off: %w", err)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		var no struct {
			Error            string `json:"error"`
			ErrorDescription string `json:"error_description"`
		}
		_ = json.Unmarshal(said, &no) // a proxy's page is no JSON
		words := no.ErrorDescription
		if words == "" {
			words = no.Error
		}
		return "", &refusal{status: answer.StatusCode, words: firstLetters(words, 200),
			wait: askedWait(answer.Header, m.now())}
	}
	if at, err := answer.Location(); err == nil {
		location = at.String()
	}
	return location, nil
}

// absolute makes the URLs of photos and the like whole: they may be relative to the post.
func (c *copyJob) absolute(values []any) []any {
	base, err := url.Parse(c.url)
	if err != nil {
		return values
	}
	whole := func(s string) string {
		if u, err := base.Parse(s); err == nil && (strings.HasPrefix(s, "/") || strings.HasPrefix(s, "./")) {
			return u.String()
		}
		return s
	}
	out := make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case string:
			out[i] = whole(v)
		case map[string]any:
			o, _ := mf2.Clone(v).(map[string]any)
			if s, ok := o["value"].(string); ok {
				o["value"] = whole(s)
			}
			out[i] = o
		default:
			out[i] = v
		}
	}
	return out
}

// archive has the Internet Archive keep the post's page (Save Page Now).
type archive struct {
	target config.Target
	client *http.Client
	now    func() time.Time
}

func (a archive) create(ctx context.Context, c *copyJob, _ func() error) (id, link string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.target.Server+"/save",
		strings.NewReader(url.Values{"url": {c.url}, "skip_first_archive": {"1"}}.Encode()))
	if err != nil {
		return "", "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	key, err := os.ReadFile(a.target.TokenFile)
	if err != nil {
		return "", "", fmt.Errorf("read token_file: %w", err)
	}
	r.Header.Set("Authorization", "LOW "+strings.TrimSpace(string(key)))
	var job struct {
		ID      string `json:"job_id"`
		Message string `json:"message"`
	}
	if err := sendJSON(a.client, r, a.now(), &job); err != nil {
		return "", "", err
	}
	if job.ID == "" {
		return "", "", &refusal{status: http.StatusServiceUnavailable, words: firstLetters(job.Message, 200)}
	}
	// Saving takes minutes. The address without a time leads to the newest copy.
	return job.ID, a.target.Server + "/web/" + c.url, nil
}

// edit has the new version of the page kept.
func (a archive) edit(ctx context.Context, c *copyJob) error {
	_, _, err := a.create(ctx, c, nil)
	return err
}

// remove does nothing: the archive keeps what it has.
func (archive) remove(context.Context, *copyJob) error { return nil }
