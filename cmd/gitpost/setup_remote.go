package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"gitpost/bridge/config"
	"gitpost/gitstore"
)

// repository is the remote as far as it is chosen.
func (s *setup) repository() gitstore.Config {
	absolute := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(s.dir, name)
	}
	c := gitstore.Config{
		Remote: s.set["repo"], Branch: s.set["branch"], SSHKeyFile: absolute(s.set["ssh_key_file"]),
		KnownHostsFile: absolute(s.set["known_hosts_file"]),
		AuthorName:     "gitpost", AuthorEmail: "gitpost@localhost",
	}
	if rest, ok := strings.CutPrefix(c.Remote, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			c.Remote = filepath.Join(home, rest)
		}
	} else if how, _ := transportOf(c.Remote); how == "" {
		c.Remote = absolute(c.Remote)
	}
	if token, err := os.ReadFile(absolute(s.set["repo_token_file"])); err == nil {
		c.Username, c.Password = "git", strings.TrimSpace(string(token))
	}
	for _, e := range s.environ {
		if token, ok := strings.CutPrefix(e, "GITPOST_REPO_TOKEN="); ok && c.Password == "" {
			c.Username, c.Password = "git", token
		}
	}
	return c
}

// reach brings the credentials together that the remote wants, and tries them.
func (s *setup) reach(ctx context.Context) (gitstore.Access, error) {
	how, host := transportOf(s.set["repo"])
	public := ""
	var err error
	switch how {
	case "http", "https":
		err = s.chooseToken(ctx, host)
	case "ssh":
		if public, err = s.chooseKey(ctx, host); err == nil {
			err = s.trustHost(ctx, host)
		}
	}
	if err != nil {
		return gitstore.Access{}, err
	}
	for {
		access, err := gitstore.Probe(ctx, s.repository())
		if err == nil && access.Empty() {
			return access, fmt.Errorf("the repository %s is empty: it has no commits; "+
				"push your site to it, then run gitpost init again", s.set["repo"])
		}
		if err == nil {
			err = access.Write
		}
		var trouble *gitstore.RemoteError
		if err == nil || errors.As(err, &trouble) && trouble.Unreachable { // no key or token is at fault
			return access, err
		}
		if public == "" {
			if e := s.askForAnotherToken(ctx, err); e != nil {
				return access, e
			}
			continue
		}
		s.say("\n%v\n", err)
		s.showKey(public, host)
		if s.person == nil {
			return access, errors.New("the key may not push yet; add it as shown above, then run the same command again")
		}
		if again, e := s.person.confirm(ctx, "\nIs the key there? Try again"); e != nil || !again {
			return access, errors.Join(err, e)
		}
	}
}

// provePush says what is known of pushing: that one can be begun or, when it is asked for, that one was
// accepted.
func (s *setup) provePush(ctx context.Context, c gitstore.Config, access gitstore.Access) (string, error) {
	if access.Moved != "" {
		s.say("The repository moved to %s; write that as repo.", access.Moved)
	}
	if !s.tryPush {
		return "a push to it can be begun (init --try-push proves that the host accepts one)", nil
	}
	if err := gitstore.TryPush(ctx, c); err != nil {
		return "", err
	}
	return "the host accepted a push, of a branch that is deleted again", nil
}

// transportOf tells how a repository is reached, "" for a path, and at which host.
func transportOf(repo string) (how, host string) {
	if u, err := url.Parse(repo); err == nil && strings.Contains(repo, "://") {
		return u.Scheme, u.Hostname()
	}
	if config.CheckKey("repo", repo, "/") == nil {
		if before, _, ok := strings.Cut(repo, ":"); ok && len(before) > 1 && !strings.ContainsAny(before, "/\\") {
			return "ssh", before[strings.LastIndexByte(before, '@')+1:]
		}
	}
	return "", ""
}

// below is a path for gitpost.yaml: relative where it is in the same folder.
func (s *setup) below(name string) (string, error) {
	name, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(s.dir, name); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel), nil
	}
	return name, nil
}

