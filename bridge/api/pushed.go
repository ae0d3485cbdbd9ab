package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"gitpost/bridge/blog"
)

// pushedTo returns the addresses of the repository that a call names, in the form of
// blog.RepositoryAddress. It reads the whole body but keeps those addresses alone.
func pushedTo(h http.Header, body io.Reader) map[string]bool {
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		data, err := io.ReadAll(body) // the spool limits it
		if err != nil {
			return nil
		}
		form, err := url.ParseQuery(string(data)) // GitHub's other way
		if err != nil {
			return nil
		}
		body = strings.NewReader(form.Get("payload"))
	}
	addresses := map[string]bool{}
	d := json.NewDecoder(body)
	d.UseNumber()
	err := eachMember(d, func(name string) error {
		if name != "repository" && name != "project" { // GitLab's
			return skipValue(d)
		}
		return eachMember(d, func(name string) error {
			if !strings.HasSuffix(name, "url") && name != "homepage" {
				return skipValue(d)
			}
			t, err := d.Token()
			if err != nil {
				return err
			}
			if text, ok := t.(string); ok && len(addresses) < 100 {
				addresses[blog.RepositoryAddress(text)] = true
			}
			return skipRest(d, t)
		})
	})
	if err != nil {
		return nil
	}
	return addresses
}

var errNotJSON = errors.New("not the JSON of a webhook")

// eachMember calls member for each name of the next value, which must consume the name's value.
// Another value than an object has no members.
func eachMember(d *json.Decoder, member func(name string) error) error {
	t, err := d.Token()
	if err != nil || t != json.Delim('{') {
		return errors.Join(err, skipRest(d, t))
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return errNotJSON
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func skipValue(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	return skipRest(d, t)
}

// skipRest skips the rest of a value that begins with t.
func skipRest(d *json.Decoder, t json.Token) error {
	const deepest = 1000
	depth := 0
	for {
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth <= 0 {
			return nil
		}
		if depth > deepest {
			return errNotJSON
		}
		var err error
		if t, err = d.Token(); err != nil {
			return err
		}
	}
}
