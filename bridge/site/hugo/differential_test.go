package hugo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// TestDifferential builds random sites with a real Hugo and compares every file with
// what Locate returns. GITPOST_HUGO names the binary (default: hugo on PATH). Each difference
// is cut down to the smallest site that still shows it.
func TestDifferential(t *testing.T) {
	t.Parallel()
	random := generatortest.RandomSites(t)
	b := installedHugo(t)
	t.Logf("%s %s, seeds from %d", b.binary, b.version, random.Seed)
	failures, chance := 0, 0
	defer func() {
		t.Logf("%d sites at most, %d differences, %d that a second build did not show", random.Sites, failures, chance)
	}()
	for i := range uint64(random.Sites) {
		s := randomHugoSite(rand.New(rand.NewPCG(random.Seed+i, 7)), b.version)
		first := b.differences(t, s)
		if len(first) == 0 {
			continue
		}
		if os.Getenv("GITPOST_FUZZ_WHOLE") != "" {
			t.Logf("seed %d:\n%s\n%s", random.Seed+i, strings.Join(first, "\n"), s)
		}
		s = b.shrink(t, s)
		diffs := b.differences(t, s)
		if len(diffs) == 0 {
			chance++
			t.Logf("seed %d: a difference that a second build did not show:\n%s", random.Seed+i, strings.Join(first, "\n"))
			continue
		}
		t.Errorf("seed %d, Hugo %s:\n%s\n%s", random.Seed+i, b.version, strings.Join(diffs, "\n"), s)
		if failures++; failures == 20 {
			t.Fatal("20 differences, enough")
		}
	}
}

func installedHugo(t *testing.T) hugoBuilder {
	t.Helper()
	binary := generatortest.Program(t, cmp.Or(os.Getenv("GITPOST_HUGO"), "hugo"), "apt-get install hugo")
	out, err := exec.Command(binary, "version").Output()
	v := regexp.MustCompile(`v(\d+\.\d+\.\d+)`).FindSubmatch(out)
	if err != nil || v == nil {
		t.Fatalf("%s version: %v: %s", binary, err, out)
	}
	return hugoBuilder{binary: binary, version: string(v[1])}
}

// fuzzSite is a site in pieces that can be left out one by one.
type fuzzSite struct {
	config []string            // chunks of hugo.toml: first top-level lines, then tables
	files  map[string]fuzzFile // by path
}

type fuzzFile struct {
	format string   // "---", "+++" or "" without front matter
	lines  []string // of the front matter
	body   string
}

func (f fuzzFile) text() string {
	if f.format == "" {
		return f.body
	}
	return f.format + "\n" + strings.Join(append(slices.Clone(f.lines), ""), "\n") + f.format + "\n" + f.body
}

func (s fuzzSite) configText() string { return strings.Join(s.config, "\n") + "\n" }

func (s fuzzSite) texts() map[string]string {
	m := map[string]string{}
	for name, f := range s.files {
		m[name] = f.text()
	}
	return m
}

func (s fuzzSite) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "hugo.toml: %q\n", s.configText())
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		fmt.Fprintf(&b, "%s: %q\n", name, s.files[name].text())
	}
	return b.String()
}

type hugoBuilder struct{ binary, version string }

// built is what Hugo made of a site.
type built struct {
	failed    string
	pages     map[string]builtPage // by source
	twice     map[string]bool      // sources in two languages: before 0.123 a bundle with files of both
	redirects map[string]string    // by output
}

type builtPage struct{ url, out, kind, date string }

const hugoDump = `@@DUMP@@{{ $f := "" }}{{ with .File }}{{ $f = .Filename }}{{ end }}{{ $d := "" }}{{ if not .Date.IsZero }}{{ $d = .Date.Format "2006-01-02T15:04:05Z07:00" }}{{ end }}{{ dict "file" $f "url" .Permalink "kind" .Kind "date" $d | jsonify }}@@END@@`

func (b hugoBuilder) build(t *testing.T, s fuzzSite) built {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	tree := s.texts()
	tree["hugo.toml"] = s.configText()
	for _, name := range []string{"_default/single", "_default/list", "index"} {
		tree["layouts/"+name+".html"] = hugoDump
	}
	for name, text := range tree {
		full := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(root, ".out")
	cmd := exec.Command(b.binary, "--source", root, "--destination", out, "--cacheDir", filepath.Join(root, ".cache"))
	cmd.Env = []string{"TZ=UTC", "LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH"), "HOME=" + root}
	text, err := cmd.CombinedOutput()
	if err != nil {
		return built{failed: string(bytes.TrimSpace(text))}
	}
	return readBuilt(t, root, out)
}

var (
	dumped   = regexp.MustCompile(`(?s)@@DUMP@@(.*?)@@END@@`)
	redirect = regexp.MustCompile(`http-equiv="?refresh"? content="0;\s*url=([^"]*)"`)
)

