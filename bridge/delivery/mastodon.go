package delivery

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
)

// mastodon posts copies to one account of a server with Mastodon's API.
type mastodon struct {
	target config.Target
	client *http.Client
	now    func() time.Time
}

// networkTimeout is for one request to a network; uploads take a while.
const networkTimeout = time.Minute

// idempotent is how long a Mastodon server remembers an Idempotency-Key, with a margin: it says an hour.
const idempotent = 50 * time.Minute

// status is a post on Mastodon.
type status struct {
	ID      string  `json:"id"`
	URL     string  `json:"url"`
	URI     string  `json:"uri"`
	Content string  `json:"content"`
	Created string  `json:"created_at"`
	Reblog  *status `json:"reblog"`
}

// refusal is an answer of a network that is not good.
type refusal struct {
	status int
	words  string
	wait   time.Duration // that it asks for
}

func (r *refusal) Error() string {
	if r.words == "" {
		return "it answers " + statusText(r.status)
	}
	return "it answers " + statusText(r.status) + ": " + r.words
}

// create makes the copy, or what the network has for a like, a repost or a reply. It returns the
// copy's ID and address. save stores the notes before a step that must not be taken twice.
func (m mastodon) create(ctx context.Context, c *copyJob, save func() error) (id, link string, err error) {
	token, err := m.token()
	if err != nil {
		return "", "", err
	}
	about, err := m.about(ctx, token, c.item)
	if err != nil {
		return "", "", err
	}
	switch kind := mf2.PostType(c.item); {
	case about != nil && kind == "like":
		var liked status
		err := m.call(ctx, token, http.MethodPost, "/api/v1/statuses/"+about.ID+"/favourite", nil, "", &liked)
		return "like " + about.ID, cmp.Or(liked.URL, about.URL), err
	case about != nil && kind == "repost" && c.item.Properties.Text("content") == "":
		var shared status
		err := m.call(ctx, token, http.MethodPost, "/api/v1/statuses/"+about.ID+"/reblog", nil, "", &shared)
		return "reblog " + about.ID, cmp.Or(shared.URL, about.URL), err
	}
	limits := m.limits(ctx)
	body, err := m.body(ctx, token, c, about, limits)
	if err != nil {
		return "", "", err
	}
	if c.notes.Sent != 0 && m.now().Sub(time.Unix(c.notes.Sent, 0)) > idempotent {
		found, err := m.find(ctx, token, body["status"].(string), time.Unix(c.notes.Sent, 0))
		if err != nil {
			return "", "", err
		}
		if found != nil {
			return found.ID, cmp.Or(found.URL, found.URI), nil
		}
		c.notes.Sent = 0
	}
	if c.notes.Sent == 0 {
		c.notes.Sent = m.now().Unix()
		c.notes.Key = c.key + "-" + strconv.FormatInt(c.notes.Sent, 36)
	}
	if err := save(); err != nil {
		return "", "", err
	}
	var made status
	err = m.call(ctx, token, http.MethodPost, "/api/v1/statuses", body, c.notes.Key, &made)
	return made.ID, cmp.Or(made.URL, made.URI), err
}

// edit changes the copy.
func (m mastodon) edit(ctx context.Context, c *copyJob) error {
	if strings.Contains(c.notes.ID, " ") { // a like or a boost has nothing to edit
		return nil
	}
	token, err := m.token()
	if err != nil {
		return err
	}
	body, err := m.body(ctx, token, c, nil, m.limits(ctx))
	if err != nil {
		return err
	}
	delete(body, "visibility")
	return m.call(ctx, token, http.MethodPut, "/api/v1/statuses/"+url.PathEscape(c.notes.ID), body, "", nil)
}

// remove deletes the copy, or takes the like or the boost back. One that is gone already is no error.
func (m mastodon) remove(ctx context.Context, c *copyJob) error {
	token, err := m.token()
	if err != nil {
		return err
	}
	method, path := http.MethodDelete, "/api/v1/statuses/"+url.PathEscape(c.notes.ID)
	if what, of, ok := strings.Cut(c.notes.ID, " "); ok {
		undo := map[string]string{"like": "unfavourite", "reblog": "unreblog"}[what]
		method, path = http.MethodPost, "/api/v1/statuses/"+url.PathEscape(of)+"/"+undo
	}
	err = m.call(ctx, token, method, path, nil, "", nil)
	var no *refusal
	if errors.As(err, &no) && no.status == http.StatusNotFound {
		return nil
	}
	return err
}

