package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/site"
	"gitpost/bridge/survey"
	"gitpost/gitstore"
)

// setup is one run of `gitpost init`.
type setup struct {
	given struct{ repo, me, url, branch string } // by flags

	siteDir, data                string // by flags
	tokenFile, sshKey, acceptKey string
	tls                          string // "" or "auto"
	add, second                  bool   // a site to a configuration that is there
	network, server, handle      string // with add: what is added in place of a site
	commitHead, yes, tryPush     bool
	dir                          string // absolute
	environ                      []string

	person        *dialogue // nil: nobody answers
	out, progress io.Writer

	set     map[string]string // keys of the gitpost.yaml to be written
	written bool              // it is
}

func (s *setup) file() string { return filepath.Join(s.dir, "gitpost.yaml") }

func (s *setup) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

func (s *setup) run(ctx context.Context) (err error) {
	_, err = os.Stat(s.file())
	switch {
	case s.network != "":
		return s.addNetwork(ctx)
	case s.add:
		return s.addSite(ctx)
	case err == nil:
		return s.runAgain(ctx)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look for %s: %w; name another folder with --dir", s.file(), err)
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("make the folder %s: %w", s.dir, err)
	}
	s.set = map[string]string{"data": cmp.Or(s.data, s.usualData())}
	access, err := s.findRepository(ctx)
	if err != nil {
		return err
	}
	pushes, err := s.provePush(ctx, s.repository(), access)
	if err != nil {
		return err
	}
	store, fresh, err := s.clone(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && fresh && !s.written {
			err = errors.Join(err, s.forget()) // so that the next try, with another repository perhaps, starts anew
		}
	}()
	defer func() { s.close(ctx, store, &err) }()
	if store, err = s.findSite(ctx, store); err != nil {
		return fmt.Errorf("%s: %w", s.set["repo"], err)
	}
	if err = s.chooseAddresses(ctx, store.Snapshot()); err != nil {
		return err
	}
	if err = s.chooseAuthor(ctx, store.Snapshot()); err != nil {
		return err
	}
	s.takeVersion(ctx, store.Snapshot())
	if err = s.chooseTLS(ctx); err != nil {
		return err
	}
	cfg, err := s.draft()
	if err != nil {
		return err
	}
	read, err := s.explain(ctx, store.Snapshot(), cfg)
	if err != nil {
		return err
	}
	if err = s.chooseTheme(ctx, read); err != nil {
		return err
	}
	if err = s.makeHookSecret(); err != nil {
		return err
	}
	if err = s.write(); err != nil {
		return err
	}
	s.written = true
	s.say("\n== Configuration\n\n%s is written; every other key stands in it as a comment.\n"+
		"Branch %s; %s.", s.file(), access.Branch, pushes)
	if err = s.head(ctx, store, cfg); err != nil {
		return err
	}
	s.next(cfg)
	return nil
}

// runAgain shows what is, and what differs from what was given; it changes nothing by itself.
func (s *setup) runAgain(ctx context.Context) (err error) {
	cfg, err := config.Load(s.file(), s.environ)
	if err != nil {
		return err
	}
	s.say("%s is there already and stays as it is.", s.file())
	s.compareGiven(cfg)
	access, err := gitstore.Probe(ctx, cfg.Sites[0].Repository())
	if err == nil {
		err = access.Write
	}
	if err != nil {
		return err
	}
	pushes, err := s.provePush(ctx, cfg.Sites[0].Repository(), access)
	if err != nil {
		return err
	}
	s.say("Branch %s; %s.", access.Branch, pushes)
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	store, err := openStore(ctx, cfg.Sites[0].Repository(), s.progress)
	if errors.Is(err, gitstore.ErrLocked) {
		tip, e := gitstore.OpenReader(cfg.Sites[0].CloneDir())
		if e != nil {
			return errors.Join(err, e)
		}
		if tip, e = tip.In(cfg.Sites[0].Folder); e != nil {
			return errors.Join(err, e)
		}
		if _, err := s.explain(ctx, tip, cfg); err != nil {
			return err
		}
		s.say("\ngitpost is serving this site. Stop it to have init look at the site's <head> again.")
		return nil
	}
	if err != nil {
		return err
	}
	defer s.close(ctx, store, &err)
	if err = store.Sync(ctx); err != nil {
		return err
	}
	if _, err = s.explain(ctx, store.Snapshot(), cfg); err != nil {
		return err
	}
	if err = s.head(ctx, store, cfg); err != nil {
		return err
	}
	s.next(cfg)
	return nil
}

