package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/fuzztest"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

const sixKeys = `me: https://example.org/
repo: https://git.example/me/blog.git
url: https://pub.example.org
`

// load writes a configuration into a folder of its own and loads it.
func load(t *testing.T, text string, environ ...string) (config.Config, string, error) {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "gitpost.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, environ)
	return c, folder, err
}

func TestConfigHasEveryDefault(t *testing.T) {
	c, folder, err := load(t, sixKeys)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Server: config.Server{
			URL: "https://pub.example.org", Listen: "127.0.0.1:8080", Data: filepath.Join(folder, "data"),
			MediaMaxSize: 100_000_000, MediaMaxWidth: 2048, MediaUnused: 30 * 24 * time.Hour,
			TokensLifetime: 90 * 24 * time.Hour, RateBadTokens: 120, NotifyAfter: 15 * time.Minute,
		},
		Sites: []config.Site{{
			Dir: filepath.Join(folder, "data"), Me: "https://example.org/", Repo: "https://git.example/me/blog.git",
			AuthorName: "example.org", AuthorEmail: "gitpost@example.org", Poll: time.Minute, PushWait: 5 * time.Second,
			Delivery: true, Webmention: true, Context: true, SyndicationCommit: "build",
			Options: site.Options{Titles: "auto", Cover: "auto"},
		}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestConfigReadsEveryKey(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"token": "s3cret\n", "hook": "h00k", "key": "k", "hosts": "h"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := gitstore.NewDeployKey(filepath.Join(folder, "signs"), ""); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "gitpost.yaml")
	err := os.WriteFile(file, []byte(`
me: https://Example.org
repo: ../blog.git
url: https://pub.example.org/
listen: :9000
branch: refs/heads/main
data: state
repo_user: ada
repo_token_file: token
ssh_key_file: key
known_hosts_file: hosts
author: {name: Ada, email: ada@example.org, signing_key_file: signs, sign_off: true}
commit_message: "docs: {subject}"
poll: 5m
push_wait: 0s
push_delay: 1d
set_updated: yes
webmention: false
context: false
skip_ci: drafts
build_hook: https://host.example/build?key=1
notify: [/usr/bin/mail, -s, gitpost]
notify_after: 1h
metrics: {listen: ":9090"}
tls: auto
tls_email: ada@example.org
tls_directory: https://ca.example/directory
private: draft
hooks:
  secret_file: hook
syndicate_to:
  - {uid: https://social.example/@ada, name: Social}
  - https://other.example/
site:
  generator: hugo
  version: 0.147.9
  section: notes
  path: ":year/:slug.md"
  timezone: Europe/Berlin
  media_dir: static/uploads/
  properties: [mood, weather]
  env: {HUGO_TITLE: Notes}
types:
  note: {path: "notes/:slug.md"}
  photo:
    path: photos/:slug/index.md
media: {max_size: 1.5 GB, max_width: 1600, unused: 48h, metadata: keep, accept: [image/*, video/mp4], place: bundle, dimensions: true}
auth: external
tokens: {lifetime: 30d}
introspection: {secret: between servers, endpoint: "https://id.example/introspect"}
profile: {name: Ada Example, photo: "https://example.org/ada.jpg?s=200", email: ada@example.org}
rate: {bad_tokens: 7}
trusted_proxies: [127.0.0.1, 10.1.2.3/8]
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	berlin, _ := time.LoadLocation("Europe/Berlin")
	want := config.Config{
		Server: config.Server{
			URL: "https://pub.example.org", Listen: ":9000", Data: filepath.Join(folder, "state"),
			Notify: []string{"/usr/bin/mail", "-s", "gitpost"}, NotifyAfter: time.Hour, MetricsListen: ":9090",
			TLS: "auto", TLSEmail: "ada@example.org", TLSDirectory: "https://ca.example/directory",
			MediaMaxSize: 1_500_000_000, MediaMaxWidth: 1600, MediaUnused: 48 * time.Hour,
			MediaMetadata: "keep", MediaAccept: []string{"image/*", "video/mp4"},
			Auth: "external", TokensLifetime: 30 * 24 * time.Hour, IntrospectionSecret: "between servers",
			IntrospectionEndpoint: "https://id.example/introspect",
			ProfileName:           "Ada Example", ProfilePhoto: "https://example.org/ada.jpg?s=200",
			ProfileEmail: "ada@example.org", RateBadTokens: 7, TrustedProxies: []string{"127.0.0.1/32", "10.0.0.0/8"},
		},
		Sites: []config.Site{{
			Dir: filepath.Join(folder, "state"), Me: "https://example.org/", Branch: "main",
			Repo:     filepath.Join(filepath.Dir(folder), "blog.git"),
			RepoUser: "ada", RepoToken: "s3cret", SSHKeyFile: filepath.Join(folder, "key"),
			KnownHosts: filepath.Join(folder, "hosts"), AuthorName: "Ada", AuthorEmail: "ada@example.org",
			SigningKeyFile: filepath.Join(folder, "signs"), SignOff: true, CommitMessage: "docs: {subject}",
			Poll: 5 * time.Minute, PushWait: 0, PushDelay: 24 * time.Hour, SetUpdated: true, Delivery: true,
			SyndicationCommit: "build", SkipCI: "drafts", Private: "draft",
			BuildHook: "https://host.example/build?key=1", HookSecret: "h00k",
			SyndicateTo: []config.Target{
				{UID: "https://social.example/@ada", Name: "Social"},
				{UID: "https://other.example/", Name: "https://other.example/"},
			},
			Options: site.Options{Generator: "hugo", Version: "0.147.9", Section: "notes", Path: ":year/:slug.md",
				TimeZone: berlin, MediaDir: "static/uploads", Titles: "auto", Cover: "auto",
				Properties: []string{"mood", "weather"}, Env: map[string]string{"HUGO_TITLE": "Notes"},
				Types: map[string]site.Type{"note": {Path: "notes/:slug.md"}, "photo": {Path: "photos/:slug/index.md"}}},
			MediaPlace: "bundle", MediaDimensions: true,
		}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

func TestEnvironmentOverridesTheFile(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(secret, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, folder, err := load(t, sixKeys+"branch: main\nrepo_token_file: nowhere\n",
		"GITPOST_REPO=blog.git", "GITPOST_BRANCH=drafts", "GITPOST_POLL=2m", "GITPOST_LISTEN=",
		"GITPOST_REPO_TOKEN=t0ken", "GITPOST_HOOKS_SECRET_FILE="+secret, "GITPOST_AUTHOR_NAME=Ada",
		"GITPOST_TYPES_NOTE_PATH=n/:slug.md", "GITPOST_TRUSTED_PROXIES=10.0.0.1, 10.0.0.2",
		"GITPOST_SITE_ENV={TZ: UTC}", "GITPOST_PORT=tcp://10.0.0.1:80", "PATH=/bin")
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Sites[0].Repo, c.Sites[0].Branch, c.Sites[0].Poll, c.Listen, c.Sites[0].RepoToken,
		c.Sites[0].HookSecret, c.Sites[0].AuthorName, c.Sites[0].Options.Types["note"].Path,
		strings.Join(c.TrustedProxies, " "), c.Sites[0].Options.Env["TZ"]}
	want := []any{filepath.Join(folder, "blog.git"), "drafts", 2 * time.Minute, "127.0.0.1:8080", "t0ken", "from a file",
		"Ada", "n/:slug.md", "10.0.0.1/32 10.0.0.2/32", "UTC"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestEnvironmentAloneIsEnough(t *testing.T) {
	folder := t.TempDir()
	c, err := config.Load(filepath.Join(folder, "gitpost.yaml"),
		[]string{"GITPOST_ME=https://example.org/", "GITPOST_REPO=r", "GITPOST_URL=https://pub.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(folder, "r"); c.Sites[0].Repo != want {
		t.Errorf("repo is %s, want %s", c.Sites[0].Repo, want)
	}
}

func TestConfigReportsEachProblemWithItsRemedy(t *testing.T) {
	tests := []struct {
		name, text string
		environ    []string
		want       []string // one problem each, a part of its line
	}{
		{"nothing is there", "", nil, []string{"me: is missing; add it: me: https://example.org/", "repo: is missing",
			"url: is missing"}},
		{"misspelt key", sixKeys + "lisen: x\n", nil,
			[]string{"line 4: lisen: is not a key of gitpost; did you mean listen?"}},
		{"misspelt key in a group", sixKeys + "media:\n  max_with: 3\n", nil,
			[]string{"line 5: media.max_with: is not a key of gitpost; did you mean media.max_width?"}},
		{"key in the wrong group", sixKeys + "timezone: UTC\n", nil,
			[]string{"line 4: timezone: is not a key of gitpost; did you mean site.timezone? (write it indented below site:)"}},
		{"key like no other", sixKeys + "wibblewobble: 1\n", nil,
			[]string{"line 4: wibblewobble: is not a key of gitpost; remove it"}},
		{"key twice", sixKeys + "poll: 1m\npoll: 2m\n", nil,
			[]string{"line 5: poll: is set twice, first on line 4; keep one"}},
		{"group with a value", sixKeys + "author: Ada\n", nil,
			[]string{"line 4: author: is a group of keys, not a value; write its keys below it: name, email"}},
		{"value with a list", sixKeys + "branch: [a, b]\n", nil,
			[]string{"line 4: branch: is a list or a map where one value belongs"}},
		{"relative address", "me: example.org\nrepo: r\nurl: //pub\n", nil,
			[]string{`line 1: me: "example.org" does not start with http`, `line 3: url: "//pub" does not start with http`}},
		{"address without host", "me: 'https://'\nrepo: r\nurl: 'https://x/?q=1'\n", nil,
			[]string{`me: "https://" is not a URL`, `url: "https://x/?q=1" has a query`}},
		{"listen", sixKeys + "listen: 8080\n", nil,
			[]string{`line 4: listen: "8080" is not a host and a port; write a host and a port such as`}},
		{"listen port", sixKeys + "listen: localhost:99999\n", nil, []string{`has no port from 0 to 65535`}},
		{"long path of a socket", sixKeys + "listen: unix:/" + strings.Repeat("long/", 30) + "\n", nil,
			[]string{`is too long for the path of a socket; use one of at most 100`}},
		{"TLS without https",
			"me: https://a.example\nrepo: r\nurl: http://b.example\ntls: auto\ntls_directory: ca\nbuild_hook: here\n", nil,
			[]string{`tls_directory: "ca" is not an address that can be called`,
				`build_hook: is not an address that can be called`,
				`line 4: tls: "auto" is for an address that starts with https://`}},
		{"notify", sixKeys + "notify: [tell, [a]]\n", nil,
			[]string{`notify: has an entry that is not text; write an address, or a command as`}},
		{"remote without sign-in", "me: https://a.example\nrepo: git://git.example/x\nurl: https://b.example\n", nil,
			[]string{`repo: "git://git.example/x" cannot be pushed to`}},
		{"password in the address", "me: https://a.example\nrepo: https://ada:s3cret@git.example/x\nurl: https://b.example\n",
			nil, []string{`repo: "https://ada:xxxxx@git.example/x" has a password in it; move it to repo_token_file`}},
		{"branch", sixKeys + "branch: -x y\n", nil, []string{`branch: "-x y" cannot be the name of a branch`}},
		{"duration", sixKeys + "poll: 60\npush_wait: -1s\nmedia: {unused: 1s}\n", nil,
			[]string{`line 4: poll: "60" is not a length of time; write a number with a unit`, `push_wait: "-1s" is negative`,
				`media.unused: "1s" is too short`}},
		{"media", sixKeys + "media: {metadata: some, accept: [image/jpeg, text/html], place: beside, dimensions: 3}\n", nil,
			[]string{`media.metadata: "some" is not a known value; write keep or keep-location`,
				`media.accept: has the entry "text/html", which is not a supported kind of file`,
				`media.place: "beside" is not a known value`, `media.dimensions: "3" is neither true nor false`}},
		{"size", sixKeys + "media: {max_size: big, max_width: 3}\n", nil,
			[]string{`media.max_size: "big" is not a size; write a number with a unit`,
				`media.max_width: "3" must be a whole number of at least 16; write it in digits`}},
		{"boolean", sixKeys + "set_updated: perhaps\n", nil, []string{`set_updated: "perhaps" is neither true nor false`}},
		{"choices", sixKeys + "private: hide\nskip_ci: all\nsite: {generator: middleman}\n", nil,
			[]string{`private: "hide" is not a known value; write draft`, `skip_ci: "all"`,
				`site.generator: "middleman" is not a known value; write hugo or jekyll`}},
		{"time zone", sixKeys + "site: {timezone: Mars/Olympus}\n", nil,
			[]string{`site.timezone: "Mars/Olympus" is not a time zone; write its name`}},
		{"key that themes read", sixKeys + "site: {properties: [mood, layout]}\n", nil,
			[]string{`site.properties: has the entry "layout", which is not the name of a property, or is a key that generators and themes read; write names of small letters`}},
		{"path that leads out", sixKeys + "site: {path: ../x.md}\ntypes: {note: {path: a/../../b}}\n", nil,
			[]string{`site.path: "../x.md" is not a path inside the repository`,
				`types.note.path: "a/../../b" is not a path inside`}},
		{"author", sixKeys + "author: {name: Ada <a>, email: ada}\n", nil,
			[]string{`author.name: "Ada <a>" has < or >`, `author.email: "ada" is not an e-mail address`}},
		{"secret twice", sixKeys + "hooks: {secret: a, secret_file: b}\n", nil,
			[]string{"hooks.secret: is set twice, directly and as secret_file"}},
		{"secret file missing", sixKeys + "repo_token_file: nowhere\n", nil,
			[]string{`line 4: repo_token_file: "nowhere" does not exist`}},
		{"secret in the environment twice", sixKeys, []string{"GITPOST_REPO_TOKEN=a", "GITPOST_REPO_TOKEN_FILE=b"},
			[]string{"GITPOST_REPO_TOKEN: repo_token: is set together with GITPOST_REPO_TOKEN_FILE"}},
		{"environment", sixKeys, []string{"GITPOST_POLL=often"},
			[]string{`GITPOST_POLL: poll: "often" is not a length of time`}},
		{"proxies", sixKeys + "trusted_proxies: [10.0.0.0/99, home]\n", nil,
			[]string{`trusted_proxies: has the entry "10.0.0.0/99", which is not an address`}},
		{"targets", sixKeys + "syndicate_to: [{name: x}]\n", nil, []string{`syndicate_to: has an entry without uid`}},
		{"a target twice", sixKeys + "syndicate_to: [{uid: a}, a]\n", nil, []string{`syndicate_to: names "a" twice`}},
		{"a target's checked", sixKeys + "syndicate_to: [{uid: a, checked: perhaps}]\n", nil,
			[]string{`syndicate_to: has an entry whose checked is "perhaps"`}},
		{"a target's service", sixKeys + "syndicate_to: [{uid: a, service: Social}]\n", nil,
			[]string{`syndicate_to: has an entry whose service is not a map of texts`}},
		{"a target's type", sixKeys + "syndicate_to: [{uid: a, type: news}]\n", nil,
			[]string{`syndicate_to: has an entry of the unknown type "news"`}},
		{"standard.site beside Mastodon", sixKeys + "syndicate_to: [{uid: a, type: mastodon, standard_site: true}]\n", nil,
			[]string{`syndicate_to: has an entry of type "mastodon" with standard_site; write standard_site into an entry of type bluesky`}},
		{"standard.site as a word", sixKeys + "syndicate_to: [{uid: a, type: bluesky, standard_site: perhaps}]\n", nil,
			[]string{`syndicate_to: has an entry whose standard_site is "perhaps"`}},
		{"IndieNews without its page", sixKeys + "syndicate_to: [{uid: news, type: indienews}]\n", nil,
			[]string{`syndicate_to: has an entry of type indienews whose page is "news"; write uid: https://news.indieweb.org/en`}},
		{"a channel's path", sixKeys + "channels: [{uid: a, path: ../x}]\n", nil,
			[]string{`channels: is not a path inside the repository`}},
		{"a channel's key", sixKeys + "channels: [{uid: a, folder: x}]\n", nil,
			[]string{`channels: has an entry with the unknown key "folder"`}},
		{"post types", sixKeys + "post_types: [note, Some Type]\n", nil, []string{`post_types: names the type`}},
		{"a post type twice", sixKeys + "post_types: [note, {type: note}]\n", nil,
			[]string{`post_types: names "note" twice`}},
		{"not YAML", "me: [\n", nil, []string{"is not YAML: line "}},
		{"a list", "- a\n", nil, []string{"line 1: is not a map of keys"}},
		{"two documents", sixKeys + "---\nbranch: x\n", nil, []string{"has a second document in it; remove the line ---"}},
		{"a very long one", sixKeys + "# " + strings.Repeat("x", 1<<20) + "\n", nil,
			[]string{"is larger than 1 MB; name another file"}},
		{"environment without a file key", "", []string{"GITPOST_ME=x"},
			[]string{`GITPOST_ME: me: "x" does not start`, "repo: is missing", "url: is missing"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := load(t, test.text, test.environ...)
			var wrong *config.Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got error %v, want a ConfigError", err)
			}
			if len(wrong.Problems) != len(test.want) {
				t.Fatalf("got %d problems, want %d:\n%v", len(wrong.Problems), len(test.want), err)
			}
			for i, p := range wrong.Problems {
				if !strings.Contains(p.String(), test.want[i]) {
					t.Errorf("problem %d is\n%s\nwant in it\n%s", i, p, test.want[i])
				}
				if p.Message == "" || p.Remedy == "" {
					t.Errorf("problem %d lacks words: %+v", i, p)
				}
			}
		})
	}
}

func TestConfigErrorsNeverShowSecrets(t *testing.T) {
	_, _, err := load(t, sixKeys+"repo_token: \"s3cret\\nline\"\nhooks: {secret: [s3cret]}\n")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got error %v, want one without the secret", err)
	}
}

