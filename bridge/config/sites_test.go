package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/config"
)

const twoSites = `url: https://pub.example.org
poll: 5m
author: {name: Ada, email: ada@example.org}
types:
  note: {path: "notes/{slug}.md"}
sites:
  - me: https://one.example/
    repo: https://git.example/one.git
  - me: https://two.example/blog
    repo: two.git
    poll: 1h
    author: {name: Bea}
    types:
      photo: {path: "photos/{slug}.md"}
    media: {place: bundle}
    private: draft
`

func TestEachSiteHasItsOwnKeysAndTheTopsForTheRest(t *testing.T) {
	c, folder, err := load(t, twoSites+"media: {max_width: 1000}\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sites) != 2 {
		t.Fatalf("got %d sites", len(c.Sites))
	}
	one, two := c.Sites[0], c.Sites[1]
	got := []any{one.Me, one.Repo, one.Poll, one.AuthorName, one.AuthorEmail, one.MediaPlace, one.Private,
		len(one.Options.Types), one.SiteOptions().Me, c.URL, c.MediaMaxWidth}
	want := []any{"https://one.example/", "https://git.example/one.git", 5 * time.Minute, "Ada", "ada@example.org", "", "",
		1, "https://one.example/", "https://pub.example.org", 1000}
	if !slices.Equal(got, want) {
		t.Errorf("first site\ngot  %v\nwant %v", got, want)
	}
	got = []any{two.Me, two.Repo, two.Poll, two.AuthorName, two.AuthorEmail, two.MediaPlace, two.Private,
		len(two.Options.Types), two.SiteOptions().Me, c.URL, c.MediaMaxWidth}
	want = []any{"https://two.example/blog", filepath.Join(folder, "two.git"), time.Hour, "Bea", "ada@example.org",
		"bundle", "draft", 2, "https://two.example/blog", "https://pub.example.org", 1000}
	if !slices.Equal(got, want) {
		t.Errorf("second site\ngot  %v\nwant %v", got, want)
	}
}

