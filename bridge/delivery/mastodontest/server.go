// Package mastodontest is a small Mastodon server for tests. It is written from the public documentation
// of Mastodon's API, and keeps everything in memory. Clients that others wrote work with it.
//
// A Server is safe for concurrent use.
package mastodontest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Token is the access token of the one account.
const Token = "a-token-of-the-fake"

// Status is a post.
type Status struct {
	ID         string   `json:"id"`
	URL        string   `json:"url"`
	URI        string   `json:"uri"`
	Created    string   `json:"created_at"`
	Content    string   `json:"content"`
	Text       string   `json:"text"`
	Spoiler    string   `json:"spoiler_text"`
	Sensitive  bool     `json:"sensitive"`
	Visibility string   `json:"visibility"`
	Language   string   `json:"language"`
	ReplyTo    *string  `json:"in_reply_to_id"`
	Media      []*Media `json:"media_attachments"`
	Account    any      `json:"account"`
	Favourited bool     `json:"favourited"`
	Reblogged  bool     `json:"reblogged"`
	Reblog     *Status  `json:"reblog"`
	Edited     *string  `json:"edited_at"`

	// What clients expect to be there.
	Mentions      []any `json:"mentions"`
	Tags          []any `json:"tags"`
	Emojis        []any `json:"emojis"`
	Replies       int   `json:"replies_count"`
	Reblogs       int   `json:"reblogs_count"`
	Favourites    int   `json:"favourites_count"`
	Poll          any   `json:"poll"`
	Card          any   `json:"card"`
	ReplyToPerson any   `json:"in_reply_to_account_id"`
	Application   any   `json:"application"`
	Pinned        bool  `json:"pinned"`
	Bookmarked    bool  `json:"bookmarked"`
	Muted         bool  `json:"muted"`
	Filtered      []any `json:"filtered"`
}

// Media is an attachment.
type Media struct {
	ID          string  `json:"id"`
	Type        string  `json:"type"`
	URL         *string `json:"url"`
	Preview     string  `json:"preview_url"`
	Description *string `json:"description"`
	Meta        any     `json:"meta"`
	Size        int     `json:"-"`
	asked       int
}

// Server is a running server. Close ends it.
type Server struct {
	*httptest.Server

	// Now is the server's clock. MaxCharacters is 500 unless it is set. Both must be set before use.
	Now           func() time.Time
	MaxCharacters int

	// Killed ends the client, for Kill.
	Killed func()

	mu       sync.Mutex // guards all below
	next     int
	statuses []*Status
	media    map[string]*Media
	keys     map[string]keyed
	posts    int // of new statuses, whatever came of them
	answers  []Answer
}

type keyed struct {
	id string
	at time.Time
}

// Answer is what becomes of one request for a new status.
type Answer int

const (
	Post  Answer = iota // it is posted
	Drop                // it is posted, and the connection breaks before the answer
	Break               // it is not posted, and the connection breaks
	Limit               // 429, for a minute
	Fail                // 503
	Kill                // it is posted, and Killed is called before the answer
)

// New starts a server.
func New() *Server {
	s := &Server{Now: time.Now, MaxCharacters: 500, next: 100, media: map[string]*Media{}, keys: map[string]keyed{}}
	s.Server = httptest.NewServer(s.routes())
	return s
}

// Next sets what becomes of the next requests for a new status; those after them are posted.
func (s *Server) Next(answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = answers
}

// Statuses returns what is posted, the oldest first, and the number of requests for new statuses.
func (s *Server) Statuses() (list []Status, requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, status := range s.statuses {
		list = append(list, *status)
	}
	return list, s.posts
}

// Add posts what somebody else wrote, and returns it.
func (s *Server) Add(text string) Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.add(&Status{Text: text, Visibility: "public"})
}

func (s *Server) add(status *Status) *Status {
	s.next++
	status.ID = strconv.Itoa(s.next)
	status.URL, status.URI = s.URL+"/@ada/"+status.ID, s.URL+"/users/ada/statuses/"+status.ID
	status.Created = s.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	status.Content = "<p>" + strings.ReplaceAll(html.EscapeString(status.Text), "\n", "<br>") + "</p>"
	status.Account = s.account()
	status.Mentions, status.Tags, status.Emojis, status.Filtered = []any{}, []any{}, []any{}, []any{}
	if status.Media == nil {
		status.Media = []*Media{}
	}
	s.statuses = append(s.statuses, status)
	return status
}

