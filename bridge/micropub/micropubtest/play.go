package micropubtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// Endpoint is the server under test.
type Endpoint struct {
	Micropub string // address of the Micropub endpoint
	Media    string // address of the media endpoint
	Token    string // with the scopes create, update, delete, undelete and media

	Client *http.Client   // nil: one that follows no redirect
	Zone   *time.Location // the site's, for times without an offset; nil: UTC

	// Fetch gets what stands at the URL of an upload. nil: a GET of that URL and, since the
	// site is not built yet, of the same name below the media endpoint.
	Fetch func(url string) ([]byte, error)
}

// Result is what became of one case. Problems is empty when all is as expected.
type Result struct {
	Case     string
	Status   int
	Skipped  string // why the request was not sent
	Problems []string
}

// Play sends the requests of a file in their order.
func (f File) Play(e Endpoint) []Result {
	p := &player{
		endpoint: e, locations: map[string]string{}, done: map[string]bool{}, uploads: map[string][]byte{},
	}
	if p.endpoint.Client == nil {
		p.endpoint.Client = &http.Client{
			Timeout:       time.Minute,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if p.endpoint.Zone == nil {
		p.endpoint.Zone = time.UTC
	}
	var results []Result
	for _, c := range f.Cases {
		results = append(results, p.play(c))
	}
	return results
}

type player struct {
	endpoint  Endpoint
	locations map[string]string // by the name of the request that made the post or file
	done      map[string]bool   // requests that succeeded
	uploads   map[string][]byte // what was uploaded, by the name of the request
}

func (p *player) play(c Case) Result {
	result := Result{Case: c.Name}
	problem := func(format string, args ...any) {
		result.Problems = append(result.Problems, fmt.Sprintf(format, args...))
	}
	for _, name := range c.Requires {
		if !p.done[name] {
			result.Skipped = fmt.Sprintf("%s did not succeed", name)
			return result
		}
	}
	r, err := c.Request(p.endpoint.Micropub, p.endpoint.Media, Values{
		Token: p.endpoint.Token, Location: func(name string) string { return p.locations[name] },
	})
	if err != nil {
		problem("%v", err)
		return result
	}
	response, body, err := p.send(r)
	if err != nil {
		problem("%v", err)
		return result
	}
	result.Status = response.StatusCode
	if response.StatusCode >= 500 || !slices.Contains(c.Expect.Status, response.StatusCode) {
		problem("status %d, want one of %v; the answer is %s", response.StatusCode, c.Expect.Status, body)
		return result
	}
	succeeded := response.StatusCode < 300
	p.done[c.Name] = succeeded
	if !succeeded && slices.ContainsFunc(c.Expect.Status, func(status int) bool { return status < 300 }) {
		return result // tolerable, and nothing to look at
	}
	for _, err := range checkHeaders(c.Expect, response) {
		problem("%v", err)
	}
	for _, err := range checkJSON(c.Expect, body) {
		problem("%v", err)
	}
	if !succeeded {
		return result
	}
	if err := p.follow(c, response); err != nil {
		problem("%v", err)
		return result
	}
	for _, err := range p.checkLocation(c) {
		problem("%v", err)
	}
	for _, err := range p.checkPost(c) {
		problem("%v", err)
	}
	return result
}

func (p *player) send(r *http.Request) (*http.Response, []byte, error) {
	response, err := p.endpoint.Client.Do(r)
	if err != nil {
		return nil, nil, fmt.Errorf("send %s %s: %w", r.Method, r.URL, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("read the answer to %s %s: %w", r.Method, r.URL, err)
	}
	return response, body, nil
}

// about is the earlier request whose post this one changes or asks for; "" for a new post.
func (c Case) about() string {
	if names := c.references(); len(names) > 0 {
		return names[0]
	}
	return ""
}

// follow remembers where the post or file is now.
func (p *player) follow(c Case, response *http.Response) error {
	location := response.Header.Get("Location")
	if location == "" {
		return nil
	}
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("the Location %q is not absolute", location)
	}
	p.locations[c.Name] = location
	if old := p.locations[c.about()]; c.about() != "" && response.StatusCode == http.StatusCreated {
		for name, at := range p.locations {
			if at == old {
				p.locations[name] = location // the post moved
			}
		}
	}
	for _, part := range c.Multipart {
		if part.Filename != nil {
			p.uploads[c.Name] = part.Base64
		}
	}
	return nil
}

func (p *player) checkLocation(c Case) []error {
	var errs []error
	location := p.locations[c.Name]
	if part := c.Expect.LocationContains; part != "" && !strings.Contains(location, part) {
		errs = append(errs, fmt.Errorf("the Location %q does not contain %q", location, part))
	}
	if other := c.Expect.LocationDiffersFrom; other != "" {
		if location == "" || location == p.locations[other] {
			errs = append(errs, fmt.Errorf("the Location %q is that of %s", location, other))
		}
		for _, name := range []string{c.Name, other} {
			if err := p.checkUpload(p.locations[name], p.uploads[name]); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errs
}

// checkUpload compares a file with what was uploaded. A JPEG that came with EXIF must have
// lost it, so of such a file only the kind is compared.
func (p *player) checkUpload(location string, uploaded []byte) error {
	got, err := p.fetch(location)
	if err != nil {
		return err
	}
	if bytes.Equal(got, uploaded) {
		return nil
	}
	if bytes.Contains(uploaded, []byte("Exif\x00")) && http.DetectContentType(got) == http.DetectContentType(uploaded) {
		return nil
	}
	return fmt.Errorf("%s returns %d bytes (%s) that are not the %d that were uploaded",
		location, len(got), http.DetectContentType(got), len(uploaded))
}

// fetch gets an upload.
func (p *player) fetch(address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not an absolute http(s) URL", address)
	}
	if p.endpoint.Fetch != nil {
		return p.endpoint.Fetch(address)
	}
	preview, err := p.get(strings.TrimSuffix(p.endpoint.Media, "/") + "/" + url.PathEscape(path.Base(u.Path)))
	if err == nil {
		return preview, nil
	}
	served, errServed := p.get(address)
	if errServed == nil {
		return served, nil
	}
	return nil, errors.Join(err, errServed)
}

func (p *player) get(address string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", address, err)
	}
	if strings.HasPrefix(address, p.endpoint.Media) || strings.HasPrefix(address, p.endpoint.Micropub) {
		r.Header.Set("Authorization", "Bearer "+p.endpoint.Token)
	}
	response, body, err := p.send(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: %s: %s", address, response.Status, body)
	}
	return body, nil
}

// checkPost asks q=source for the post and compares.
func (p *player) checkPost(c Case) []error {
	want := c.Expect
	if want.Properties == nil && want.Absent == nil && want.Type == nil && !want.Gone {
		return nil
	}
	name := c.about()
	if name == "" {
		name = c.Name
	}
	address := p.locations[name]
	if address == "" {
		return []error{fmt.Errorf("there is no Location to ask q=source about")}
	}
	r, err := http.NewRequest(http.MethodGet, p.endpoint.Micropub+"?q=source&url="+url.QueryEscape(address), nil)
	if err != nil {
		return []error{err}
	}
	r.Header.Set("Authorization", "Bearer "+p.endpoint.Token)
	r.Header.Set("Accept", "application/json")
	response, body, err := p.send(r)
	if err != nil {
		return []error{err}
	}
	if want.Gone && response.StatusCode >= 400 && response.StatusCode < 500 {
		return nil
	}
	if response.StatusCode != http.StatusOK {
		return []error{fmt.Errorf("q=source of %s answers %s: %s", address, response.Status, body)}
	}
	source, err := readSource(body)
	if err != nil {
		return []error{fmt.Errorf("q=source of %s: %w", address, err)}
	}
	if want.Gone {
		if source.deleted() {
			return nil
		}
		return []error{fmt.Errorf("the post at %s is still there: %s", address, body)}
	}
	return compareSource(want, source, comparison{zone: p.endpoint.Zone, served: func(address string) error {
		_, err := p.fetch(address)
		return err
	}})
}

// source is an answer of q=source.
type source struct {
	Type       any            `json:"type"`
	Properties map[string]any `json:"properties"`
}

func readSource(body []byte) (source, error) {
	var s source
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&s); err != nil {
		return s, fmt.Errorf("the answer is not JSON: %w: %s", err, body)
	}
	if s.Properties == nil {
		return s, fmt.Errorf(`the answer has no "properties" object: %s`, body)
	}
	return s, nil
}

func (s source) deleted() bool {
	for _, v := range asList(s.Properties["deleted"]) {
		if v != false && v != "" {
			return true
		}
	}
	status := asList(s.Properties["post-status"])
	return len(status) == 1 && status[0] == "deleted"
}

func checkHeaders(want Expect, response *http.Response) []error {
	var errs []error
	check := func(headers map[string]string) {
		for name, part := range headers {
			values := response.Header.Values(name)
			if len(values) == 0 {
				errs = append(errs, fmt.Errorf("the header %s is missing", name))
			} else if !strings.Contains(strings.ToLower(strings.Join(values, ", ")), strings.ToLower(part)) {
				errs = append(errs, fmt.Errorf("the header %s: %s does not contain %q", name, strings.Join(values, ", "), part))
			}
		}
	}
	check(want.Headers)
	if response.StatusCode == http.StatusCreated {
		check(want.HeadersIf201)
	}
	return errs
}

func checkJSON(want Expect, body []byte) []error {
	if want.JSON == nil && want.JSONKeys == nil {
		return nil
	}
	var got map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&got); err != nil {
		return []error{fmt.Errorf("the answer is no JSON object: %w: %s", err, body)}
	}
	var errs []error
	for _, key := range want.JSONKeys {
		if _, ok := got[key]; !ok {
			errs = append(errs, fmt.Errorf("the answer has no %q: %s", key, body))
		}
	}
	if want.JSON != nil {
		if err := subset(want.JSON, got, "answer"); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