func TestMissingConfigFileSaysWhatToDo(t *testing.T) {
	_, err := config.Load(filepath.Join(t.TempDir(), "gitpost.yaml"), nil)
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Problems) != 1 ||
		!strings.Contains(err.Error(), "does not exist; run gitpost init") {
		t.Errorf("got %v", err)
	}
}

// The example of each key is what a person copies from the README: it must load.
func TestExampleOfEveryKeyLoads(t *testing.T) {
	for _, k := range config.Keys() {
		t.Run(k.Name, func(t *testing.T) {
			if k.Meaning == "" || k.Example == "" || !k.Required && k.Default == "" && k.Without == "" {
				t.Fatalf("%+v is not described", k)
			}
			words := strings.Split(strings.ReplaceAll(k.Name, "*", "note"), ".")
			var text strings.Builder
			for i, w := range words[:len(words)-1] {
				text.WriteString(strings.Repeat("  ", i) + w + ":\n")
			}
			text.WriteString(strings.Repeat("  ", len(words)-1) + words[len(words)-1] + ": " + k.Example + "\n")
			rest := ""
			for l := range strings.Lines(sixKeys) {
				if !strings.HasPrefix(l, k.Name+":") && (k.Name != "sites" || !strings.HasPrefix(l, "me:")) {
					rest += l
				}
			}
			_, folder, _ := load(t, rest)
			for _, file := range []string{"deploy_key", "known_hosts"} {
				if err := os.WriteFile(filepath.Join(folder, file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := gitstore.NewDeployKey(filepath.Join(folder, "signing_key"), ""); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(folder, "gitpost.yaml")
			if err := os.WriteFile(file, []byte(rest+text.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(file, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func FuzzLoadConfig(f *testing.F) {
	f.Add(sixKeys)
	f.Add("me: &a [*a]\n")
	f.Add("<<: {me: x}\n? [a]\n: b\n")
	f.Add("types: {note: {path: x}, : }\n")
	f.Add("!!binary x: y\n")
	folder := f.TempDir()
	file := filepath.Join(folder, "gitpost.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		fuzztest.Limit(t)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := config.Load(file, nil)
		var wrong *config.Error
		if err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q gave %v, which is no ConfigError", text, err)
		}
	})
}