// chooseToken finds out the token of an http remote: a file, the environment, or typed.
func (s *setup) chooseToken(ctx context.Context, host string) error {
	if s.tokenFile != "" {
		name, err := s.below(s.tokenFile)
		if err != nil {
			return fmt.Errorf("find the token's file: %w", err)
		}
		if err := config.CheckKey("ssh_key_file", name, s.dir); err != nil { // the same check: a file that can be read
			return fmt.Errorf("--token-file %s %w", s.tokenFile, err)
		}
		s.set["repo_token_file"] = name
		return narrowSecret(filepath.Join(s.dir, name), name, s)
	}
	if s.repository().Password != "" {
		s.say("The token is taken from GITPOST_REPO_TOKEN; gitpost serve needs it in its environment too.")
		return nil
	}
	name := filepath.Join(s.dir, s.secretName("token"))
	if _, err := os.Stat(name); err == nil {
		s.say("The token is taken from %s, which is there already.", name)
		s.set["repo_token_file"] = s.secretName("token")
		return narrowSecret(name, s.secretName("token"), s)
	}
	if s.person == nil {
		return nil // the remote will say whether it wants one
	}
	s.say("\ngitpost pushes to %s with a token:\n  %s", host, whereTokensAre(host))
	token, err := s.person.secret(ctx, "Token (it does not show while you type; empty for none)")
	if err != nil || token == "" {
		return err
	}
	if err := writeSecret(name, token+"\n"); err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	s.set["repo_token_file"] = s.secretName("token")
	s.say("It is kept in %s, which only you can read.", name)
	return nil
}

// askForAnotherToken says what the remote said of the token, and takes another one for the file that
// init keeps. It gives the remote's error when there is nobody to ask, or no such file.
func (s *setup) askForAnotherToken(ctx context.Context, refused error) error {
	var remote *gitstore.RemoteError
	how, _ := transportOf(s.set["repo"])
	own := s.set["repo_token_file"] == s.secretName("token") || s.repository().Password == ""
	if s.person == nil || how != "http" && how != "https" || s.tokenFile != "" || !own ||
		!errors.As(refused, &remote) || remote.Unreachable {
		return refused
	}
	s.say("\n%v\n", refused)
	token, err := s.person.secret(ctx, "Another token (empty to give up)")
	if err != nil {
		return err
	}
	if token == "" {
		return errors.New("no token was accepted; run gitpost init again when you have one")
	}
	name := filepath.Join(s.dir, s.secretName("token"))
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep the token: %w", err)
	}
	if err := writeSecret(name, token+"\n"); err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	s.set["repo_token_file"] = s.secretName("token")
	return nil
}

func writeSecret(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// narrowSecret takes a secret's file away from others.
func narrowSecret(path, name string, s *setup) error {
	if filepath.IsAbs(name) {
		path = name
	}
	at, err := os.Stat(path)
	if err != nil || at.Mode().Perm()&0o077 == 0 || !modesCount {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("make %s readable by you alone: %w", path, err)
	}
	s.say("%s could be read by others; now only you can.", path)
	return nil
}

func whereTokensAre(host string) string {
	switch {
	case host == "github.com":
		return "https://github.com/settings/personal-access-tokens/new: this repository only, Contents: Read and write"
	case strings.Contains(host, "gitlab"):
		return "GitLab: the project's Settings → Access tokens, role Developer or more, scope write_repository"
	case host == "codeberg.org" || strings.Contains(host, "gitea") || strings.Contains(host, "forgejo"):
		return "Settings → Applications, a token with repository: read and write"
	}
	return "GitHub: a fine-grained token with Contents: Read and write; GitLab: scope write_repository;\n" +
		"  Gitea and Forgejo: repository: read and write"
}

// chooseKey finds the deploy key, or makes one. It gives the public line.
func (s *setup) chooseKey(ctx context.Context, host string) (public string, err error) {
	name := s.sshKey
	if name == "" {
		name = filepath.Join(s.dir, s.secretName("deploy_key"))
	}
	if s.set["ssh_key_file"], err = s.below(name); err != nil {
		return "", fmt.Errorf("find the SSH key: %w", err)
	}
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		public, err := gitstore.NewDeployKey(name, "gitpost")
		if err != nil {
			return "", err
		}
		s.say("\nA key pair was made: %s (which only you can read) and %[1]s.pub.", name)
		s.showKey(public, host)
		if s.person != nil {
			if _, err := s.person.ask(ctx, "\nPress Enter when the key is there", "",
				func(string) error { return nil }); err != nil {
				return "", err
			}
		}
		return public, nil
	case err != nil:
		return "", fmt.Errorf("read the SSH key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		return "", fmt.Errorf("read the SSH key %s: %w; it must be a private key without a passphrase", name, err)
	}
	s.say("The SSH key is %s, which is there already.", name)
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))) + " gitpost"
	return line, narrowSecret(name, name, s)
}