func (s *Server) account() map[string]any {
	return map[string]any{"id": "1", "username": "ada", "acct": "ada", "display_name": "Ada", "url": s.URL + "/@ada",
		"note": "", "avatar": "", "header": "", "locked": false, "bot": false, "created_at": "2020-01-01T00:00:00.000Z",
		"emojis": []any{}, "fields": []any{}, "followers_count": 0, "following_count": 0, "statuses_count": len(s.statuses)}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	open := func(pattern string, h func(http.ResponseWriter, *http.Request)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			h(w, r)
		})
	}
	own := func(pattern string, h func(http.ResponseWriter, *http.Request)) {
		open(pattern, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+Token {
				fail(w, http.StatusUnauthorized, "The access token is invalid")
				return
			}
			h(w, r)
		})
	}
	open("GET /api/v2/instance", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, s.instance()) })
	open("GET /api/v1/instance", func(w http.ResponseWriter, _ *http.Request) {
		i := s.instance()
		i["uri"] = i["domain"]
		say(w, http.StatusOK, i)
	})
	own("GET /api/v1/accounts/verify_credentials", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, s.account())
	})
	own("GET /api/v1/accounts/{id}/statuses", func(w http.ResponseWriter, _ *http.Request) {
		list := slices.Clone(s.statuses)
		slices.Reverse(list)
		say(w, http.StatusOK, list[:min(len(list), 40)])
	})
	own("POST /api/v1/media", s.upload) // of older clients: they get it when it is processed
	own("POST /api/v2/media", s.upload)
	own("GET /api/v1/media/{id}", s.showMedia)
	own("POST /api/v1/statuses", s.post)
	own("GET /api/v1/statuses/{id}", s.about(func(w http.ResponseWriter, _ *http.Request, status *Status) {
		say(w, http.StatusOK, status)
	}))
	own("PUT /api/v1/statuses/{id}", s.about(s.edit))
	own("DELETE /api/v1/statuses/{id}", s.about(func(w http.ResponseWriter, _ *http.Request, status *Status) {
		s.statuses = slices.DeleteFunc(s.statuses, func(o *Status) bool { return o == status })
		say(w, http.StatusOK, status)
	}))
	for path, change := range map[string]func(*Status){
		"favourite": func(t *Status) { t.Favourited = true }, "unfavourite": func(t *Status) { t.Favourited = false },
		"unreblog": func(t *Status) { t.Reblogged = false },
	} {
		own("POST /api/v1/statuses/{id}/"+path, s.about(func(w http.ResponseWriter, _ *http.Request, status *Status) {
			change(status)
			say(w, http.StatusOK, status)
		}))
	}
	own("POST /api/v1/statuses/{id}/reblog", s.about(func(w http.ResponseWriter, _ *http.Request, status *Status) {
		status.Reblogged = true
		boost := *status
		boost.Reblog, boost.ID, boost.URL = status, status.ID+"9", status.URL+"/reblog"
		say(w, http.StatusOK, boost)
	}))
	own("GET /api/v2/search", func(w http.ResponseWriter, r *http.Request) {
		found := []*Status{}
		for _, status := range s.statuses {
			if q := r.URL.Query().Get("q"); q == status.URL || q == status.URI {
				found = append(found, status)
			}
		}
		say(w, http.StatusOK, map[string]any{"statuses": found, "accounts": []any{}, "hashtags": []any{}})
	})
	return mux
}

func (s *Server) instance() map[string]any {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil
	}
	return map[string]any{"domain": u.Host, "title": "A fake", "version": "4.3.0", "languages": []string{"en"},
		"urls": map[string]string{"streaming_api": ""}, "stats": map[string]int{},
		"configuration": map[string]any{
			"statuses": map[string]int{"max_characters": s.MaxCharacters, "max_media_attachments": 4,
				"characters_reserved_per_url": 23},
			"media_attachments": map[string]any{"image_size_limit": 16 << 20, "description_limit": 1500,
				"supported_mime_types": []string{"image/jpeg", "image/png", "image/gif", "image/webp"}},
			"urls": map[string]string{"streaming": ""},
		}}
}

// about finds the status of a request.
func (s *Server) about(h func(http.ResponseWriter, *http.Request, *Status)) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(s.statuses, func(t *Status) bool { return t.ID == r.PathValue("id") })
		if i < 0 {
			fail(w, http.StatusNotFound, "Record not found")
			return
		}
		h(w, r, s.statuses[i])
	}
}

// upload takes a file. In version 2 of the request it is processed only after somebody has asked for it
// twice.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	file, header, err := r.FormFile("file")
	if err != nil {
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File can't be blank")
		return
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil || !strings.HasPrefix(http.DetectContentType(data), "image/") {
		fail(w, http.StatusUnprocessableEntity,
			"Validation failed: File has contents that are not what they are reported to be")
		return
	}
	s.next++
	m := &Media{ID: strconv.Itoa(s.next), Type: "image", Size: len(data), Preview: s.URL + "/media/" + header.Filename,
		Meta: map[string]any{}}
	if d := r.FormValue("description"); d != "" {
		m.Description = &d
	}
	s.media[m.ID] = m
	if strings.HasPrefix(r.URL.Path, "/api/v1/") {
		m.process(s.URL)
		say(w, http.StatusOK, m)
		return
	}
	say(w, http.StatusAccepted, m)
}

