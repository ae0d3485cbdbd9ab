// Package micropubtest sends the requests of a corpus of real apps to a Micropub server and
// compares what it answers, and what q=source reports afterwards, with what the corpus
// expects. It is for tests: testdata/client-requests/README.md is its specification.
package micropubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// File is the requests of one client, in the order in which they are sent.
type File struct {
	Name  string
	Cases []Case
}

// Case is one request and what is expected of it.
type Case struct {
	Name      string            `json:"name"`
	Source    string            `json:"source"`
	Method    string            `json:"method"`
	Path      string            `json:"path"`
	Headers   map[string]string `json:"headers"`
	Form      [][2]string       `json:"form"`
	Body      string            `json:"body"`
	Multipart []Part            `json:"multipart"`
	Requires  []string          `json:"requires"`
	Note      string            `json:"note"`
	Expect    Expect            `json:"expect"`
}

// Part is one part of a multipart request: a text, or a file.
type Part struct {
	Name        string            `json:"name"`
	Text        string            `json:"text"`
	Filename    *string           `json:"filename"`
	ContentType string            `json:"content_type"`
	Base64      []byte            `json:"base64"`
	Headers     map[string]string `json:"headers"`
}

// Expect is what must be true afterwards.
type Expect struct {
	Status              []int             `json:"status"`
	Properties          map[string][]any  `json:"properties"`
	Absent              []string          `json:"absent"`
	Type                []string          `json:"type"`
	Gone                bool              `json:"gone"`
	Headers             map[string]string `json:"headers"`
	HeadersIf201        map[string]string `json:"headers_if_201"`
	JSON                map[string]any    `json:"json"`
	JSONKeys            []string          `json:"json_keys"`
	LocationContains    string            `json:"location_contains"`
	LocationDiffersFrom string            `json:"location_differs_from"`
	ContentNewlines     string            `json:"content_newlines"`
}

// Load reads the files *.json of a folder. A field that is not known here is an error: it
// would be an expectation that nobody checks.
func Load(dir string) ([]File, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no *.json in %s", dir)
	}
	slices.Sort(names)
	var files []File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read corpus: %w", err)
		}
		f := File{Name: strings.TrimSuffix(filepath.Base(name), ".json")}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		decoder.UseNumber()
		if err := decoder.Decode(&f.Cases); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		files = append(files, f)
	}
	return files, nil
}

// check refuses what would make a case pass unseen.
func (f File) check() error {
	seen := map[string]bool{}
	for _, c := range f.Cases {
		for _, name := range append(c.Requires, c.references()...) {
			if !seen[name] {
				return fmt.Errorf("%s needs %q, which is no earlier request", c.Name, name)
			}
		}
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("the name %q is empty or stands twice", c.Name)
		}
		if len(c.Expect.Status) == 0 {
			return fmt.Errorf("%s expects no status", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

var reference = regexp.MustCompile(`\{\{location(?:-encoded)?:([^}]+)\}\}`)

// references lists the requests whose Location this one mentions.
func (c Case) references() []string {
	text := c.Path + "\n" + c.Body
	for _, field := range c.Form {
		text += "\n" + field[1]
	}
	for _, part := range c.Multipart {
		text += "\n" + part.Text
	}
	var names []string
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// Values fill the placeholders of a request.
type Values struct {
	Token    string
	Location func(name string) string
}

func (v Values) fill(s string) string {
	s = strings.ReplaceAll(s, "{{token}}", v.Token)
	return reference.ReplaceAllStringFunc(s, func(m string) string {
		location := v.Location(reference.FindStringSubmatch(m)[1])
		if strings.HasPrefix(m, "{{location-encoded:") {
			return url.QueryEscape(location)
		}
		return location
	})
}

// Request builds the HTTP request; micropub and media are the endpoints' addresses.
func (c Case) Request(micropub, media string, v Values) (*http.Request, error) {
	address, query, hasQuery := strings.Cut(v.fill(c.Path), "?")
	switch address {
	case "/micropub":
		address = micropub
	case "/media":
		address = media
	default:
		return nil, fmt.Errorf("%s: the path %q is neither /micropub nor /media", c.Name, c.Path)
	}
	if hasQuery {
		address += "?" + query
	}
	body, contentType, err := c.body(v)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(c.Method, address, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	for name, value := range c.Headers {
		r.Header.Set(name, v.fill(value))
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r, nil
}

func (c Case) body(v Values) (io.Reader, string, error) {
	switch {
	case c.Multipart != nil:
		return c.multipart(v)
	case c.Form != nil:
		var pairs []string
		for _, field := range c.Form {
			pairs = append(pairs, url.QueryEscape(field[0])+"="+url.QueryEscape(v.fill(field[1])))
		}
		return strings.NewReader(strings.Join(pairs, "&")), "", nil
	}
	return strings.NewReader(v.fill(c.Body)), "", nil
}

func (c Case) multipart(v Values) (io.Reader, string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for _, part := range c.Multipart {
		disposition := fmt.Sprintf(`form-data; name="%s"`, quote.Replace(part.Name))
		data := []byte(v.fill(part.Text))
		h := textproto.MIMEHeader{}
		if part.Filename != nil {
			disposition += fmt.Sprintf(`; filename="%s"`, quote.Replace(*part.Filename))
			h.Set("Content-Type", part.ContentType)
			data = part.Base64
		}
		h.Set("Content-Disposition", disposition)
		for name, value := range part.Headers {
			h.Set(name, value)
		}
		to, err := w.CreatePart(h)
		if err != nil {
			return nil, "", fmt.Errorf("%s: write part: %w", c.Name, err)
		}
		if _, err := to.Write(data); err != nil {
			return nil, "", fmt.Errorf("%s: write part: %w", c.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("%s: write parts: %w", c.Name, err)
	}
	return &b, w.FormDataContentType(), nil
}
