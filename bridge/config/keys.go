package config

import (
	"maps"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/site"
)

// Key is one key of gitpost.yaml. The table of the manual's chapter Configuration is made of these.
type Key struct {
	Name     string // "author.name"; a * stands for any word
	Default  string // as it would be written in the file; "" when there is none
	Without  string // what holds when the key is absent and Default is ""
	Example  string // a value as it would be written in the file
	Meaning  string
	Required bool
	Secret   bool // never shown; may also be given as NAME_file, the path of a file that has it
	Restart  bool // its value holds until gitpost is started again

	server setter[Server] // of a key of the server as a whole
	site   setter[Site]   // of a key of one site
}

// PerSite reports whether an entry of sites can have the key for itself.
func (k Key) PerSite() bool { return k.site.set != nil }

// set checks a value and sets the key's field.
func (k Key) set(server *Server, site *Site, v written) error {
	if k.PerSite() {
		return k.site.set(site, v)
	}
	return k.server.set(server, v)
}

// A setter sets the field of a key in a C, which is a Server or a Site.
type setter[C any] struct {
	set  func(*C, written) error
	keep func(next, old *C) (differs bool) // copies the field from old to next
}

// Keys lists every key that a configuration may have, in the order of the manual. Secrets
// are listed once, without their _file form.
func Keys() []Key {
	return slices.Concat(mainKeys(), described(), otherKeys())
}