func (s *Server) showMedia(w http.ResponseWriter, r *http.Request) {
	m := s.media[r.PathValue("id")]
	if m == nil {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	if m.asked++; m.asked < 2 {
		say(w, http.StatusPartialContent, m)
		return
	}
	m.process(s.URL)
	say(w, http.StatusOK, m)
}

func (m *Media) process(server string) {
	at := server + "/media/" + m.ID
	m.URL = &at
}

// asked is the body of a request about a status, as JSON or as a form.
type asked struct {
	Status     string   `json:"status"`
	Spoiler    string   `json:"spoiler_text"`
	Sensitive  bool     `json:"sensitive"`
	Visibility string   `json:"visibility"`
	Language   string   `json:"language"`
	ReplyTo    string   `json:"in_reply_to_id"`
	Media      []string `json:"media_ids"`
}

func read(r *http.Request) (a asked, err error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return a, json.NewDecoder(r.Body).Decode(&a)
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
		return a, err
	}
	f := r.Form
	a = asked{Status: f.Get("status"), Spoiler: f.Get("spoiler_text"), Visibility: f.Get("visibility"),
		Language: f.Get("language"), ReplyTo: f.Get("in_reply_to_id"), Media: append(f["media_ids[]"], f["media_ids"]...)}
	a.Sensitive = f.Get("sensitive") == "true" || f.Get("sensitive") == "1" || f.Get("sensitive") == "True"
	return a, nil
}

// apply checks what is asked for, and changes a status to it.
func (s *Server) apply(a asked, to *Status) string {
	for _, id := range a.Media {
		if m := s.media[id]; m == nil || m.URL == nil {
			return "Cannot attach files that have not finished processing. Try again in a moment!"
		}
	}
	switch n := length(a.Status) + len([]rune(a.Spoiler)); {
	case strings.TrimSpace(a.Status) == "" && len(a.Media) == 0:
		return "Validation failed: Text can't be blank"
	case n > s.MaxCharacters:
		return fmt.Sprintf("Validation failed: Text character limit of %d exceeded", s.MaxCharacters)
	}
	to.Text, to.Spoiler, to.Sensitive, to.Language = a.Status, a.Spoiler, a.Sensitive || a.Spoiler != "", a.Language
	to.Content = "<p>" + strings.ReplaceAll(html.EscapeString(to.Text), "\n", "<br>") + "</p>"
	to.Media = []*Media{}
	for _, id := range a.Media {
		to.Media = append(to.Media, s.media[id])
	}
	return ""
}

// length counts as the server does: a URL is 23.
func length(text string) (n int) {
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' }) {
		if i > 0 {
			n++
		}
		if bare := strings.Trim(word, "()"); strings.HasPrefix(bare, "https://") || strings.HasPrefix(bare, "http://") {
			n += 23 + len(word) - len(bare)
			continue
		}
		n += len([]rune(word))
	}
	return n
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	s.posts++
	next := Post
	if len(s.answers) > 0 {
		next, s.answers = s.answers[0], s.answers[1:]
	}
	switch next {
	case Limit:
		w.Header().Set("X-RateLimit-Reset", s.Now().Add(time.Minute).UTC().Format(time.RFC3339))
		fail(w, http.StatusTooManyRequests, "Too many requests")
		return
	case Fail:
		fail(w, http.StatusServiceUnavailable, "Service unavailable")
		return
	case Break:
		panic(http.ErrAbortHandler)
	}
	a, err := read(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if old, ok := s.keys[key]; ok && key != "" && s.Now().Sub(old.at) < time.Hour {
		for _, status := range s.statuses {
			if status.ID == old.id {
				say(w, http.StatusOK, status)
				return
			}
		}
	}
	status := &Status{Visibility: "public"}
	if a.Visibility != "" {
		status.Visibility = a.Visibility
	}
	if a.ReplyTo != "" {
		status.ReplyTo = &a.ReplyTo
	}
	if problem := s.apply(a, status); problem != "" {
		fail(w, http.StatusUnprocessableEntity, problem)
		return
	}
	s.add(status)
	s.keys[key] = keyed{status.ID, s.Now()}
	if next == Kill {
		s.Killed()
	}
	if next == Drop || next == Kill {
		panic(http.ErrAbortHandler)
	}
	say(w, http.StatusOK, status)
}

func (s *Server) edit(w http.ResponseWriter, r *http.Request, status *Status) {
	a, err := read(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if problem := s.apply(a, status); problem != "" {
		fail(w, http.StatusUnprocessableEntity, problem)
		return
	}
	at := s.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	status.Edited = &at
	say(w, http.StatusOK, status)
}

func say(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client went away
}

func fail(w http.ResponseWriter, code int, text string) {
	say(w, code, map[string]string{"error": text})
}
