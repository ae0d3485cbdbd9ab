// Package config turns gitpost.yaml and the environment into values, and reports everything
// that is wrong with them at once.
package config

import (
	"time"

	"gitpost/bridge/site"
)

// Config is gitpost.yaml with the environment applied. Load fills in every default.
type Config struct {
	Server
	Sites []Site // at least one; the first is the default
}

// Server has the keys of the server as a whole.
type Server struct {
	URL          string // where gitpost itself is reached, without a trailing slash
	InsecureHTTP bool   // insecure_http: URL may be http at a public name

	Listen string // host:port, or "unix:" and an absolute path
	Data   string // absolute folder: clones and their indexes, state.db, uploads/

	Database string // database: URL of PostgreSQL; "" for state.db in Data

	Uploads     string // uploads: s3://bucket/prefix; "" for uploads/ in Data
	S3Endpoint  string // s3.endpoint: URL; "" for Amazon's
	S3Region    string // s3.region
	S3AccessKey string // s3.access_key, s3.access_key_file
	S3SecretKey string // s3.secret_key, s3.secret_key_file

	TLS          string // tls: "" (a proxy does it) or "auto"
	TLSEmail     string // tls_email
	TLSDirectory string // tls_directory: URL of an ACME directory; "": Let's Encrypt's

	MediaMaxSize  int64         // media.max_size, bytes: 100 MB
	MediaMaxWidth int           // media.max_width: 2048
	MediaUnused   time.Duration // media.unused: 720h
	MediaMetadata string        // media.metadata: "" (removed), "keep" or "keep-location"
	MediaAccept   []string      // media.accept: content types or "image/*"; none: every known kind

	Auth                string        // auth: "" (gitpost's own sign-in) or "external"
	TokensLifetime      time.Duration // tokens.lifetime, of apps that sign in: 90d; 0s: until they are revoked
	IntrospectionSecret string        // introspection.secret, introspection.secret_file

	IntrospectionEndpoint string // introspection.endpoint: the only address that gets the secret
	ProfileName           string // profile.name
	ProfilePhoto          string // profile.photo
	ProfileEmail          string // profile.email

	Notify        []string      // notify: a URL alone, or a command with its arguments
	NotifyAfter   time.Duration // notify_after: 15m
	NotifyEvents  bool          // notify_events
	MetricsListen string        // metrics.listen

	RateBadTokens  int      // bad bearer tokens per address and minute: 120
	TrustedProxies []string // trusted_proxies: CIDRs whose X-Forwarded-For is believed
}

// Site has the keys that each entry of sites can have for itself.
type Site struct {
	Dir string // absolute folder of the clone and its index; no key: Load derives it from data and me

	Me     string // the site's URL and its owner's identity, with a trailing slash when it has no path
	Repo   string // path or URL of the remote
	Branch string

	RepoUser   string // repo_user; default "git" with a token
	RepoToken  string // repo_token, repo_token_file
	SSHKeyFile string // ssh_key_file
	KnownHosts string // known_hosts_file
	Folder     string // site.dir: the folder of the repository that has the site; "" for all of it

	AuthorName  string // author.name
	AuthorEmail string // author.email

	SigningKeyFile string // author.signing_key_file; "": commits are not signed
	SignOff        bool   // author.sign_off
	CommitMessage  string // commit_message: a pattern with {subject}; "": the subject alone

	Poll       time.Duration // 60s
	PushWait   time.Duration // 5s; 0s: not at all
	PushDelay  time.Duration // 0s
	SetUpdated bool
	SkipCI     string // "" or "drafts"
	Private    string // "" (refused) or "draft"
	BuildHook  string // build_hook, build_hook_file: called with POST when a scheduled post is due; "": an empty commit
	HookSecret string // hooks.secret, hooks.secret_file
	Delivery   bool   // delivery: true
	Webmention bool   // webmention: true
	Context    bool   // context: true

	AuthMetadata string // auth.metadata: URL of the sign-in server's metadata; "": what the site's page names

	SyndicateTo       []Target
	SyndicationCommit string // "build" or "skip_ci"
	Channels          []Channel
	PostTypes         []PostType // post_types; none: standardTypes

	Options         site.Options // site:, types:
	MediaPlace      string       // media.place: "" (the static folder) or "bundle"
	MediaDimensions bool         // media.dimensions
}

// Me is the owner's identity: the address of the default site.
func (c Config) Me() string { return c.Sites[0].Me }