func mainKeys() []Key {
	return []Key{
		{Name: "me", Restart: true, Required: true, Example: "https://example.org/",
			Meaning: "URL of the site, and its owner's identity",
			site:    textKey(func(c *Site) *string { return &c.Me }, siteAddress)},
		{Name: "repo", Restart: true, Required: true, Example: "https://git.example/me/blog.git",
			Meaning: "the site's Git repository: a path, or an `https://`, `http://`, `ssh://`, `file://` or " +
				"`user@host:path` URL",
			site: pathKey(func(c *Site) *string { return &c.Repo }, remoteAddress)},
		{Name: "url", Restart: true, Required: true, Example: "https://pub.example.org",
			Meaning: "public URL of gitpost itself",
			server:  textKey(func(c *Server) *string { return &c.URL }, ownAddress)},
		{Name: "insecure_http", Restart: true, Default: "false", Example: "true",
			Meaning: "accept a `url` without encryption at a public name. Passwords and tokens can then be read on the way",
			server:  boolKey(func(c *Server) *bool { return &c.InsecureHTTP })},
		{Name: "listen", Restart: true, Default: "127.0.0.1:8080", Example: "127.0.0.1:8080",
			Meaning: "host and port to listen on, or `unix:` and the path of a socket; with `tls: auto` the default " +
				"is `:443`",
			server: pathKey(func(c *Server) *string { return &c.Listen }, listenAddress)},
		{Name: "tls", Restart: true, Without: "none; a proxy does TLS", Example: "auto",
			Meaning: "`auto`: gitpost obtains a certificate for the host of `url` (from Let's Encrypt) and " +
				"serves HTTPS",
			server: textKey(func(c *Server) *string { return &c.TLS }, oneOfWords("auto"))},
		{Name: "tls_email", Restart: true, Without: "none", Example: "ada@example.org",
			Meaning: "e-mail address for the certificate authority",
			server:  textKey(func(c *Server) *string { return &c.TLSEmail }, authorEmail)},
		{Name: "tls_directory", Restart: true, Without: "Let's Encrypt's", Example: "https://ca.example/directory",
			Meaning: "ACME directory of another certificate authority",
			server:  textKey(func(c *Server) *string { return &c.TLSDirectory }, hookAddress)},
		{Name: "branch", Restart: true, Without: "the remote's HEAD", Example: "main",
			Meaning: "the branch that the site is built from",
			site:    textKey(func(c *Site) *string { return &c.Branch }, branchName)},
		{Name: "data", Restart: true, Default: "data", Example: "./data",
			Meaning: "folder for the clone, the state database and staged uploads",
			server:  pathKey(func(c *Server) *string { return &c.Data }, folderPath)},
		{Name: "database", Restart: true, Secret: true, Without: "a file in `data`",
			Example: "postgres://gitpost:a-password@db.example/gitpost",
			Meaning: "PostgreSQL database for what would be in the state database; see [Running many blogs](many.md)",
			server:  textKey(func(c *Server) *string { return &c.Database }, databaseAddress)},
		{Name: "uploads", Restart: true, Without: "a folder in `data`", Example: "s3://blog-uploads/gitpost",
			Meaning: "bucket of an S3-compatible store where uploads wait for their post, with a prefix if others use it too; " +
				"see [Running many blogs](many.md#s3-for-uploads)",
			server: textKey(func(c *Server) *string { return &c.Uploads }, bucketAddress)},
		{Name: "s3.endpoint", Restart: true, Without: "Amazon's", Example: "https://s3.example",
			Meaning: "address of that store",
			server:  textKey(func(c *Server) *string { return &c.S3Endpoint }, storeAddress)},
		{Name: "s3.region", Restart: true, Without: "`AWS_REGION`, or what the store says", Example: "eu-central-1",
			Meaning: "region of the bucket",
			server:  textKey(func(c *Server) *string { return &c.S3Region }, oneLine)},
		{Name: "s3.access_key", Restart: true, Secret: true,
			Without: "what AWS's programs use: variables, files or the machine's role",
			Example: "an-access-key",
			Meaning: "who gitpost is to the store",
			server:  textKey(func(c *Server) *string { return &c.S3AccessKey }, oneLine)},
		{Name: "s3.secret_key", Restart: true, Secret: true, Without: "as for `s3.access_key`", Example: "a-secret-key",
			Meaning: "the secret that belongs to it",
			server:  textKey(func(c *Server) *string { return &c.S3SecretKey }, oneLine)},

		{Name: "repo_user", Without: "`git`, with a token", Example: "oauth2",
			Meaning: "user name for an `http(s)` remote",
			site:    textKey(func(c *Site) *string { return &c.RepoUser }, oneLine)},
		{Name: "repo_token", Secret: true, Without: "none", Example: "a-token-of-your-git-host",
			Meaning: "password or access token for an `http(s)` remote",
			site:    textKey(func(c *Site) *string { return &c.RepoToken }, oneLine)},
		{Name: "ssh_key_file", Without: "the SSH agent, then `~/.ssh/id_*`", Example: "deploy_key",
			Meaning: "private key for an `ssh` remote",
			site:    pathKey(func(c *Site) *string { return &c.SSHKeyFile }, readableFile)},
		{Name: "known_hosts_file", Without: "`~/.ssh/known_hosts` and the system's", Example: "known_hosts",
			Meaning: "host keys that an `ssh` remote may have",
			site:    pathKey(func(c *Site) *string { return &c.KnownHosts }, readableFile)},
		{Name: "author.name", Without: "the host of `me`", Example: "Ada Example",
			Meaning: "author of the commits",
			site:    textKey(func(c *Site) *string { return &c.AuthorName }, authorName)},
		{Name: "author.email", Without: "`gitpost@` the host of `me`", Example: "ada@example.org",
			Meaning: "e-mail address of that author",
			site:    textKey(func(c *Site) *string { return &c.AuthorEmail }, authorEmail)},
		{Name: "author.signing_key_file", Without: "commits are not signed", Example: "signing_key",
			Meaning: "SSH private key without a passphrase that signs the commits, for hosts that require signatures; " +
				"add its public key to the account at the host as a signing key",
			site: pathKey(func(c *Site) *string { return &c.SigningKeyFile }, signingKey)},
		{Name: "author.sign_off", Default: "false", Example: "true",
			Meaning: "whether commits have a `Signed-off-by` line of the author, for hosts that require one",
			site:    boolKey(func(c *Site) *bool { return &c.SignOff })},
		{Name: "commit_message", Without: "`{subject}`", Example: `"[blog] {subject}"`,
			Meaning: "what the first line of a commit message looks like, for hosts that require a pattern; `{subject}` " +
				"stands for what gitpost writes there",
			site: textKey(func(c *Site) *string { return &c.CommitMessage }, oneLine, subjectPattern)},

		{Name: "poll", Default: "60s", Example: "60s",
			Meaning: "how often to check the remote for new commits; `0s`: never",
			site:    durationKey(func(c *Site) *time.Duration { return &c.Poll }, 0)},
		{Name: "push_wait", Default: "5s", Example: "5s",
			Meaning: "how long a response waits for the push, so that problems show at once; `0s`: not at all",
			site:    durationKey(func(c *Site) *time.Duration { return &c.PushWait }, 0)},
		{Name: "push_delay", Default: "0s", Example: "30s",
			Meaning: "how long a push waits for more posts, for hosts that charge per build",
			site:    durationKey(func(c *Site) *time.Duration { return &c.PushDelay }, 0)},
		{Name: "set_updated", Default: "false", Example: "true",
			Meaning: "whether an update writes the time of the update when the app sends none",
			site:    boolKey(func(c *Site) *bool { return &c.SetUpdated })},
		{Name: "skip_ci", Without: "nothing is skipped", Example: "drafts",
			Meaning: "`drafts`: a commit that changes nothing published has `[skip ci]` in its message",
			site:    textKey(func(c *Site) *string { return &c.SkipCI }, oneOfWords("drafts"))},
		{Name: "build_hook", Secret: true, Without: "an empty commit", Example: "https://host.example/build/a-secret",
			Meaning: "URL to call when a scheduled post is due, so that the site is built; for hosts that do " +
				"not build empty commits",
			site: textKey(func(c *Site) *string { return &c.BuildHook }, hookAddress)},
		{Name: "notify", Secret: true, Without: "the log alone", Example: "https://chat.example/hooks/a-secret",
			Meaning: "whom to notify when posts have waited for `notify_after`, or are not on the site by then: a URL, " +
				"which is sent JSON, or a command, which gets the message as its input, such as " +
				"`[/usr/bin/mail, -s, gitpost, ada@example.org]`",
			server: setter[Server]{set: notifyKey}},
		{Name: "notify_after", Default: "15m", Example: "1h",
			Meaning: "how long posts wait for their push before the owner is notified",
			server:  durationKey(func(c *Server) *time.Duration { return &c.NotifyAfter }, time.Second)},
		{Name: "notify_events", Default: "false", Example: "true",
			Meaning: "whether `notify` is told of sign-ins, of apps that were allowed, and of tokens that were made, " +
				"first used or revoked",
			server: boolKey(func(c *Server) *bool { return &c.NotifyEvents })},
		{Name: "private", Without: "refused", Example: "draft",
			Meaning: "what to do with a post that an app marks as private: `draft` keeps it as a draft",
			site:    textKey(func(c *Site) *string { return &c.Private }, oneOfWords("draft"))},
		{Name: "hooks.secret", Secret: true, Without: "unsigned calls are accepted", Example: "a-long-random-text",
			Meaning: "secret with which the Git host signs its calls of `/hooks/push`, and the site's host those of " +
				"`/hooks/deploy`",
			site: textKey(func(c *Site) *string { return &c.HookSecret }, oneLine)},
		{Name: "delivery", Default: "true", Example: "false",
			Meaning: "whether each post is followed until the site shows it; see [Delivery](delivery.md)",
			site:    boolKey(func(c *Site) *bool { return &c.Delivery })},
		{Name: "webmention", Default: "true", Example: "false",
			Meaning: "whether the pages that a post links to are told of it, when `delivery` is on",
			site:    boolKey(func(c *Site) *bool { return &c.Webmention })},
		{Name: "context", Default: "true", Example: "false",
			Meaning: "whether gitpost keeps the title, author and summary of the page that a post responds to, when " +
				"`delivery` is on; see [Delivery](delivery.md#what-a-post-responds-to)",
			site: boolKey(func(c *Site) *bool { return &c.Context })},
		{Name: "syndicate_to", Without: "none", Example: "[{uid: https://social.example/@ada, name: Social}]",
			Meaning: "targets that apps can offer for syndication, each with `uid` and `name`; see " +
				"[What apps are offered](posts.md#what-apps-are-offered)",
			site: setter[Site]{set: targetsKey}},
		{Name: "syndication_commit", Default: "build", Example: "skip_ci",
			Meaning: "whether the commit that writes the addresses of copies into a post builds the site: `build`, " +
				"or `skip_ci`",
			site: textKey(func(c *Site) *string { return &c.SyndicationCommit }, oneOfWords("build", "skip_ci"))},
		{Name: "channels", Without: "none", Example: "[{uid: diary, name: Diary, path: \"diary/{slug}.md\"}]",
			Meaning: "channels that apps can offer for a post, each with `uid`, `name` and a `path` pattern below " +
				"the content folder",
			site: setter[Site]{set: channelsKey}},
		{Name: "post_types", Without: "all that gitpost knows", Example: "[note, {type: article, name: Essay}]",
			Meaning: "the post types that apps should offer, and their names",
			site:    setter[Site]{set: postTypesKey}},

		{Name: "site.generator", Without: "detected", Example: "hugo",
			Meaning: quotedGenerators() + "; `custom` is any site that the keys below describe",
			site:    textKey(func(c *Site) *string { return &c.Options.Generator }, oneOfWords(site.Generators()...))},
		{Name: "site.dir", Restart: true, Without: "the top folder", Example: "docs",
			Meaning: "the folder of the repository that has the site; all other paths are below it",
			site:    textKey(func(c *Site) *string { return &c.Folder }, insideRepository)},
		{Name: "site.url", Without: "the base URL in the site's configuration, else `me`",
			Example: "https://example.org/blog/",
			Meaning: "where the site is published, if its own configuration does not say it (`hugo --baseURL …`)",
			site:    setter[Site]{keep: keeping(func(c *Site) *string { return &c.Options.URL }), set: siteURL}},
		{Name: "site.version", Without: "what the repository says, else the newest", Example: `"0.147.9"`,
			Meaning: "the generator's version",
			site:    textKey(func(c *Site) *string { return &c.Options.Version }, versionNumber)},
		{Name: "site.section", Without: "where the newest posts are", Example: "posts",
			Meaning: "the section or folder for new posts",
			site:    textKey(func(c *Site) *string { return &c.Options.Section }, insideRepository)},
		{Name: "site.path", Without: "as the newest posts are named", Example: `"{year}/{date}-{slug}.md"`,
			Meaning: "the path pattern for new posts, below the section; see " +
				"[Where new posts go](posts.md#where-new-posts-go)",
			site: textKey(func(c *Site) *string { return &c.Options.Path }, insideRepository, pathPattern)},
		{Name: "site.properties", Without: "the usual ones of posts", Example: "[mood, weather]",
			Meaning: "further properties that apps may write as keys of the front matter; others go into its `mf2` map, " +
				"where no theme takes them for a switch",
			site: setter[Site]{set: propertiesKey}},
		{Name: "site.timezone", Without: "the site's, else the machine's", Example: "Europe/Berlin",
			Meaning: "time zone of dates without one, in files and from apps; overrides the site's own",
			site:    setter[Site]{set: timeZoneKey}},
		{Name: "site.media_dir", Without: "`static/media` (Hugo), `assets/media` (Jekyll)", Example: "static/uploads",
			Meaning: "the folder for uploads",
			site:    textKey(func(c *Site) *string { return &c.Options.MediaDir }, insideRepository)},
		{Name: "site.env", Without: "none", Example: "{HUGO_TITLE: Notes, TZ: Europe/Berlin}",
			Meaning: "environment variables that the site's build sets (`HUGO_…`, `TZ`)",
			site:    setter[Site]{set: environmentKey}},
		{Name: "site.titles", Default: "auto", Example: "never",
			Meaning: "whether a post without a name gets a title made of its first words: `always`, `never`, or `auto`: " +
				"where the site's lists link posts by their titles alone",
			site: textKey(func(c *Site) *string { return &c.Options.Titles }, oneOfWords("auto", "always", "never"))},
		{Name: "site.cover", Default: "auto", Example: "thumbnail",
			Meaning: "the key of the picture that lists and link previews show: a key such as `cover.image`, `none`, or " +
				"`auto`: as the newest posts have it",
			site: textKey(func(c *Site) *string { return &c.Options.Cover }, frontMatterKey)},
	}
}

