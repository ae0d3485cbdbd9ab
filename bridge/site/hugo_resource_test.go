package site

import (
	"cmp"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	draftPost  = "---\ndraft: true\n---\nd\n"
	keepsFiles = "---\nbuild: {publishResources: false}\n---\nk\n"
	twoHugos   = "0.147.9 0.165.0" // that keep pages in one tree
	twoTongues = "[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n"
)

// hugoCopyRows say where Hugo copies the files named *.bin, as seen in builds.
var hugoCopyRows = []struct {
	name     string
	versions string
	config   string
	files    map[string]string
	want     map[string]string // outputs by path; what is missing is not copied
}{
	{
		name: "the files of a draft section stay away", versions: twoHugos,
		files: map[string]string{"content/s/_index.md": draftPost, "content/s/a.md": plainPost, "content/s/p.bin": "B"},
		want:  map[string]string{},
	},
	{
		name: "the files of a draft section, which another language has as well", versions: twoHugos,
		files: map[string]string{"content/s/_index.fr.md": draftPost, "content/s/a.md": plainPost, "content/s/p.fr.bin": "B"},
		want:  map[string]string{"content/s/p.fr.bin": "fr/s/p.fr.bin"},
	},
	{
		name: "the files of a section that its own cascade makes a draft", versions: twoHugos,
		files: map[string]string{"content/s/_index.fr.md": "---\nurl: /t.txt\ncascade: {draft: true}\n---\n", "content/s/a.md": plainPost, "content/s/p.fr.bin": "B"},
		want:  map[string]string{"content/s/p.fr.bin": "t/p.fr.bin"},
	},
	{
		name: "a section that is a draft in both languages", versions: twoHugos,
		files: map[string]string{"content/s/_index.fr.md": draftPost, "content/s/_index.md": draftPost, "content/s/p.fr.bin": "B"},
		want:  map[string]string{},
	},
	{
		name: "a section further down is made for no page", versions: twoHugos,
		files: map[string]string{"content/s/k/_index.fr.md": draftPost, "content/s/k/a.md": plainPost, "content/s/k/p.fr.bin": "B"},
		want:  map[string]string{},
	},
	{
		name: "a draft home page, and a taxonomy's", versions: twoHugos,
		files: map[string]string{"content/_index.md": draftPost, "content/p.bin": "B", "content/tags/_index.fr.md": draftPost, "content/tags/p.fr.bin": "C"},
		want:  map[string]string{"content/p.bin": "p.bin", "content/tags/p.fr.bin": "fr/tags/p.fr.bin"},
	},
	{
		name: "a bundle that keeps its files back, its translation does not", versions: twoHugos,
		files: map[string]string{"content/s/a/index.fr.md": keepsFiles, "content/s/a/index.md": plainPost, "content/s/a/p.fr.bin": "B"},
		want:  map[string]string{"content/s/a/p.fr.bin": "fr/s/a/p.fr.bin"},
	},
	{
		name: "a translation with a file of the name of its own", versions: twoHugos,
		files: map[string]string{"content/s/a/index.fr.md": keepsFiles, "content/s/a/index.md": plainPost, "content/s/a/p.fr.bin": "B", "content/s/a/p.bin": "C"},
		want:  map[string]string{"content/s/a/p.bin": "s/a/p.bin"},
	},
	{
		name: "a page that keeps its files back, and so does its translation", versions: twoHugos,
		files: map[string]string{"content/s/a.fr.md": keepsFiles, "content/s/a.md": keepsFiles, "content/s/a/p.fr.bin": "B"},
		want:  map[string]string{},
	},
	{
		name: "a draft bundle, its translation not", versions: twoHugos,
		files: map[string]string{"content/s/a/index.fr.md": draftPost, "content/s/a/index.md": plainPost, "content/s/a/p.fr.bin": "B", "content/s/a/q.bin": "C"},
		want:  map[string]string{"content/s/a/q.bin": "s/a/q.bin"},
	},
	{
		name: "a draft term leaves its files to the taxonomy", versions: "0.147.9",
		files: map[string]string{"content/tags/go/_index.md": draftPost, "content/tags/go/p.bin": "B", "content/tags/c/_index.fr.md": draftPost, "content/tags/c/q.bin": "C"},
		want:  map[string]string{"content/tags/go/p.bin": "tags/go/p.bin", "content/tags/c/q.bin": "tags/c/q.bin"},
	},
	{
		name: "a draft term keeps the place of its files", versions: "0.165.0",
		files: map[string]string{"content/tags/go/_index.md": draftPost, "content/tags/go/p.bin": "B", "content/tags/c/_index.fr.md": draftPost, "content/tags/c/q.bin": "C"},
		want:  map[string]string{},
	},
	{
		name: "a draft bundle in another language leaves files to the section", versions: "0.147.9",
		files: map[string]string{"content/s/a/index.fr.md": draftPost, "content/s/b.md": plainPost, "content/s/a/x/p.bin": "B", "content/t/a.fr.md": draftPost, "content/t/b.md": plainPost, "content/t/a/q.bin": "C"},
		want:  map[string]string{"content/s/a/x/p.bin": "s/a/x/p.bin", "content/t/a/q.bin": "t/a/q.bin"},
	},
	{
		name: "a draft bundle in another language keeps its place", versions: "0.165.0",
		files: map[string]string{"content/s/a/index.fr.md": draftPost, "content/s/b.md": plainPost, "content/s/a/x/p.bin": "B", "content/t/a.fr.md": draftPost, "content/t/b.md": plainPost, "content/t/a/q.bin": "C"},
		want:  map[string]string{},
	},
	{
		name: "a draft page takes the files of the bundles in its folder with it", versions: twoHugos,
		files: map[string]string{"content/s/a.md": draftPost, "content/s/a/b/index.md": plainPost, "content/s/a/b/p.bin": "B", "content/s/a/c.md": plainPost, "content/s/a/c/q.bin": "C"},
		want:  map[string]string{},
	},
	{
		name: "a page of another language over a bundle", versions: "0.147.9",
		files: map[string]string{"content/s/a.fr.md": plainPost, "content/s/a/b/index.md": plainPost, "content/s/a/b/p.bin": "B"},
		want:  map[string]string{"content/s/a/b/p.bin": "s/a/b/p.bin"},
	},
	{
		name: "a page of another language over a bundle hides its files", versions: "0.165.0",
		files: map[string]string{"content/s/a.fr.md": plainPost, "content/s/a/b/index.md": plainPost, "content/s/a/b/p.bin": "B"},
		want:  map[string]string{},
	},
	{
		name: "folders of taxonomies that are not built", versions: "0.147.9",
		config: "disableKinds = ['taxonomy', 'term']\n",
		files: map[string]string{
			"content/tags/go/p.bin": "B", "content/categories/q.bin": "C", "content/categories/a.md": plainPost,
		},
		want: map[string]string{"content/tags/go/p.bin": "tags/go/p.bin"},
	},
	{
		name: "folders of taxonomies that are not built, nor sections", versions: "0.165.0",
		config: "disableKinds = ['taxonomy', 'term']\n",
		files: map[string]string{
			"content/tags/go/p.bin": "B", "content/categories/q.bin": "C", "content/categories/a.md": plainPost,
		},
		want: map[string]string{"content/tags/go/p.bin": "tags/go/p.bin", "content/categories/q.bin": "categories/q.bin"},
	},
	{
		name: "a section of another language over a bundle", versions: twoHugos,
		files: map[string]string{"content/s/k/_index.fr.md": plainPost, "content/s/k/b/index.md": plainPost, "content/s/k/b/p.bin": "B"},
		want:  map[string]string{"content/s/k/b/p.bin": "s/k/b/p.bin"},
	},
}