func (s *setup) showKey(public, host string) {
	where := "GitHub: the repository's Settings → Deploy keys → Add deploy key, with Allow write access\n" +
		"  GitLab: the project's Settings → Repository → Deploy keys, with Grant write permissions\n" +
		"  Gitea, Forgejo: the repository's Settings → Deploy Keys, with Enable Write Access\n" +
		"  a server of your own: a line in ~/.ssh/authorized_keys of the user who owns the repository"
	switch {
	case host == "github.com":
		where = "the repository's Settings → Deploy keys → Add deploy key, with Allow write access"
	case strings.Contains(host, "gitlab"):
		where = "the project's Settings → Repository → Deploy keys, with Grant write permissions to this key"
	case host == "codeberg.org" || strings.Contains(host, "gitea") || strings.Contains(host, "forgejo"):
		where = "the repository's Settings → Deploy Keys → Add Deploy Key, with Enable Write Access"
	}
	s.say("\nThis is the public key:\n\n  %s\n\nAdd it, with write access, at %s:\n  %s", public, host, where)
}

// trustHost keeps the key of an SSH host that a person knows or agrees to.
func (s *setup) trustHost(ctx context.Context, host string) error {
	s.set["known_hosts_file"] = "known_hosts"
	own := filepath.Join(s.dir, "known_hosts")
	c := s.repository()
	if _, err := os.Stat(own); err != nil {
		c.KnownHostsFile = "" // those of this user
	}
	key, err := gitstore.ReadHostKey(ctx, c)
	if err != nil {
		return err
	}
	accepted := strings.TrimPrefix(s.acceptKey, "SHA256:")
	switch {
	case key.Known && c.KnownHostsFile != "":
		return nil
	case accepted != "" && accepted != strings.TrimPrefix(key.Fingerprint, "SHA256:"):
		return fmt.Errorf("the host %s shows the key %s, not SHA256:%s as --accept-host-key says; somebody may be "+
			"listening in, do not go on before you know why", key.Address, key.Fingerprint, accepted)
	case key.Known:
		s.say("The key of %s is in this user's known_hosts; it is copied to %s.", key.Address, own)
	case accepted != "":
	case s.person == nil:
		return fmt.Errorf("the host %s is not known yet: it shows the %s key %s; compare that with %s, "+
			"then run the same command with --accept-host-key %[3]s",
			key.Address, key.Type, key.Fingerprint, whereFingerprintsAre(host))
	default:
		s.say("\nThe host %s is not known yet. It shows this %s key:\n\n  %s\n\n"+
			"Compare it with %s.", key.Address, key.Type, key.Fingerprint, whereFingerprintsAre(host))
		yes, err := s.person.confirm(ctx, "Is it the same")
		if err != nil {
			return err
		}
		if !yes {
			return errors.New("the host's key was not accepted; nothing was sent to it")
		}
	}
	f, err := os.OpenFile(own, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("keep the host's key: %w", err)
	}
	_, err = f.WriteString(key.Line + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("keep the host's key: %w", err)
	}
	s.say("The key %s of %s is kept in %s.", key.Fingerprint, key.Address, own)
	return nil
}

func whereFingerprintsAre(host string) string {
	switch host {
	case "github.com":
		return "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints"
	case "gitlab.com":
		return "https://docs.gitlab.com/user/gitlab_com/#ssh-host-keys-fingerprints"
	case "codeberg.org":
		return "https://docs.codeberg.org/security/ssh-fingerprint/"
	}
	return "what the host publishes, or on the host itself: ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub"
}