func TestDefaultsOfOneSiteAreItsOwn(t *testing.T) {
	c, _, err := load(t,
		"url: https://pub.example.org\nsites: [{me: https://one.example, repo: a}, {me: https://two.example, repo: b, repo_token: x}]\n")
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Sites[0].AuthorName, c.Sites[1].AuthorName, c.Sites[0].RepoUser, c.Sites[1].RepoUser, c.Sites[1].Me}
	if want := []string{"one.example", "two.example", "", "git", "https://two.example/"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A clone is found again when the list changes its order, and no two sites share one.
func TestClonesAreNamedAfterTheirSites(t *testing.T) {
	c, folder, err := load(t, twoSites)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Sites[0].CloneDir(), filepath.Join(folder, "data", "sites", "one.example", "repo.git"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	seen := map[string]string{}
	for _, me := range []string{
		"https://a.example/", "https://a.example/b-c", "https://a.example/b/c", "https://a.example/B/c",
		"https://a.example:8080/",
		"https://a-b.example/", "https://a.example/" + strings.Repeat("long/", 40),
		"https://a.example/" + strings.Repeat("long/", 41), "https://[::1]/", "https://münchen.example/",
	} {
		c, folder, err := load(t,
			"url: https://pub.example.org\nsites: [{me: 'https://zero.example/', repo: z}, {me: '"+me+"', repo: r}]\n")
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(filepath.Join(folder, "data", "sites"), filepath.Dir(c.Sites[1].CloneDir()))
		if err != nil {
			t.Fatal(err)
		}
		name = strings.ToLower(name) // some file systems fold it
		if other, taken := seen[name]; taken || len(name) > 80 || strings.ContainsAny(name, `/\:*?"<>| `) || strings.HasPrefix(name, ".") {
			t.Errorf("%s has the folder %q, which %q has too or which is no good name", me, name, other)
		}
		seen[name] = me
	}
}

func TestOneSiteKeepsTheCloneThatItHad(t *testing.T) {
	c, folder, err := load(t, sixKeys)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(folder, "data", "repo.git"); c.Sites[0].CloneDir() != want {
		t.Errorf("got %s, want %s", c.Sites[0].CloneDir(), want)
	}
}

func TestSitesAreFoundByTheirAddresses(t *testing.T) {
	c, _, err := load(t, twoSites)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{"": "https://one.example/", "http://two.example/blog/": "https://two.example/blog", "https://ONE.example": "https://one.example/"} {
		if got, err := c.SiteAt(address); err != nil || got.Me != want {
			t.Errorf("%q: got %s (%v), want %s", address, got.Me, err, want)
		}
	}
	if _, err := c.SiteAt("https://three.example/"); err == nil || !strings.Contains(err.Error(), "https://one.example/ or https://two.example/blog") {
		t.Errorf("got %v", err)
	}
}

func TestEnvironmentSetsTheDefaultsOfSeveralSites(t *testing.T) {
	c, _, err := load(t, twoSites, "GITPOST_POLL=7m", "GITPOST_AUTHOR_NAME=Cleo", "GITPOST_LISTEN=:9")
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Sites[0].Poll, c.Sites[1].Poll, c.Sites[0].AuthorName, c.Sites[1].AuthorName, c.Listen}
	if want := []any{7 * time.Minute, time.Hour, "Cleo", "Bea", ":9"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	c, _, err = load(t, "", "GITPOST_URL=https://pub.example.org", "GITPOST_SITES=[{me: https://one.example, repo: a}, {me: https://two.example, repo: b}]")
	if err != nil || len(c.Sites) != 2 {
		t.Errorf("sites in the environment: %v %+v", err, c.Sites)
	}
}

func TestSecretsOfOneSiteMayStandInFiles(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "token"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "gitpost.yaml")
	text := "url: https://pub.example.org\nrepo_token: shared\nsites: [{me: https://one.example, repo: a}, {me: https://two.example, repo: b, repo_token_file: token}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, nil)
	if err != nil || c.Sites[0].RepoToken != "shared" || c.Sites[1].RepoToken != "s3cret" {
		t.Errorf("got %v %+v", err, c.Sites)
	}
}

func TestProblemsOfSitesAreAllReportedWithTheirPlaces(t *testing.T) {
	const top = "url: https://pub.example.org\n"
	tests := []struct {
		name, text string
		environ    []string
		want       []string
	}{
		{"no list", top + "sites: {me: x}\n", nil, []string{"line 2: sites: is not a list of sites; write an entry such as"}},
		{"nothing in it", top + "sites: []\n", nil, []string{"line 2: sites: is not a list of sites"}},
		{"keys missing", top + "sites:\n  - me: https://one.example/\n  - repo: b\n", nil, []string{"line 3: sites[0].repo: is missing; add it", "line 4: sites[1].me: is missing"}},
		{"an entry without keys", top + "sites: [x]\n", nil, []string{"line 2: sites[0]: is not a map of keys", "sites[0].me: is missing", "sites[0].repo: is missing"}},
		{"values", top + "sites:\n  - {me: one.example, repo: a}\n  - me: https://two.example/\n    repo: git://x/y\n    poll: often\n", nil,
			[]string{`line 3: sites[0].me: "one.example" does not start with http`, `line 5: sites[1].repo: "git://x/y" cannot be pushed to`, `line 6: sites[1].poll: "often" is not a length of time`}},
		{"misspelt key", top + "sites:\n  - {me: https://one.example/, repo: a, brunch: main}\n", nil, []string{"line 3: sites[0].brunch: is not a key of gitpost; did you mean branch?"}},
		{"key of the server", top + "sites:\n  - {me: https://one.example/, repo: a, listen: ':1'}\n", nil, []string{"line 3: sites[0].listen: belongs to the server, not to one site; move it to the top level"}},
		{"sites within sites", top + "sites:\n  - {me: https://one.example/, repo: a, sites: []}\n", nil, []string{"line 3: sites[0].sites: belongs to the server, not to one site"}},
		{"address twice", top + "sites:\n  - {me: https://one.example/, repo: a}\n  - {me: http://ONE.example, repo: b}\n", nil, []string{`line 4: sites[1].me: "http://one.example/" is the address of sites[0] too`}},
		{"repository twice", top + "repo: a\nsites:\n  - {me: https://one.example/}\n  - {me: https://two.example/}\n", nil, []string{`line 5: sites[1].repo: is the repository of sites[0] too; give each site its own repository, its own branch, or its own folder (site.dir)`}},
		{"address at the top", top + "me: https://zero.example/\nsites:\n  - {me: https://one.example/, repo: a}\n", nil, []string{`line 2: me: is set beside sites, which each have their own; move it into the first entry`}},
		{"a default is wrong for all and told once", top + "poll: often\nsites: [{me: https://one.example/, repo: a}, {me: https://two.example/, repo: b}]\n", nil, []string{`line 2: poll: "often" is not a length of time`}},
		{"the server's own key is missing", "sites: [{me: https://one.example/, repo: a}]\n", nil, []string{"url: is missing"}},
		{"secret twice", top + "sites:\n  - {me: https://one.example/, repo: a, repo_token: x, repo_token_file: y}\n", nil, []string{"line 3: sites[0].repo_token: is set twice, directly and as repo_token_file"}},
		{"in the environment", top, []string{"GITPOST_SITES=[{me: https://one.example/, poll: x}]"}, []string{`GITPOST_SITES: sites[0].poll: "x" is not a length`, "GITPOST_SITES: sites[0].repo: is missing"}},
		{"an address in the environment", top + "sites: [{me: https://one.example/, repo: a}]\n", []string{"GITPOST_ME=https://two.example/"}, []string{"GITPOST_ME: me: is set beside sites"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := load(t, test.text, test.environ...)
			var wrong *config.Error
			if !errors.As(err, &wrong) || len(wrong.Problems) != len(test.want) {
				t.Fatalf("got %v, want %d problems", err, len(test.want))
			}
			for i, p := range wrong.Problems {
				if !strings.Contains(p.String(), test.want[i]) || p.Remedy == "" {
					t.Errorf("problem %d is\n%s\nwant in it\n%s", i, p, test.want[i])
				}
			}
		})
	}
}

func TestOneBranchEachOfOneRepository(t *testing.T) {
	if _, _, err := load(t, "url: https://pub.example.org\nrepo: a\nsites: [{me: https://one.example/, branch: one}, {me: https://two.example/, branch: two}]\n"); err != nil {
		t.Error(err)
	}
}

// The manual names every key that a site may have for itself.
func TestManualListsTheKeysOfOneSite(t *testing.T) {
	b, err := os.ReadFile("../../templates/manual/sites.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "## Keys of one site\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if !ok {
		t.Fatal("the chapter has no section on the keys of one site")
	}
	for _, k := range config.Keys() {
		name, _, _ := strings.Cut(k.Name, ".*")
		group, _, nested := strings.Cut(name, ".")
		listed := strings.Contains(section, "`"+name+"`") || nested && strings.Contains(section, "`"+group+".*`")
		if k.PerSite() && !listed {
			t.Errorf("the section does not name %s", k.Name)
		}
	}
}

// Doctor looks at the modes of all files with secrets, those of one site among them.
func TestSecretFilesOfSitesAreKnown(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "gitpost.yaml")
	text := "repo_token_file: shared\nsites: [{me: https://one.example, repo_token_file: own}, {me: https://two.example, ssh_key_file: key}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(folder, "key"), filepath.Join(folder, "own"), filepath.Join(folder, "shared")}
	if got := config.SecretFiles(file, nil); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
