package doctor_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/doctor"
)

const hugoSite = "baseURL = 'https://unused.example/'\n[permalinks]\nposts = '/:year/:month/:slug/'\n"

// patient is a site whose health is asked about.
type patient struct {
	files map[string]string // of the repository
	live  map[string]string // of the live site, by path; {site} becomes its address
	links string            // in the home page's head; "" has the right ones
	skew  time.Duration     // of the live site's clock
	set   func(*config.Config)
	each  func(doctor.Check)
}

func (p patient) checks(t *testing.T) map[string]doctor.Check {
	t.Helper()
	var site *httptest.Server
	var home string
	site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(p.skew).UTC().Format(http.TimeFormat))
		if r.URL.Path == "/" {
			fmt.Fprint(w, home)
			return
		}
		text, ok := p.live[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		text = strings.ReplaceAll(text, "{site}", site.URL)
		if strings.HasSuffix(r.URL.Path, ".gz") {
			z := gzip.NewWriter(w)
			z.Write([]byte(text))
			z.Close()
			return
		}
		fmt.Fprint(w, text)
	}))
	defer site.Close()
	c := config.Config{Server: config.Server{URL: site.URL + "/pub", Data: t.TempDir()}}
	c.Sites = []config.Site{{Dir: c.Data, Me: site.URL + "/", Repo: filepath.Join(t.TempDir(), "none.git")}}
	c.Sites[0].Options.URL = site.URL + "/"
	if err := os.Chmod(c.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	home = "<html><head>" + p.links + "</head>"
	if p.links == "" {
		home = "<html><head>" + c.Discovery(c.Me()).HTML + "</head>"
	}
	if p.set != nil {
		p.set(&c)
	}
	tree := fstest.MapFS{}
	for name, text := range p.files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	list := doctor.Diagnosis{Config: c, ConfigFile: "gitpost.yaml",
		Open: func(context.Context, config.Site) (fs.FS, func() error, error) {
			return tree, func() error { return nil }, nil
		}}.Run(t.Context())
	by := map[string]doctor.Check{}
	for _, k := range list {
		by[k.Name] = k
		if p.each != nil {
			p.each(k)
		}
		if k.Result != doctor.Passed && k.Remedy == "" {
			t.Errorf("%s is %s without a remedy: %s", k.Name, k.Result, k.Found)
		}
	}
	return by
}

func urlset(addresses ...string) string {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">`)
	for _, a := range addresses {
		address, day, _ := strings.Cut(a, "@")
		fmt.Fprintf(&b, "<url><loc>\n%s</loc><image:image><image:loc>{site}/x.png</image:loc></image:image>", address)
		if day != "" {
			fmt.Fprintf(&b, "<lastmod>%s</lastmod>", day)
		}
		b.WriteString("</url>")
	}
	return b.String() + "</urlset>"
}

const aPost = "---\ntitle: A\ndate: 2024-03-09T10:00:00Z\n---\nText.\n"