func TestHugoCopyRows(t *testing.T) {
	for _, row := range hugoCopyRows {
		for _, version := range strings.Fields(row.versions) {
			t.Run(row.name+" "+version, func(t *testing.T) {
				c, err := openCase("hugo", version, map[string]string{"hugo.toml": "baseURL = 'https://e.org/'\n" + row.config + twoTongues}, row.files, nil)
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]string{}
				for name := range row.files {
					if p := c.locate(name); p.Static {
						got[name] = p.Output
					}
				}
				if !maps.Equal(got, row.want) {
					t.Errorf("copied\n got %v\nwant %v", got, row.want)
				}
			})
		}
	}
}

// TestHugoDifferentialRows builds the sites of the rows with the Hugo of the differential
// fuzz, so that no row says what its author only believes.
func TestHugoDifferentialRows(t *testing.T) {
	if os.Getenv("GITPOST_FUZZ_SITES") == "" {
		t.Skip("set GITPOST_FUZZ_SITES to a number of sites")
	}
	binary, err := exec.LookPath(cmp.Or(os.Getenv("GITPOST_HUGO"), "hugo"))
	if err != nil {
		t.Skip("no hugo: ", err)
	}
	b := hugoBuilder{binary: binary, version: installedHugo(t, binary)}
	check := func(name, versions, config string, files, published, copied map[string]string) {
		if versions != "" && !slices.Contains(strings.Fields(versions), b.version) {
			return
		}
		s := fuzzSite{config: []string{"baseURL = 'https://e.org/'\n" + config}, files: map[string]fuzzFile{}}
		for name, text := range files {
			s.files[name] = fuzzFile{body: text}
		}
		real := b.build(t, s)
		if real.failed != "" {
			t.Errorf("%s: the build fails: %s", name, real.failed)
		}
		urls, copies := map[string]string{}, map[string]string{}
		for file, page := range real.pages {
			urls[file] = strings.TrimPrefix(page.url, "https://e.org/")
		}
		if !hugoRulesOf(b.version).tree {
			delete(urls, "content/index.md") // written over the home page or under it, by chance
		}
		for file, text := range files {
			if out := real.copies[text]; strings.HasSuffix(file, ".bin") && len(out) > 0 {
				copies[file] = out[0]
			}
		}
		if published != nil && !maps.Equal(urls, published) {
			t.Errorf("%s: Hugo publishes\n     %v\nrow: %v", name, urls, published)
		}
		if copied != nil && !maps.Equal(copies, copied) {
			t.Errorf("%s: Hugo copies\n     %v\nrow: %v", name, copies, copied)
		}
	}
	for _, row := range slices.Concat(hugoRows, hugoCapitalRows) {
		check(row.name, row.versions, row.config, row.files, row.want, nil)
	}
	for _, row := range hugoCopyRows {
		check(row.name, row.versions, row.config+twoTongues, row.files, nil, row.want)
	}
}
