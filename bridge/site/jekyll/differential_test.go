package jekyll

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
	"gitpost/frontmatter"
)

// Random sites, built by the real Jekyll and predicted by Locate. It needs Jekyll 4.3.1 as
// Debian 12 has it; GITPOST_JEKYLL may name another command that runs a Ruby script with it.

// oracle is a running Jekyll that answers questions.
type oracle struct {
	ask    io.Writer
	answer *bufio.Reader
}

func startJekyll(t *testing.T) (o *oracle, count int, random *rand.Rand) {
	t.Helper()
	t.Parallel()
	sites := generatortest.RandomSites(t)
	t.Logf("seed %d", sites.Seed)
	generatortest.Program(t, "jekyll", "apt-get install jekyll")
	command := strings.Fields(cmp.Or(os.Getenv("GITPOST_JEKYLL"), "ruby"))
	script, err := filepath.Abs("../../../testdata/site-cases/differential.rb")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], append(command[1:], script)...)
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	cmd.Dir = t.TempDir()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	return &oracle{in, bufio.NewReader(out)}, sites.Sites, rand.New(rand.NewSource(int64(sites.Seed)))
}

func (o *oracle) put(t *testing.T, question, answer any) {
	t.Helper()
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.ask.Write(append(text, '\n')); err != nil {
		t.Fatal(err)
	}
	line, err := o.answer.ReadBytes('\n')
	if err != nil {
		t.Fatalf("Jekyll gave no answer to %s: %v", text, err)
	}
	if err := json.Unmarshal(line, answer); err != nil {
		t.Fatal(err)
	}
}

// randomSite is a site in parts that can be left out one by one to find the smallest one
// that shows a difference.
type randomSite struct {
	TZ     string
	Config []string
	Files  map[string]string
}

func (s randomSite) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "TZ=%s\n--- _config.yml\n%s", s.TZ, strings.Join(s.Config, ""))
	for _, path := range s.paths() {
		fmt.Fprintf(&b, "--- %s\n%s\n", path, s.Files[path])
	}
	return b.String()
}