func otherKeys() []Key {
	return []Key{
		{Name: "types.*.path", Without: "as `site.path`", Example: `"notes/{slug}.md"`,
			Meaning: "the path pattern for one post type, such as `note`, below the content folder",
			site:    setter[Site]{set: typePathKey}},
		{Name: "types.*.front_matter", Without: "none", Example: "{categories: [note]}",
			Meaning: "front matter that new posts of one type get, unless the app sends it",
			site:    setter[Site]{set: typeFrontMatterKey}},

		{Name: "media.max_size", Default: "100 MB", Example: "20 MB",
			Meaning: "the largest upload",
			server:  sizeKey(func(c *Server) *int64 { return &c.MediaMaxSize })},
		{Name: "media.max_width", Default: "2048", Example: "1600",
			Meaning: "wider images are scaled down to this width",
			server:  intKey(func(c *Server) *int { return &c.MediaMaxWidth }, 16)},
		{Name: "media.unused", Default: "720h", Example: "30d",
			Meaning: "how long an upload waits for its post",
			server:  durationKey(func(c *Server) *time.Duration { return &c.MediaUnused }, time.Minute)},
		{Name: "media.metadata", Without: "removed", Example: "keep",
			Meaning: "`keep` keeps camera and author of a file, but not where it was taken; `keep-location` " +
				"keeps that too",
			server: textKey(func(c *Server) *string { return &c.MediaMetadata }, oneOfWords("keep", "keep-location"))},
		{Name: "media.accept", Without: "every kind in [Photos and files](photos.md)",
			Example: "[image/*, video/mp4]",
			Meaning: "the accepted kinds of files, as content types",
			server:  setter[Server]{set: acceptKey}},
		{Name: "media.place", Without: "the folder for uploads", Example: "bundle",
			Meaning: "`bundle`: files that an app sends together with a post are put beside it, if it is a page bundle",
			site:    textKey(func(c *Site) *string { return &c.MediaPlace }, oneOfWords("bundle"))},
		{Name: "media.urls", Without: "as the newest posts write them, else `absolute`", Example: "relative",
			Meaning: "addresses of uploads in the text of a post: `relative` (`/media/…`), so that previews and a change of " +
				"domain work, or `absolute`",
			site: textKey(func(c *Site) *string { return &c.Options.MediaURLs },
				oneOfWords(site.RelativeMedia, site.AbsoluteMedia))},
		{Name: "media.dimensions", Default: "false", Example: "true",
			Meaning: "whether `width` and `height` are written with each photo",
			site:    boolKey(func(c *Site) *bool { return &c.MediaDimensions })},

		{Name: "auth", Restart: true, Without: "gitpost's own sign-in", Example: "external",
			Meaning: "`external`: apps sign in at the server that the site's home page names, and gitpost accepts " +
				"its tokens; see [Security](security.md)",
			server: textKey(func(c *Server) *string { return &c.Auth }, oneOfWords("external"))},
		{Name: "auth.metadata", Restart: true, Without: "what the site's home page names",
			Example: "https://id.example/metadata",
			Meaning: "metadata document of the sign-in server, so that no page has to be read to find it; implies " +
				"`auth: external`. Write it as one word, or as `metadata` below `auth`",
			site: textKey(func(c *Site) *string { return &c.AuthMetadata }, hookAddress)},
		{Name: "tokens.lifetime", Default: "90d", Example: "30d",
			Meaning: "how long the token of an app that signed in is valid before it must be renewed, which most " +
				"apps do by themselves; `0s`: until it is revoked. Tokens made by hand do not expire",
			server: durationKey(func(c *Server) *time.Duration { return &c.TokensLifetime }, 0)},
		{Name: "introspection.secret", Secret: true, Without: "only holders of a valid token may ask",
			Example: "a-long-random-text",
			Meaning: "the secret with which another server may ask about tokens at `/introspect`; with " +
				"`auth: external`, the one that gitpost sends to the other server",
			server: textKey(func(c *Server) *string { return &c.IntrospectionSecret }, oneLine)},
		{Name: "introspection.endpoint", Without: "the one of the first site's server",
			Example: "https://id.example/introspect",
			Meaning: "with `auth: external`, the only address that is sent `introspection.secret`; servers at others are " +
				"asked with the token itself",
			server: textKey(func(c *Server) *string { return &c.IntrospectionEndpoint }, hookAddress)},
		{Name: "profile.name", Without: "not shared", Example: "Ada Example",
			Meaning: "your name, for apps that you let see your profile",
			server:  textKey(func(c *Server) *string { return &c.ProfileName }, oneLine)},
		{Name: "profile.photo", Without: "not shared", Example: "https://example.org/ada.jpg",
			Meaning: "URL of a picture of you, for the same apps",
			server:  textKey(func(c *Server) *string { return &c.ProfilePhoto }, pictureAddress)},
		{Name: "profile.email", Without: "not shared", Example: "ada@example.org",
			Meaning: "your e-mail address, for apps that you let see it",
			server:  textKey(func(c *Server) *string { return &c.ProfileEmail }, authorEmail)},

		{Name: "metrics.listen", Restart: true, Without: "no metrics", Example: "127.0.0.1:9090",
			Meaning: "host and port of `/metrics` for Prometheus; must not be public",
			server:  textKey(func(c *Server) *string { return &c.MetricsListen }, hostPort)},
		{Name: "rate.bad_tokens", Default: "120", Example: "60",
			Meaning: "wrong tokens per address and minute before the address must wait",
			server:  intKey(func(c *Server) *int { return &c.RateBadTokens }, 1)},
		{Name: "trusted_proxies", Without: "none", Example: "[127.0.0.1, 10.0.0.0/8]",
			Meaning: "addresses of proxies whose `X-Forwarded-For` is trusted",
			server:  setter[Server]{set: networksKey}},
		{Name: "sites", Without: "one site, of the keys above",
			Example: "[{me: https://example.org/, repo: https://git.example/me/blog.git}]",
			Meaning: "a list of sites, each with its own `me`, `repo` and more; see [Several sites](sites.md)",
			server:  setter[Server]{set: func(*Server, written) error { return nil }}}, // loader.sites reads it
	}
}