// body is a status as it is posted.
func (m mastodon) body(ctx context.Context, token string, c *copyJob, about *status,
	l mastodonLimits) (map[string]any, error) {
	p := c.item.Properties
	warning := ""
	sensitive := p.Text("sensitive")
	if sensitive == "true" || sensitive == "yes" {
		warning = p.Text("summary")
	}
	text := l.textLimits
	text.Characters -= textLimits{}.length(run{Text: warning}) // they count together
	body := map[string]any{"status": flat(copyText(c.item, c.url, about != nil, text))}
	if warning != "" {
		body["spoiler_text"] = warning
	}
	if sensitive == "true" || sensitive == "yes" {
		body["sensitive"] = true
	}
	if v := cmp.Or(m.target.Visibility, map[bool]string{true: "unlisted"}[p.Text("visibility") == "unlisted"]); v != "" {
		body["visibility"] = v
	}
	if lang, _, _ := strings.Cut(p.Text("lang"), "-"); lang != "" {
		body["language"] = lang
	}
	if about != nil {
		body["in_reply_to_id"] = about.ID
	}
	photos := p["photo"]
	for i, photo := range photos[:min(len(photos), l.Attachments)] {
		for len(c.notes.Media) <= i {
			id, err := m.upload(ctx, token, c, photo, l)
			if err != nil {
				return nil, err
			}
			c.notes.Media = append(c.notes.Media, id)
		}
	}
	if len(c.notes.Media) > 0 {
		if err := m.processed(ctx, token, c.notes.Media); err != nil {
			return nil, err
		}
		body["media_ids"] = c.notes.Media
	}
	return body, nil
}

// about is the post on the network that this one responds to; nil when it is not on the network.
func (m mastodon) about(ctx context.Context, token string, item mf2.Item) (*status, error) {
	target := ""
	for _, name := range []string{"like-of", "repost-of", "in-reply-to"} {
		target = cmp.Or(target, item.Properties.Text(name))
	}
	if target == "" {
		return nil, nil
	}
	var found struct {
		Statuses []status `json:"statuses"`
	}
	q := url.Values{"q": {target}, "resolve": {"true"}, "type": {"statuses"}, "limit": {"1"}}
	err := m.call(ctx, token, http.MethodGet, "/api/v2/search?"+q.Encode(), nil, "", &found)
	var no *refusal
	if errors.As(err, &no) && (no.status == http.StatusNotFound || no.status == http.StatusForbidden) {
		return nil, nil // the token may not search, or the server cannot
	}
	if err != nil || len(found.Statuses) == 0 {
		return nil, err
	}
	return &found.Statuses[0], nil
}

// find looks for a status with a text among the newest of the account: a request may have arrived
// whose answer did not.
func (m mastodon) find(ctx context.Context, token, text string, since time.Time) (*status, error) {
	var me struct {
		ID string `json:"id"`
	}
	if err := m.call(ctx, token, http.MethodGet, "/api/v1/accounts/verify_credentials", nil, "", &me); err != nil {
		return nil, err
	}
	var list []status
	path := "/api/v1/accounts/" + url.PathEscape(me.ID) + "/statuses?limit=40&exclude_reblogs=true"
	if err := m.call(ctx, token, http.MethodGet, path, nil, "", &list); err != nil {
		return nil, err
	}
	want := strings.Join(wordsOf(text), " ")
	for _, s := range list {
		at, err := time.Parse(time.RFC3339, s.Created)
		if err == nil && at.Before(since.Add(-time.Minute)) || len(s.Content) > mostSource {
			continue
		}
		if got := strings.Join(wordsOf(flat(runsOf(s.Content, textLimits{Links: true}))), " "); got == want {
			return &s, nil
		}
	}
	return nil, nil
}

// mastodonLimits are what a server allows.
type mastodonLimits struct {
	textLimits
	Attachments int
	ImageSize   int64
	Description int
}

