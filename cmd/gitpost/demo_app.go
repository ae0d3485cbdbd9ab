package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/state"
	"gitpost/templates"
)

// demoToken makes a token as `gitpost token create` does, beside the running server.
func demoToken(ctx context.Context, cfg config.Config) (secret string, err error) {
	db, err := state.Open(ctx, cfg.StateFile())
	if err != nil {
		return "", err
	}
	secret, err = db.CreateToken(ctx, state.Token{
		Name: "demo", Me: cfg.Me(),
		Scope: []string{"create", "update", "delete", "undelete", "media"},
	})
	return secret, errors.Join(err, db.Close())
}

// demoApp is a Micropub app that knows nothing of gitpost but its endpoint.
type demoApp struct{ endpoint, token string }

func (a demoApp) postNote(ctx context.Context) (location string, err error) {
	form := url.Values{
		"h":          {"entry"},
		"content":    {"First swim of the year. Eleven degrees, and worth every one of them."},
		"category[]": {"swimming", "harbour"},
	}
	return a.post(ctx, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (a demoApp) postPhoto(ctx context.Context) (location string, err error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part := func(name, text string) { err = errors.Join(err, w.WriteField(name, text)) }
	part("h", "entry")
	part("content", "The last boat of the day comes home.")
	part("category[]", "harbour")
	part("mp-photo-alt[]", "A sailing boat on still water, hills and the setting sun behind it")
	picture, e := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="photo"; filename="harbour.jpg"`},
		"Content-Type":        {"image/jpeg"},
	})
	if err = errors.Join(err, e); err != nil {
		return "", err
	}
	_, e = picture.Write(templates.DemoPhoto)
	if err = errors.Join(e, w.Close()); err != nil {
		return "", err
	}
	return a.post(ctx, w.FormDataContentType(), &body)
}

// post creates a post and gives its address.
func (a demoApp) post(ctx context.Context, contentType string, body io.Reader) (location string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint, body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", contentType)
	answer, header, err := a.do(r, http.StatusCreated)
	if err != nil {
		return "", err
	}
	var delivery struct {
		Pushed *bool  `json:"pushed"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal(answer, &delivery) == nil && delivery.Pushed != nil && !*delivery.Pushed {
		return "", fmt.Errorf("the post is committed, but not pushed: %s", delivery.Reason)
	}
	return header.Get("Location"), nil
}

// source asks for the post's properties, and lays the answer out for reading.
func (a demoApp) source(ctx context.Context, location string) (string, error) {
	query := url.Values{"q": {"source"}, "url": {location}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.endpoint+"?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	answer, _, err := a.do(r, http.StatusOK)
	if err != nil {
		return "", err
	}
	var laidOut bytes.Buffer
	if err := json.Indent(&laidOut, answer, "", "  "); err != nil {
		return "", fmt.Errorf("read the answer to q=source: %w", err)
	}
	return strings.TrimSpace(laidOut.String()), nil
}

func (a demoApp) do(r *http.Request, want int) (body []byte, header http.Header, err error) {
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("Accept", "application/json")
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	if body, err = io.ReadAll(answer.Body); err != nil {
		return nil, nil, err
	}
	if answer.StatusCode != want {
		return nil, nil, fmt.Errorf("%s %s answered %s: %s", r.Method, r.URL.Path, answer.Status,
			strings.TrimSpace(string(body)))
	}
	return body, answer.Header, nil
}