func readBuilt(t *testing.T, root, out string) built {
	t.Helper()
	r := built{pages: map[string]builtPage{}, twice: map[string]bool{}, redirects: map[string]string{}}
	err := filepath.WalkDir(out, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(out, p)
		if m := dumped.FindSubmatch(data); m != nil {
			var page struct{ File, URL, Kind, Date string }
			if err := json.Unmarshal(m[1], &page); err != nil {
				return fmt.Errorf("%s: %w", rel, err)
			}
			if page.File != "" {
				src, _ := filepath.Rel(root, page.File)
				_, r.twice[src] = r.pages[src]
				r.pages[src] = builtPage{page.URL, rel, page.Kind, page.Date}
			}
			return nil
		}
		if m := redirect.FindSubmatch(data); m != nil {
			r.redirects[rel] = html.UnescapeString(string(m[1]))
		}
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return r
}

// differences compares what Hugo built with what Locate predicts.
func (b hugoBuilder) differences(t *testing.T, s fuzzSite) []string {
	t.Helper()
	c, err := b.settle(s)
	files := s.texts()
	real := b.build(t, s)
	if err != nil {
		if real.failed == "" {
			return []string{"Open: " + err.Error() + ", Hugo builds the site"}
		}
		return nil
	}
	var diffs []string
	differ := func(format string, args ...any) { diffs = append(diffs, fmt.Sprintf(format, args...)) }
	breaking := ""
	aliases := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p := c.Page(name)
		if strings.HasPrefix(p.Reason, generator.Breaks) {
			breaking = name + " " + p.Reason
		}
		page, isPage := real.pages[name]
		switch {
		case real.failed != "" || real.twice[name]:
		case p.Published && !isPage:
			differ("%s: Locate says %s, Hugo leaves it out", name, p.URL)
		case !p.Published && isPage:
			differ("%s: Locate says %q, Hugo publishes it at %s", name, p.Reason, page.url)
		case isPage && (p.URL != page.url || p.Output != page.out):
			differ("%s:\n Locate %s %s\n Hugo   %s %s", name, p.URL, p.Output, page.url, page.out)
		case isPage && page.kind == "page" && pageDateText(p) != page.date:
			differ("%s: date %s, Hugo has %s", name, pageDateText(p), page.date)
		}
		for _, alias := range p.Aliases {
			aliases[alias] = p.URL
		}
	}
	if hugoCrashed.MatchString(real.failed) {
		return nil
	}
	if strings.Contains(real.failed, "a directory") && fileIsFolder(c) {
		return nil
	}
	if real.failed != "" && breaking == "" {
		return []string{"the build fails, Locate names no file for it: " + real.failed}
	}
	if real.failed == "" && strings.Contains(breaking, "leads out of the site") && !c.Generator.(*site).rules.rootBundle {
		return nil // Hugo forgets the error when the page of a section has an alias too
	}
	if real.failed == "" && breaking != "" {
		return []string{"Hugo builds the site, Locate says: " + breaking}
	}
	if real.failed == "" {
		diffs = append(diffs, aliasDifferences(aliases, real, c.Generator.(*site))...)
	}
	return diffs
}

// settle leaves out the files that would be written over each other, until none are: without
// an _index file or a bundle's page other files have other places.
func (b hugoBuilder) settle(s fuzzSite) (*generatortest.Site, error) {
	for {
		c, err := openHugo(b.version, map[string]string{"hugo.toml": s.configText()}, s.texts())
		if err != nil {
			return nil, err
		}
		before := len(s.files)
		if dropCollisions(c, s.files); len(s.files) == before {
			return c, nil
		}
	}
}

// hugoCrashed finds a stack trace: a file beside a section that exists in another language
// alone, for one, is too much for Hugo 0.165.
var hugoCrashed = regexp.MustCompile(`(?m)^goroutine \d+ \[`)

// fileIsFolder reports whether one file's place is a folder of another's: a section whose url is
// a file, /a.b/c, has its own files below it.
func fileIsFolder(c *generatortest.Site) bool {
	outputs := map[string]bool{}
	for _, lang := range c.Generator.(*site).languages {
		outputs[path.Join(lang.filePath, "index.html")] = true // a home page is always made
	}
	for name := range c.Files {
		if p := c.Page(name); p.Published || p.Reason == feedOver {
			outputs[p.Output] = true
			for _, alias := range p.Aliases {
				at := strings.TrimPrefix(alias, c.Convention().BaseURL)
				if at == "" || strings.HasSuffix(at, "/") {
					at += "index.html"
				}
				outputs[at] = true
			}
		}
	}
	for out := range outputs {
		for dir := path.Dir(out); dir != "."; dir = path.Dir(dir) {
			if outputs[dir] {
				return true
			}
		}
	}
	return false
}