func TestDoctorComparesAddressesWithTheLiveSite(t *testing.T) {
	hugo := map[string]string{"hugo.toml": hugoSite, "content/posts/a.md": aPost}
	with := func(name, text string) map[string]string {
		files := map[string]string{name: text}
		for n, s := range hugo {
			files[n] = s
		}
		return files
	}
	for _, c := range []struct {
		name   string
		files  map[string]string
		live   map[string]string
		result doctor.Result
		reason string // of the first post; "" when none is named
	}{
		{"all is well", hugo, map[string]string{"/sitemap.xml": urlset("{site}/", "{site}/2024/03/a/")}, doctor.Passed, ""},
		{"an index of sitemaps, one of them packed", hugo, map[string]string{
			"/sitemap.xml":   "<sitemapindex><sitemap><loc>{site}/one.xml</loc></sitemap><sitemap><loc>{site}/two.xml.gz</loc></sitemap></sitemapindex>",
			"/one.xml":       urlset("{site}/"),
			"/two.xml.gz":    urlset("{site}/2024/03/a/"),
			"/unrelated.xml": "x",
		}, doctor.Passed, ""},
		{"a sitemap that robots.txt names", hugo, map[string]string{"/robots.txt": "User-agent: *\nSitemap: {site}/map.xml\n",
			"/map.xml": urlset("{site}/2024/03/a/")}, doctor.Passed, ""},
		{"no sitemap", hugo, nil, doctor.Skipped, ""},
		{"a page in the sitemap's place", hugo, map[string]string{"/sitemap.xml": "<html><p>Not here"}, doctor.Skipped, ""},
		{"another host", hugo, map[string]string{"/sitemap.xml": urlset("https://old.example/2024/03/a/")}, doctor.Failed,
			"is built for https://old.example"},
		{"another slash", hugo, map[string]string{"/sitemap.xml": urlset("{site}/2024/03/a")}, doctor.Failed,
			"only the slash at the end differs"},
		{"ugly URLs", hugo, map[string]string{"/sitemap.xml": urlset("{site}/2024/03/a.html")}, doctor.Failed,
			"only .html differs"},
		{"upper case", with("content/posts/B.md", strings.Replace(aPost, "title: A", "slug: B", 1)),
			map[string]string{"/sitemap.xml": urlset("{site}/2024/03/a/", "{site}/2024/03/B/")},
			doctor.Failed, "only upper and lower case differ"},
		{"other permalinks", hugo, map[string]string{"/sitemap.xml": urlset("{site}/posts/a/")}, doctor.Failed,
			"its permalinks differ"},
		{"not built yet", with("content/posts/b.md", strings.NewReplacer("title: A", "title: B", "2024-03-09",
			"2024-05-09").Replace(aPost)),
			map[string]string{"/sitemap.xml": urlset("{site}/2024/03/a/@2024-03-09T10:00:00+00:00")}, doctor.Warning,
			"not built yet"},
		{"nowhere on the live site", hugo, map[string]string{"/sitemap.xml": urlset("{site}/")}, doctor.Failed,
			"it is not on the live site"},
		{"live but not in the sitemap", hugo, map[string]string{"/sitemap.xml": urlset("{site}/"), "/2024/03/a/": "here"},
			doctor.Warning, "missing in the sitemap"},
		{"left out by its front matter", with("content/posts/b.md",
			"---\nslug: b\ndate: 2024-03-09T10:00:00Z\nsitemap:\n  disable: true\n---\nb\n"),
			map[string]string{"/sitemap.xml": urlset("{site}/2024/03/a/")}, doctor.Passed, ""},
		{"a draft that is live", with("content/posts/b.md",
			"---\nslug: b\ndate: 2024-03-09T10:00:00Z\ndraft: true\n---\nb\n"),
			map[string]string{"/sitemap.xml": urlset("{site}/2024/03/a/", "{site}/2024/03/b/")}, doctor.Failed,
			"considers it unpublished (draft)"},
		{"Jekyll", map[string]string{"_config.yml": "permalink: pretty\n",
			"_posts/2024-03-09-a.md": "---\ntitle: A\n---\na\n"},
			map[string]string{"/sitemap.xml": urlset("{site}/2024/03/09/a.html")}, doctor.Failed, "only .html differs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := patient{files: c.files, live: c.live}.checks(t)["addresses"]
			reason := ""
			if len(k.Posts) > 0 {
				reason = k.Posts[0].Reason
			}
			if k.Result != c.result || !strings.Contains(reason, c.reason) || c.reason == "" && reason != "" {
				t.Errorf("it is %s (%s): %+v; want %s: %s", k.Result, k.Found, k.Posts, c.result, c.reason)
			}
		})
	}
}

func TestDoctorLooksForTheLinesOfApps(t *testing.T) {
	link := func(rel, href string) string { return fmt.Sprintf("<link rel=%q href=%q>", rel, href) }
	own := link("authorization_endpoint", "/pub/auth") + link("token_endpoint", "/pub/token") +
		link("indieauth-metadata", "/pub/.well-known/oauth-authorization-server")
	for _, c := range []struct {
		name, links string
		result      doctor.Result
		found       string
	}{
		{"all of them", "", doctor.Passed, "tells apps where to post"},
		{"none", "<title>x</title>", doctor.Failed, "does not tell apps where to post"},
		{"no Micropub endpoint", own, doctor.Failed, "lacks micropub"},
		{"relative ones", own + link("micropub", "pub/micropub"), doctor.Passed, "tells apps"},
		{"another server's", own + link("micropub", "https://old.example/micropub"), doctor.Failed,
			"micropub is https://old.example/micropub"},
		{"another server's first", own + link("micropub", "https://old.example/micropub") + link("micropub", "/pub/micropub"),
			doctor.Failed, "micropub is first https://old.example/micropub"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := patient{files: map[string]string{"hugo.toml": hugoSite}, links: c.links}.checks(t)["discovery"]
			if k.Result != c.result || !strings.Contains(k.Found, c.found) {
				t.Errorf("it is %s: %s; want %s: %s", k.Result, k.Found, c.result, c.found)
			}
		})
	}
}

