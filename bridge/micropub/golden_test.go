package micropub_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gitpost/bridge/micropub"
	"gitpost/bridge/micropub/micropubtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const corpus = "../../testdata/client-requests"

// memory is an Intake that keeps nothing but what it was given.
type memory struct {
	files     []micropub.File
	sizes     []int64
	addresses []string
	fail      error
}

func (m *memory) Store(_ context.Context, f micropub.File) (string, error) {
	if m.fail != nil {
		return "", m.fail
	}
	h := sha256.New()
	n, err := io.Copy(h, f.Body)
	if err != nil {
		return "", err
	}
	m.files = append(m.files, f)
	m.sizes = append(m.sizes, n)
	extension := map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "video/mp4": ".mp4"}[f.ContentType]
	address := fmt.Sprintf("https://site.example/media/%d-%x%s", len(m.files), h.Sum(nil)[:3], extension)
	m.addresses = append(m.addresses, address)
	return address, nil
}

// parsed is a Request as the golden file shows it.
type parsed struct {
	Kind    string         `json:"kind,omitempty"`
	Command map[string]any `json:"command,omitempty"`
	Token   string         `json:"token,omitempty"`
	Query   string         `json:"query,omitempty"`
	Files   []string       `json:"files,omitempty"`
	Error   string         `json:"error,omitempty"`
}

func show(t *testing.T, req micropub.Request, err error, in *memory) parsed {
	t.Helper()
	p := parsed{Token: req.Token, Query: req.Query}
	if req.Command != nil {
		data, err := json.Marshal(req.Command)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &p.Command); err != nil {
			t.Fatal(err)
		}
		if commands, ok := p.Command["Commands"].(map[string]any); ok {
			prune(commands)
		}
		prune(p.Command)
		p.Kind = strings.TrimPrefix(fmt.Sprintf("%T", req.Command), "*micropub.")
	}
	for i, f := range in.files {
		p.Files = append(p.Files, fmt.Sprintf("%s %q %s, %d bytes, token %q", f.Property, f.Filename, f.ContentType,
			in.sizes[i], f.Token))
	}
	if err != nil {
		p.Error = err.Error()
	}
	return p
}

func TestEveryRequestOfTheCorpusBecomesTheCommandItMeans(t *testing.T) {
	files, err := micropubtest.Load(corpus)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(file.Name, func(t *testing.T) {
			got := map[string]parsed{}
			for _, c := range file.Cases {
				if c.Method != "POST" {
					continue
				}
				r, err := c.Request("http://pub.example/micropub", "http://pub.example/media", micropubtest.Values{
					Token:    "TOKEN",
					Location: func(name string) string { return "https://site.example/" + name + "/" },
				})
				if err != nil {
					t.Fatal(err)
				}
				in := &memory{}
				parse := micropub.Parse
				if r.URL.Path == "/media" {
					parse = micropub.ParseUpload
				}
				req, err := parse(r, micropub.Limits{}, in)
				got[c.Name] = show(t, req, err, in)
			}
			golden(t, filepath.Join("../../testdata/micropub/commands", file.Name+".golden.json"), got)
		})
	}
}

// prune takes away what says nothing: null, "" and {}.
func prune(m map[string]any) {
	for key, v := range m {
		object, isObject := v.(map[string]any)
		if v == nil || v == "" || isObject && len(object) == 0 {
			delete(m, key)
		}
	}
}

func golden(t *testing.T, path string, v any) {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%s differs from what the requests mean now; go test -update and look at the diff\ngot:\n%s\nwant:\n%s",
			path, b.Bytes(), want)
	}
}