func (s randomSite) paths() []string {
	paths := make([]string, 0, len(s.Files))
	for path := range s.Files {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return paths
}

type fileFate struct {
	URL, Output, Kind, Date string
}

func (o *oracle) build(t *testing.T, s randomSite) (fates map[string]fileFate, failure string) {
	dir, err := os.MkdirTemp(t.TempDir(), "site")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	write := func(path, text string) {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("_config.yml", strings.Join(s.Config, ""))
	for path, text := range s.Files {
		write(path, text)
	}
	var answer struct {
		Error string
		Files map[string]fileFate
	}
	o.put(t, map[string]any{"tz": s.TZ, "folder": dir}, &answer)
	return answer.Files, answer.Error
}

func (s randomSite) predict(t *testing.T) (map[string]fileFate, error) {
	tree := fstest.MapFS{"_config.yml": &fstest.MapFile{Data: []byte(strings.Join(s.Config, ""))}}
	for path, text := range s.Files {
		tree[path] = &fstest.MapFile{Data: []byte(text)}
	}
	j, err := openSite(tree, generator.Options{Version: "4.3.1", Now: time.Now, Env: map[string]string{"TZ": s.TZ}})
	if err != nil {
		return nil, err
	}
	fates := map[string]fileFate{}
	for path, text := range s.Files {
		var doc *frontmatter.Document
		if j.Role(path).Has(generator.Content) {
			doc, _ = frontmatter.Parse([]byte(text), dialect)
		}
		page := j.Locate(path, doc, files(s.Files))
		if page.Published {
			f := fileFate{URL: page.URL, Output: page.Output, Kind: page.Kind}
			if page.Kind == "post" {
				f.Kind = "posts"
			}
			if page.Kind != "page" && !page.Date.IsZero() {
				f.Date = page.Date.Format("2006-01-02T15:04:05-07:00")
			}
			fates[path] = f
		}
	}
	return fates, nil
}

// compare returns how the two builds of a site differ: "" when they do not, or when Jekyll
// refuses the site.
func (o *oracle) compare(t *testing.T, s randomSite) (difference string, refused bool) {
	want, failure := o.build(t, s)
	if failure != "" {
		return "", true
	}
	got, err := s.predict(t)
	if err != nil {
		return err.Error(), false
	}
	for _, path := range s.paths() {
		g, w := got[path], want[path]
		if w.Date < "1901" { // Ruby and Go differ by seconds before time zones existed
			g.Date, w.Date = "", ""
		}
		if g != w {
			return fmt.Sprintf("%s\n  got  %+v\n  want %+v", path, g, w), false
		}
	}
	return "", false
}

// smallest leaves out of a site what the difference does not need.
func (o *oracle) smallest(t *testing.T, s randomSite) randomSite {
	for again := true; again; {
		again = false
		for i := range s.Config {
			less := s
			less.Config = append(append([]string{}, s.Config[:i]...), s.Config[i+1:]...)
			if d, _ := o.compare(t, less); d != "" {
				s, again = less, true
				break
			}
		}
		for _, path := range s.paths() {
			less := s
			less.Files = map[string]string{}
			for p, text := range s.Files {
				if p != path {
					less.Files[p] = text
				}
			}
			if d, _ := o.compare(t, less); d != "" {
				s, again = less, true
				break
			}
			lines := strings.SplitAfter(s.Files[path], "\n")
			for i := range lines {
				if lines[i] == "" {
					continue
				}
				less.Files = map[string]string{}
				for p, text := range s.Files {
					less.Files[p] = text
				}
				less.Files[path] = strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
				if d, _ := o.compare(t, less); d != "" {
					s, again = less, true
					break
				}
			}
			if again {
				break
			}
		}
	}
	return s
}

func TestDifferential(t *testing.T) {
	jekyll, count, random := startJekyll(t)
	refused, different := 0, 0
	for range count {
		s := newRandomSite(random)
		difference, no := jekyll.compare(t, s)
		if no {
			refused++
			continue
		}
		if difference == "" {
			continue
		}
		different++
		small := jekyll.smallest(t, s)
		difference, _ = jekyll.compare(t, small)
		t.Errorf("%s\n%s", difference, small)
		if different == 12 {
			break
		}
	}
	t.Logf("%d sites, %d of them refused by Jekyll, %d different", count, refused, different)
}

func TestDatesDifferential(t *testing.T) {
	jekyll, count, random := startJekyll(t)
	for range (count + 19) / 20 {
		tz := pick(random, zones)
		question := make([]string, 200)
		for i := range question {
			question[i] = randomDate(random)
		}
		var answer struct{ Dates []string }
		jekyll.put(t, map[string]any{"tz": tz, "dates": question}, &answer)
		for i, text := range question {
			got := ""
			now := time.Now()
			if at, _, ok := parseRubyTime(text, zoneNamed(tz)); ok {
				got = at.Format("2006-01-02T15:04:05-07:00")
			}
			if got != answer.Dates[i] && !(got != "" && answer.Dates[i] != "" &&
				got[:10] == now.In(zoneNamed(tz)).Format("2006-01-02")) {
				t.Errorf("TZ=%s %q: got %s, want %s", tz, text, got, answer.Dates[i])
			}
		}
	}
}

func TestScalarsDifferential(t *testing.T) {
	jekyll, count, random := startJekyll(t)
	j := &zoneless
	for range (count + 19) / 20 {
		question := make([]string, 200)
		for i := range question {
			question[i] = randomScalar(random)
		}
		var answer struct{ Scalars []string }
		jekyll.put(t, map[string]any{"tz": "UTC", "scalars": question}, &answer)
		for i, text := range question {
			v := j.scalar(text)
			class := map[string]string{"<nil>": "NilClass", "string": "String", "bool": "Boolean", "int64": "Integer",
				"jekyll.rubyInteger": "Integer",
				"float64":            "Float", "jekyll.rubyDate": "Date", "time.Time": "Time"}[fmt.Sprintf("%T", v)]
			got := class + " " + j.rubyString(v)
			switch v := v.(type) {
			case bool:
				got = map[bool]string{true: "TrueClass true", false: "FalseClass false"}[v]
			case rubySymbol:
				got = "Psych::DisallowedClass"
			case time.Time:
				got = "Time " + v.UTC().Format("2006-01-02T15:04:05Z")
			}
			if got != answer.Scalars[i] && answer.Scalars[i] != "ArgumentError" {
				t.Errorf("%q: got %s, want %s", text, got, answer.Scalars[i])
			}
		}
	}
}

var zoneless = site{release: "4.3.1", since4: true, psych: true, location: time.UTC, now: time.Now}