// compareGiven says what was given by flags and is not in the configuration.
func (s *setup) compareGiven(cfg config.Config) {
	site := cfg.Sites[0]
	for _, d := range []struct{ key, given, has string }{
		{"repo", s.given.repo, site.Repo}, {"me", s.given.me, cfg.Me()}, {"url", s.given.url, cfg.URL},
		{"branch", s.given.branch, site.Branch},
	} {
		if d.given == "" || sameValue(d.key, d.given, d.has) {
			continue
		}
		s.say("It differs from what you gave: %s is %s, not %s. Edit the file if that is what you want.",
			d.key, cmp.Or(d.has, "not there"), d.given)
		if d.key == "repo" {
			s.say("To have gitpost post to both repositories, run the same command with --add: gitpost init --add --repo %s",
				d.given)
		}
	}
}

// sameValue compares a value as given with one of a loaded configuration.
func sameValue(key, given, has string) bool {
	if key == "repo" {
		if at, err := filepath.Abs(given); err == nil && at == has {
			return true
		}
	}
	return strings.TrimSuffix(given, "/") == strings.TrimSuffix(has, "/")
}

// chooseRepository finds out the repository's address.
func (s *setup) chooseRepository(ctx context.Context) error {
	repo := completeRepository(s.given.repo)
	check := func(answer string) error {
		answer = completeRepository(answer)
		if answer == "" {
			return errors.New("the address is needed")
		}
		return config.CheckKey("repo", answer, s.dir)
	}
	switch {
	case repo != "":
		if err := check(repo); err != nil {
			return fmt.Errorf("--repo %s %w", repo, err)
		}
	case s.person == nil:
		return errors.New("the repository is not given, and there is no terminal to ask at; pass --repo")
	default:
		s.say("gitpost needs the Git repository of your site: an address such as github.com/ann/blog\n" +
			"or git@git.example:me/blog.git, or a path on this machine.\n")
		var err error
		if repo, err = s.person.ask(ctx, "Repository", "", check); err != nil {
			return err
		}
		repo = completeRepository(repo)
	}
	if how, _ := transportOf(repo); how == "" && !strings.HasPrefix(repo, "~/") {
		var err error
		if repo, err = s.below(repo); err != nil { // a person means the folder they are in
			return fmt.Errorf("find the repository: %w", err)
		}
	}
	s.set["repo"] = repo
	if s.given.branch != "" {
		if err := config.CheckKey("branch", s.given.branch, s.dir); err != nil {
			return fmt.Errorf("--branch %s %w", s.given.branch, err)
		}
		s.set["branch"] = s.given.branch
	}
	return nil
}

// chooseAddresses finds out me and url.
func (s *setup) chooseAddresses(ctx context.Context, tree fs.FS) (err error) {
	if err := s.chooseMe(ctx, tree); err != nil {
		return err
	}
	pub := ""
	if u, err := url.Parse(s.set["me"]); err == nil && strings.Contains(u.Hostname(), ".") &&
		net.ParseIP(u.Hostname()) == nil {
		pub = "https://pub." + strings.TrimPrefix(u.Hostname(), "www.")
	}
	s.set["url"], err = s.choose(ctx, "url", s.given.url, pub, "The address at which gitpost will be reached", "--url")
	return err
}

// chooseMe finds out the site's address, and its time zone.
func (s *setup) chooseMe(ctx context.Context, tree fs.FS) error {
	own := ""
	opened, err := site.Open(tree, site.Options{})
	if err == nil {
		own = usualAddress(opened.BaseURL())
	}
	if s.set["me"], err = s.choose(ctx, "me", s.given.me, own, "The site's address", "--me"); err != nil {
		return err
	}
	s.compareAddress(own)
	return s.chooseZone(ctx, opened)
}

func (s *setup) choose(ctx context.Context, key, given, suggestion, question, flag string) (string, error) {
	given = completeAddress(given)
	check := func(answer string) error {
		answer = completeAddress(answer)
		if err := config.CheckKey(key, answer, s.dir); err != nil {
			return err
		}
		if err := config.PlainHTTP(answer); key == "url" && err != nil {
			return err
		}
		return nil
	}
	switch {
	case given != "":
		if err := check(given); err != nil {
			return "", fmt.Errorf("%s %s %w", flag, given, err)
		}
		return given, nil
	case s.person != nil:
		answer, err := s.person.ask(ctx, question, suggestion, check)
		return completeAddress(answer), err
	case suggestion != "" && (s.yes || key == "me"):
		return suggestion, nil
	}
	return "", fmt.Errorf("%s is not given, and there is no terminal to ask at; pass %s",
		strings.ToLower(question[:1])+question[1:], flag)
}