// limits asks the server. Servers of other make answer the older question, or neither.
func (m mastodon) limits(ctx context.Context) mastodonLimits {
	l := mastodonLimits{textLimits: textLimits{Characters: 500, URL: 23}, Attachments: 4, ImageSize: 8 << 20,
		Description: 1500}
	var said struct {
		MaxTootChars  int `json:"max_toot_chars"` // Pleroma and Akkoma
		Configuration struct {
			Statuses struct {
				MaxCharacters            int `json:"max_characters"`
				MaxMediaAttachments      int `json:"max_media_attachments"`
				CharactersReservedPerURL int `json:"characters_reserved_per_url"`
			} `json:"statuses"`
			MediaAttachments struct {
				ImageSizeLimit   int64 `json:"image_size_limit"`
				DescriptionLimit int   `json:"description_limit"`
			} `json:"media_attachments"`
		} `json:"configuration"`
	}
	if m.call(ctx, "", http.MethodGet, "/api/v2/instance", nil, "", &said) != nil {
		_ = m.call(ctx, "", http.MethodGet, "/api/v1/instance", nil, "", &said) // else the usual limits
	}
	set := func(to *int, values ...int) {
		for _, v := range values {
			if v > 0 {
				*to = v
			}
		}
	}
	c := said.Configuration
	set(&l.Characters, said.MaxTootChars, c.Statuses.MaxCharacters)
	set(&l.Attachments, c.Statuses.MaxMediaAttachments)
	set(&l.URL, c.Statuses.CharactersReservedPerURL)
	set(&l.Description, c.MediaAttachments.DescriptionLimit)
	if c.MediaAttachments.ImageSizeLimit > 0 {
		l.ImageSize = c.MediaAttachments.ImageSizeLimit
	}
	return l
}

// upload brings a photo to the server.
func (m mastodon) upload(ctx context.Context, token string, c *copyJob, photo any, l mastodonLimits) (string, error) {
	picture, err := c.picture(ctx, photo, l.ImageSize)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	header := textproto.MIMEHeader{"Content-Type": {picture.kind},
		"Content-Disposition": {`form-data; name="file"; filename="` + picture.name() + `"`}}
	part, err := form.CreatePart(header)
	if err == nil {
		_, err = part.Write(picture.data)
	}
	if err == nil && picture.alt != "" {
		err = form.WriteField("description", firstLetters(picture.alt, l.Description))
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.target.Server+"/api/v2/media", &b)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	var made struct {
		ID string `json:"id"`
	}
	err = m.send(r, token, &made)
	return made.ID, err
}

// processed returns an error while the server still works on an upload.
func (m mastodon) processed(ctx context.Context, token string, media []string) error {
	for _, id := range media {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, m.target.Server+"/api/v1/media/"+url.PathEscape(id), nil)
		if err != nil {
			return err
		}
		err = m.send(r, token, nil)
		var no *refusal
		if errors.As(err, &no) && no.status == http.StatusPartialContent {
			return &refusal{status: no.status, words: "a photo is still being processed", wait: 2 * time.Second}
		}
		if errors.As(err, &no) && no.status == http.StatusNotFound {
			continue // servers that process at once need not answer this
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m mastodon) token() (string, error) {
	token, err := os.ReadFile(m.target.TokenFile)
	if err != nil {
		return "", fmt.Errorf("read token_file: %w", err)
	}
	return strings.TrimSpace(string(token)), nil
}

// call sends JSON and reads the answer into a value, which may be nil.
func (m mastodon) call(ctx context.Context, token, method, path string, body map[string]any, key string,
	into any) error {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, m.target.Server+path, text)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return m.send(r, token, into)
}

func (m mastodon) send(r *http.Request, token string, into any) error {
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return sendJSON(m.client, r, m.now(), into)
}

// sendJSON sends a request to a network and reads its answer.
func sendJSON(client *http.Client, r *http.Request, now time.Time, into any) error {
	r.Header.Set("User-Agent", "gitpost")
	answer, err := client.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return fmt.Errorf("it cannot be reached: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20))
	if err != nil {
		return fmt.Errorf("its answer broke off: %w", err)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 || answer.StatusCode == http.StatusPartialContent {
		var said struct {
			Error            string `json:"error"`
			ErrorDescription string `json:"error_description"`
			Message          string `json:"message"`
		}
		_ = json.Unmarshal(body, &said) // a proxy's page is no JSON
		return &refusal{status: answer.StatusCode,
			words: firstLetters(cmp.Or(said.Message, said.ErrorDescription, said.Error), 200),
			wait:  askedWait(answer.Header, now)}
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("its answer is not what was expected: %w", err)
	}
	return nil
}

// askedWait is how long an answer asks to wait.
func askedWait(h http.Header, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(h.Get("Retry-After")); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := time.Parse(time.RFC3339, h.Get("X-RateLimit-Reset")); err == nil { // Mastodon
		return max(at.Sub(now), 0)
	}
	if at, err := strconv.ParseInt(h.Get("Ratelimit-Reset"), 10, 64); err == nil { // Bluesky
		return max(time.Unix(at, 0).Sub(now), 0)
	}
	return 0
}

func firstLetters(s string, most int) string {
	if letters := []rune(s); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return s
}