func TestDoctorTellsWhatIsWrongHere(t *testing.T) {
	hugo := map[string]string{"hugo.toml": hugoSite, "content/posts/a.md": aPost}
	for _, c := range []struct {
		name, check string
		patient     patient
		result      doctor.Result
		found       string
	}{
		{"the clock agrees", "clock", patient{}, doctor.Passed, "agrees"},
		{"the clock is a little off", "clock", patient{skew: 40 * time.Second}, doctor.Warning, "behind"},
		{"the clock is far off", "clock", patient{skew: -time.Hour}, doctor.Failed, "ahead of"},
		{"no remote", "remote", patient{}, doctor.Failed, "no Git repository at this path"},
		{"no generator", "site", patient{files: map[string]string{"README": "x"}}, doctor.Failed, "no Hugo or Jekyll"},
		{"the site", "site", patient{files: hugo}, doctor.Passed, "hugo "},
		{"posts that round-trip", "posts", patient{files: hugo}, doctor.Passed, "all 1 can be read"},
		{"broken front matter", "posts",
			patient{files: map[string]string{"hugo.toml": hugoSite, "content/posts/b.md": "---\ntitle: [\n---\nb\n"}},
			doctor.Failed, "cannot be read"},
		{"the server does not answer", "server", patient{}, doctor.Warning, "something other than gitpost is answering"},
		{"the server answers", "server", patient{live: map[string]string{"/pub/healthz": `{"status":"ok"}`}}, doctor.Passed,
			"gitpost answers at"},
		{"a data folder for all", "data", patient{set: func(c *config.Config) { os.Chmod(c.Data, 0o755) }}, doctor.Warning,
			"by other users"},
		{"a data folder to be made", "data",
			patient{set: func(c *config.Config) { c.Data = filepath.Join(c.Data, "a", "b") }}, doctor.Passed,
			"does not exist yet"},
		{"a damaged database", "state", patient{set: func(c *config.Config) {
			os.WriteFile(c.StateFile(), []byte(strings.Repeat("garbage", 1000)), 0o600)
		}}, doctor.Failed, "damaged"},
		{"a database for all", "secrets", patient{set: func(c *config.Config) {
			os.WriteFile(c.StateFile(), nil, 0o644)
			os.Chmod(c.StateFile(), 0o644)
		}}, doctor.Failed, "other users can read"},
		{"a clone that is none", "clone", patient{set: func(c *config.Config) {
			os.MkdirAll(c.Sites[0].CloneDir(), 0o700)
			os.WriteFile(filepath.Join(c.Sites[0].CloneDir(), "HEAD"), []byte("ref: refs/heads/main\n"), 0o600)
			os.MkdirAll(filepath.Join(c.Sites[0].CloneDir(), "refs", "heads"), 0o700)
			os.WriteFile(filepath.Join(c.Sites[0].CloneDir(), "refs", "heads", "main"), []byte(strings.Repeat("1", 40)+"\n"),
				0o600)
		}}, doctor.Failed, "is not in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.patient.files == nil {
				c.patient.files = hugo
			}
			k := c.patient.checks(t)[c.check]
			if k.Result != c.result || !strings.Contains(k.Found, c.found) {
				t.Errorf("it is %s: %s; want %s: %s", k.Result, k.Found, c.result, c.found)
			}
		})
	}
}

func TestDoctorLooksAtEachOfSeveralSites(t *testing.T) {
	hugo := map[string]string{"hugo.toml": hugoSite, "content/posts/a.md": aPost}
	names := map[string]int{}
	patient{files: hugo, set: func(c *config.Config) {
		two := c.Sites[0]
		two.Me = c.URL + "/two/"
		c.Sites = append(c.Sites, two)
	}, each: func(k doctor.Check) {
		if k.Site != "" {
			names[k.Name]++
		}
	}}.checks(t)
	for _, name := range []string{"clone", "remote", "clock", "discovery", "site", "posts", "addresses"} {
		if names[name] != 2 {
			t.Errorf("%s was looked at %d times, want once for each site", name, names[name])
		}
	}
}