// findKey returns the Key of a name, as written with dots. fromFile reports whether name is the
// _file form of a secret.
func findKey(keys []Key, name string) (k Key, fromFile, ok bool) {
	for _, k := range keys {
		if matchesKey(k.Name, name) {
			return k, false, true
		}
		if k.Secret && name == k.Name+"_file" {
			return k, true, true
		}
	}
	return Key{}, false, false
}

// matchesKey compares a dotted name with a Key's, in which * stands for any one word.
func matchesKey(pattern, name string) bool {
	p, n := strings.Split(pattern, "."), strings.Split(name, ".")
	if len(p) != len(n) {
		return false
	}
	for i := range p {
		if p[i] != n[i] && p[i] != "*" {
			return false
		}
	}
	return true
}

// isSection reports whether name is a map of keys, such as "author".
func isSection(keys []Key, name string) bool {
	words := strings.Split(name, ".")
	for _, k := range keys {
		p := strings.Split(k.Name, ".")
		if len(p) > len(words) && matchesKey(strings.Join(p[:len(words)], "."), name) {
			return true
		}
	}
	return false
}

// typePathKey is types.NAME.path.
func typePathKey(c *Site, v written) error {
	p, err := v.text()
	if err != nil {
		return err
	}
	if p, err = insideRepository(p); err != nil {
		return err
	}
	if p, err = pathPattern(p); err != nil {
		return err
	}
	setType(c, v, func(t *site.Type) { t.Path = p })
	return nil
}

// setType changes what a site has for the post type of a key.
func setType(c *Site, v written, change func(*site.Type)) {
	types := maps.Clone(c.Options.Types) // sites share what stands at the top
	if types == nil {
		types = map[string]site.Type{}
	}
	name := strings.Split(v.name, ".")[1]
	t := types[name]
	change(&t)
	types[name] = t
	c.Options.Types = types
}

// pathPattern checks the placeholders of a pattern for the paths of new posts.
func pathPattern(s string) (string, error) {
	if problem, remedy := site.CheckPattern(s); problem != "" {
		return "", &flaw{problem, remedy}
	}
	return s, nil
}
