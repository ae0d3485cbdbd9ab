package bridge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"gitpost/bridge/micropub/micropubtest"
)

// TestRequestsOfRealAppsWrittenOtherwise plays the same requests as another version of the app,
// or another HTTP library, would write them. All that is expected stays as it was.
func TestRequestsOfRealAppsWrittenOtherwise(t *testing.T) {
	t.Parallel()
	for name, way := range wordings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, "hugo", func(c *settings) { c.PushWait = 0 })
			client := &http.Client{
				Transport:     rewording{way},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			micropubtest.Run(t, filepath.Join("..", "testdata", "client-requests"), micropubtest.Endpoint{
				Micropub: f.base + "/micropub", Media: f.base + "/media", Token: f.token, Client: client,
			})
		})
	}
}

// A wording writes a request anew: JSON, form and multipart each in its own way. nil leaves
// that kind as it is.
type wording struct {
	json      func(value any) (contentType, body string)
	form      func(pairs [][2]string) (contentType, body string)
	multipart func(w *multipart.Writer, parts []sentPart)
	request   func(r *http.Request)
}

type sentPart struct {
	header textproto.MIMEHeader
	data   []byte
}

const formEncoded = "application/x-www-form-urlencoded"

var wordings = map[string]wording{
	"escaped, with a charset": {
		json: func(v any) (string, string) { return "application/json; charset=utf-8", escapedJSON(v) },
		form: func(pairs [][2]string) (string, string) {
			return formEncoded + "; charset=UTF-8", joined(pairs, everyByte)
		},
		multipart: func(w *multipart.Writer, parts []sentPart) {
			for _, p := range parts {
				if p.header.Get("Content-Type") == "" {
					p.header.Set("Content-Type", "text/plain; charset=UTF-8")
					p.header.Set("Content-Transfer-Encoding", "8bit")
				}
				copyPart(w, p)
			}
		},
		request: func(r *http.Request) {
			r.Header["authorization"] = r.Header["Authorization"]
			delete(r.Header, "Authorization")
		},
	},
	"in another order, with white space": {
		json: func(v any) (string, string) {
			body, _ := json.MarshalIndent(v, "\t", "  ")
			return "Application/JSON;charset=\"UTF-8\"", "\ufeff\r\n" + string(body) + "\r\n"
		},
		form: func(pairs [][2]string) (string, string) {
			// The order of values under one name, or of brackets under it, says something.
			slices.SortStableFunc(pairs, func(a, b [2]string) int { return strings.Compare(nameOf(b[0]), nameOf(a[0])) })
			return strings.ToUpper(formEncoded), "&" +
				joined(pairs, strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23").Replace) + "&&\r\n"
		},
		multipart: func(w *multipart.Writer, parts []sentPart) {
			slices.SortStableFunc(parts, func(a, b sentPart) int {
				return strings.Compare(nameOf(partName(b)), nameOf(partName(a)))
			})
			for _, p := range parts {
				copyPart(w, p)
			}
		},
		request: func(r *http.Request) { r.Header.Set("Accept", "*/*"); r.Header.Set("Origin", "https://app.example") },
	},
	"form as multipart, in small pieces": {
		form: func(pairs [][2]string) (string, string) {
			var b strings.Builder
			w := multipart.NewWriter(&b)
			for _, pair := range pairs {
				w.WriteField(pair[0], pair[1])
			}
			w.Close()
			return strings.Replace(w.FormDataContentType(), "boundary=", `charset=utf-8; boundary="`, 1) +
				`"`, "a preamble\r\n" + b.String() + "and an epilogue"
		},
		multipart: func(w *multipart.Writer, parts []sentPart) {
			for _, p := range parts {
				if name := mime.FormatMediaType("form-data", map[string]string{"name": partName(p),
					"filename": "Größe und \"Maß\" €.jpg"}); p.header.Get("Content-Type") != "" {
					p.header.Set("Content-Disposition", name)
				}
				copyPart(w, p)
			}
		},
		request: func(r *http.Request) {
			if r.Body != nil {
				r.Body, r.ContentLength = io.NopCloser(iotest.OneByteReader(r.Body)), -1
			}
		},
	},
	"lists of one as values, nothing as null": {
		json: func(v any) (string, string) {
			object := v.(map[string]any)
			if properties, ok := object["properties"].(map[string]any); ok && object["action"] == nil {
				for name, values := range properties {
					if list, ok := values.([]any); ok && len(list) == 1 {
						properties[name] = list[0]
					}
				}
				properties["nothing"], properties["no-text"], properties["no-list"] = nil, "", []any{}
				if list, ok := object["type"].([]any); ok && len(list) == 1 {
					object["type"] = list[0]
				}
			}
			body, _ := json.Marshal(object)
			return "application/json", string(body)
		},
		form: func(pairs [][2]string) (string, string) {
			return formEncoded, joined(append(pairs, [2]string{"nothing", ""}, [2]string{"no-list[]", ""}), url.QueryEscape)
		},
	},
}

// rewording sends POSTs with a wording.
type rewording struct{ wording }

func (w rewording) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost {
		return http.DefaultTransport.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	if err := w.write(r); err != nil {
		return nil, err
	}
	if w.request != nil {
		w.request(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (w rewording) write(r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	contentType, body := r.Header.Get("Content-Type"), string(data)
	switch {
	case kind == "application/json" && w.json != nil:
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var v any
		if decoder.Decode(&v) == nil {
			contentType, body = w.json(v)
		}
	case kind == formEncoded && w.form != nil:
		if pairs, ok := formPairs(body); ok {
			contentType, body = w.form(pairs)
		}
	case kind == "multipart/form-data" && w.multipart != nil:
		var parts []sentPart
		in := multipart.NewReader(bytes.NewReader(data), params["boundary"])
		for {
			p, err := in.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			content, err := io.ReadAll(p)
			if err != nil {
				return err
			}
			parts = append(parts, sentPart{p.Header, content})
		}
		var b strings.Builder
		out := multipart.NewWriter(&b)
		w.multipart(out, parts)
		out.Close()
		contentType, body = out.FormDataContentType(), b.String()
	}
	r.Header.Set("Content-Type", contentType)
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return nil
}

// formPairs reads a form that a library encoded. ok is false for one that no library did.
func formPairs(body string) (pairs [][2]string, ok bool) {
	for piece := range strings.SplitSeq(strings.TrimSuffix(body, "&"), "&") {
		key, value, _ := strings.Cut(piece, "=")
		key, keyErr := url.QueryUnescape(key)
		text, valueErr := url.QueryUnescape(value)
		if keyErr != nil || valueErr != nil || strings.ContainsAny(value, " \n") || strings.Contains(value, "+0") {
			return nil, false
		}
		pairs = append(pairs, [2]string{key, text})
	}
	return pairs, true
}

func joined(pairs [][2]string, escape func(string) string) string {
	var pieces []string
	for _, pair := range pairs {
		pieces = append(pieces, escape(pair[0])+"="+escape(pair[1]))
	}
	return strings.Join(pieces, "&")
}

func everyByte(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

// escapedJSON has every character of every string as an escape.
func escapedJSON(v any) string {
	switch v := v.(type) {
	case string:
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(v)) {
			fmt.Fprintf(&b, "\\u%04X", unit)
		}
		return `"` + b.String() + `"`
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, escapedJSON(e))
		}
		return "[" + strings.Join(list, ",") + "]"
	case map[string]any:
		var list []string
		for name, e := range v {
			list = append(list, escapedJSON(name)+":"+escapedJSON(e))
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	data, _ := json.Marshal(v)
	return string(data)
}

func nameOf(key string) string {
	name, _, _ := strings.Cut(key, "[")
	return name
}

func partName(p sentPart) string {
	_, params, _ := mime.ParseMediaType(p.header.Get("Content-Disposition"))
	return params["name"]
}

func copyPart(w *multipart.Writer, p sentPart) {
	if to, err := w.CreatePart(p.header); err == nil {
		to.Write(p.data)
	}
}
