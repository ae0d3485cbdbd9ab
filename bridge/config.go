package bridge

import (
	"time"

	"gitpost/bridge/site"
)

// Config is gitpost.yaml with the environment applied. LoadConfig fills every default.
//
// With Sites the other fields are those of the first of them. Each of Sites is a whole
// configuration, as if it were the only one, with the keys of the server as a whole in it.
type Config struct {
	Sites []Config // sites: none when there is one site only

	Me     string // the site: its URL and its owner's identity, with a trailing slash when it has no path
	Repo   string // path or URL of the remote
	URL    string // where gitpost itself is reached, without a trailing slash
	Listen string // host:port, or "unix:" and an absolute path

	TLS          string // tls: "" (a proxy does it) or "auto"
	TLSEmail     string // tls_email
	TLSDirectory string // tls_directory: URL of an ACME directory; "": Let's Encrypt's

	Branch string
	Data   string // absolute folder: bare clone (CloneDir), its index, state.db, uploads/

	RepoUser    string // repo_user; default "git" with a token
	RepoToken   string // repo_token, repo_token_file
	SSHKeyFile  string // ssh_key_file
	KnownHosts  string // known_hosts_file
	AuthorName  string // author.name
	AuthorEmail string // author.email

	Poll       time.Duration // 60s
	PushWait   time.Duration // 5s; 0s: not at all
	PushDelay  time.Duration // 0s
	SetUpdated bool
	SkipCI     string // "" or "drafts"
	Private    string // "" (refused) or "draft"
	BuildHook  string // build_hook, build_hook_file: called with POST when a scheduled post is due; "": an empty commit

	HookSecret  string // hooks.secret, hooks.secret_file
	SyndicateTo []Target
	Channels    []Channel
	PostTypes   []PostType   // post_types; none: standardTypes
	Site        site.Options // site:, types:

	MediaMaxSize  int64         // media.max_size, bytes: 100 MB
	MediaMaxWidth int           // media.max_width: 2048
	MediaUnused   time.Duration // media.unused: 720h

	MediaMetadata   string   // media.metadata: "" (removed), "keep" or "keep-location"
	MediaAccept     []string // media.accept: content types or "image/*"; none: every kind that is known
	MediaPlace      string   // media.place: "" (the static folder) or "bundle"
	MediaDimensions bool     // media.dimensions

	Auth                string        // auth: "" (gitpost's own sign-in) or "external"
	TokensLifetime      time.Duration // tokens.lifetime, of apps that sign in: 90d; 0s: until they are revoked
	IntrospectionSecret string        // introspection.secret, introspection.secret_file
	ProfileName         string        // profile.name
	ProfilePhoto        string        // profile.photo
	ProfileEmail        string        // profile.email

	Notify        []string      // notify: an address alone, or a command with its arguments
	NotifyAfter   time.Duration // notify_after: 15m
	MetricsListen string        // metrics.listen

	RateBadTokens  int      // bad bearer tokens per address and minute: 120
	TrustedProxies []string // trusted_proxies: CIDRs whose X-Forwarded-For is believed

	several bool // this is one of Sites, or has some
}