// chooseTLS finds out who does HTTPS.
func (s *setup) chooseTLS(ctx context.Context) error {
	if s.tls == "" && s.person != nil && strings.HasPrefix(s.set["url"], "https://") {
		own, err := s.person.confirm(ctx, "Is port 443 of this machine free, "+
			"so that gitpost can do HTTPS itself (no web server here)")
		if err != nil {
			return err
		}
		if own {
			s.tls = "auto"
		}
	}
	if s.tls == "auto" {
		s.set["tls"] = s.tls
		return nil
	}
	s.set["listen"] = loopbackListen(s.set["url"])
	if s.set["listen"] == "" {
		s.set["listen"], s.set["trusted_proxies"] = "127.0.0.1:8080", "127.0.0.1"
	}
	return nil
}

// usualAddress is a site's own setting of its address, unless it is a placeholder.
func usualAddress(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	for _, placeholder := range []string{"example.org", "example.com", "www.example.com", "localhost",
		"replace-this-with-your-hugo-site.com"} {
		if u.Hostname() == placeholder {
			return ""
		}
	}
	return base
}

// dataFolder is where serve will have its data.
func (s *setup) dataFolder() string {
	if data := s.set["data"]; filepath.IsAbs(data) {
		return data
	}
	return filepath.Join(s.dir, s.set["data"])
}

// usualData is the data folder that goes with the folder of gitpost.yaml.
func (s *setup) usualData() string {
	if s.dir == systemFolder {
		return systemData
	}
	return "./data"
}

// findRepository asks for the repository until it can be read and pushed to.
func (s *setup) findRepository(ctx context.Context) (gitstore.Access, error) {
	for {
		err := s.chooseRepository(ctx)
		if err != nil {
			return gitstore.Access{}, err
		}
		access, err := s.reach(ctx)
		var remote *gitstore.RemoteError
		if err == nil || s.person == nil || s.given.repo != "" || !errors.As(err, &remote) {
			return access, err
		}
		s.say("\n%v\n", err)
	}
}

// clone makes the clone that serve will use; fresh tells that there was none. One that is there
// already, of a run that was given up, is brought up to date.
func (s *setup) clone(ctx context.Context) (store *gitstore.Store, fresh bool, err error) {
	c := s.repository()
	c.Dir = s.cloneDir()
	if err := os.MkdirAll(filepath.Dir(c.Dir), 0o700); err != nil {
		return nil, false, fmt.Errorf("make the data folder: %w", err)
	}
	_, err = os.Stat(c.Dir)
	fresh = errors.Is(err, fs.ErrNotExist)
	if store, err = openStore(ctx, c, s.progress); err != nil || fresh {
		return store, fresh, err
	}
	if err := store.Sync(ctx); err != nil {
		s.close(ctx, store, &err)
		return nil, false, err
	}
	return store, false, nil
}

func (s *setup) cloneDir() string { return config.Site{Dir: s.dataFolder()}.CloneDir() }

// forget removes the clone of a run that came to nothing, and the data folder if it has nothing else.
func (s *setup) forget() error {
	err := os.RemoveAll(s.cloneDir())
	os.Remove(s.dataFolder())
	return err
}

func openStore(ctx context.Context, c gitstore.Config, progress io.Writer) (*gitstore.Store, error) {
	c.Log, c.Progress = slog.New(slog.DiscardHandler), progress
	return gitstore.Open(ctx, c)
}

func (s *setup) close(ctx context.Context, store *gitstore.Store, err *error) {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	*err = errors.Join(*err, store.Close(grace))
}

// explain says what was inferred about the first site of a configuration.
func (s *setup) explain(ctx context.Context, tree fs.FS, cfg config.Config) (*survey.Survey, error) {
	if s.progress != nil {
		fmt.Fprintln(s.progress, "Reading the posts …")
	}
	s.say("\n== The site, as gitpost understands it\n")
	read, err := survey.Read(ctx, tree, cfg.Sites[0])
	if err != nil {
		return nil, err
	}
	e, err := read.Explain()
	if len(e.Findings) > 0 {
		err = errors.Join(printExplanation(s.out, e), err)
	}
	if err == nil {
		s.say("\nWhere that is wrong, the keys below site: in gitpost.yaml override it.")
	}
	return read, err
}

// draft is the configuration that will be written, checked as serve checks it.
func (s *setup) draft() (config.Config, error) {
	name := filepath.Join(s.dir, ".gitpost.yaml.new")
	if err := os.WriteFile(name, []byte(config.Example(s.set)), 0o644); err != nil {
		return config.Config{}, fmt.Errorf("write the configuration: %w", err)
	}
	cfg, err := config.Load(name, s.environ)
	if e := os.Remove(name); e != nil {
		err = errors.Join(err, e)
	}
	return cfg, err
}

// write makes gitpost.yaml; one that came into being meanwhile is left alone.
func (s *setup) write() error {
	f, err := os.OpenFile(s.file(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	_, err = io.Copy(f, bytes.NewReader([]byte(config.Example(s.set))))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the configuration %s: %w", s.file(), err)
	}
	return nil
}