func pageDateText(p generator.Page) string {
	if p.Date.IsZero() {
		return ""
	}
	return p.Date.Format("2006-01-02T15:04:05Z07:00")
}

// aliasDifferences compares the redirects that lead to pages with sources. Those between
// home pages have no alias.
func aliasDifferences(aliases map[string]string, real built, h *site) []string {
	var diffs []string
	homes := map[string]bool{}
	for _, p := range real.pages {
		if p.kind == "home" {
			homes[p.url] = true
		}
	}
	made := map[string]string{}
	for out, to := range real.redirects {
		made[strings.TrimSuffix("/"+out, "index.html")] = to
		if folder, rest, _ := strings.Cut(out, "/"); h.languages[folder] != nil &&
			(h.multihost || strings.Contains(to, "//"+folder+".")) {
			delete(made, strings.TrimSuffix("/"+out, "index.html")) // one host per language, one folder each
			made[strings.TrimSuffix("/"+rest, "index.html")] = to
		}
	}
	for alias, to := range aliases {
		found := ""
		for out, target := range made {
			if target == to && strings.HasSuffix(unescapedPath(alias), out) && len(out) > len(found) {
				found = out
			}
		}
		if found == "" {
			diffs = append(diffs, fmt.Sprintf("alias %s of %s is no redirect of Hugo's: %q", alias, to, made))
		}
		delete(made, found)
	}
	for out, to := range made {
		if isSource := slices.ContainsFunc(slices.Collect(maps.Values(real.pages)),
			func(p builtPage) bool { return p.url == to && p.kind != "home" }); isSource {
			diffs = append(diffs, fmt.Sprintf("Hugo redirects %s to %s, no alias says so", out, to))
		}
	}
	return diffs
}

func unescapedPath(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// dropCollisions removes files that would be written over each other: which one Hugo
// keeps is chance.
func dropCollisions(c *generatortest.Site, files map[string]fuzzFile) {
	taken := map[string]bool{}
	h := c.Generator.(*site)
	taken["out index.html"] = h.main.filePath != "" // the redirect to the main language's home page
	for name := range files {                       // the lists that Hugo writes for folders without _index
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			for _, lang := range append([]string{""}, slices.Collect(maps.Keys(h.languages))...) {
				index := path.Join(dir, strings.ReplaceAll("_index."+lang+".md", "..", "."))
				if _, exists := files[index]; !exists {
					taken["out "+strings.ToLower(c.Page(index).Output)] = true
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p := c.Page(name)
		keys := []string{"out " + strings.ToLower(p.Output)}
		for _, alias := range p.Aliases {
			keys = append(keys, "out "+strings.ToLower(strings.TrimPrefix(alias, c.Convention().BaseURL))+"index.html")
		}
		if f, ok := h.file(name); ok {
			h.resolve(&f)
			if f.class != plainFile {
				keys = append(keys, "page "+f.lang.name+" "+normalPath(f.path))
				for dir := f.path; f.class == singlePage && dir != "/"; dir = path.Dir(dir) {
					keys = append(keys, "page "+f.lang.name+" "+normalPath(dir)+"/")
					break
				}
			}
		}
		collides := slices.ContainsFunc(keys, func(k string) bool { return k != "out " && taken[k] })
		if collides {
			delete(files, name)
			continue
		}
		for _, k := range keys {
			taken[k] = true
		}
	}
}

// shrink leaves pieces of a site out for as long as a difference remains.
func (b hugoBuilder) shrink(t *testing.T, s fuzzSite) fuzzSite {
	t.Helper()
	fails := func(s fuzzSite) bool { return len(b.differences(t, s)) > 0 }
	names := slices.Sorted(maps.Keys(s.files))
	for size := len(names) / 2; size > 0; size /= 2 { // halves first, single files last
		for start := 0; start < len(names); start += size {
			less := s.copy()
			for _, name := range names[start:min(start+size, len(names))] {
				delete(less.files, name)
			}
			if len(less.files) < len(s.files) && fails(less) {
				s = less
			}
		}
	}
	for i := len(s.config) - 1; i > 0; i-- {
		less := s.copy()
		less.config = slices.Delete(less.config, i, i+1)
		if fails(less) {
			s = less
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		for i := len(s.files[name].lines) - 1; i >= 0; i-- {
			less := s.copy()
			f := less.files[name]
			f.lines = slices.Delete(slices.Clone(f.lines), i, i+1)
			less.files[name] = f
			if fails(less) {
				s = less
			}
		}
	}
	return s
}

func (s fuzzSite) copy() fuzzSite {
	return fuzzSite{config: slices.Clone(s.config), files: maps.Clone(s.files)}
}
