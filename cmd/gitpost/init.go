package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gitpost/templates"
)

func initCommand() *cobra.Command {
	var s setup
	var print string
	c := &cobra.Command{
		Use:   "init [--add mastodon | --add bluesky]",
		Short: "Set gitpost up for a site",
		Long: `init clones the site's repository, shows what it concluded about the site, makes a deploy key
or takes a token, writes gitpost.yaml, and tells how apps find the way to post. It asks for
what no flag says. Where gitpost.yaml exists already it is not changed.

With --print it does none of this and prints an example of a file, with the values of the
gitpost.yaml that is there: ` + strings.Join(templates.SetupNames(), ", ") + `.`,
		Example: `  gitpost init
  gitpost init --repo https://git.example/me/blog.git --token-file token --url https://pub.example.org --yes
  gitpost init --repo git@git.example:me/blog.git --accept-host-key SHA256:… --url https://pub.example.org --yes
  gitpost init --add --repo git@git.example:me/boats.git
  gitpost init --add mastodon --server https://social.example --token-file mastodon_token
  gitpost init --print systemd > /etc/systemd/system/gitpost.service`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if print != "" {
				text, err := exampleFile(print, s.dir)
				if err == nil {
					_, err = fmt.Fprint(c.OutOrStdout(), text)
				}
				return err
			}
			dir, err := filepath.Abs(s.dir)
			if err != nil {
				return fmt.Errorf("find the folder for gitpost.yaml: %w", err)
			}
			s.dir, s.out, s.environ = dir, c.OutOrStdout(), os.Environ()
			if isTerminal(c.ErrOrStderr()) {
				s.progress = c.ErrOrStderr()
			}
			if !s.yes {
				s.person = newDialogue(c.InOrStdin(), c.OutOrStdout())
			}
			return s.run(c.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&s.given.repo, "repo", "", "the site's Git repository: a path, or an https, ssh or user@host:path address")
	f.StringVar(&s.given.me, "me", "", "the site's address (default what the site's own configuration says)")
	f.StringVar(&s.given.url, "url", "", "the address at which gitpost will be reached from outside")
	f.StringVar(&s.given.branch, "branch", "", "the branch that the site is built from (default the remote's HEAD)")
	f.StringVar(&s.siteDir, "site-dir", "", "the folder of the repository that has the site (default found)")
	f.StringVar(&s.tokenFile, "token-file", "", "a file with a token that may push, for an https repository")
	f.StringVar(&s.sshKey, "ssh-key", "", "a private key that may push, for an ssh repository "+
		"(default deploy_key, made when it is not there)")
	f.StringVar(&s.acceptKey, "accept-host-key", "", "the fingerprint of the SSH host, as SHA256:…, which you compared")
	f.StringVar(&s.tls, "tls", "", "auto: gitpost gets its certificate itself and listens on port 443; "+
		"without it a proxy does HTTPS")
	f.BoolVar(&s.tryPush, "try-push", false, "prove that the host accepts pushes: "+
		"make the branch gitpost-write-check there, and delete it")
	f.BoolVar(&s.commitHead, "commit-head", false, "commit the lines by which apps find gitpost to the site")
	f.StringVar(&s.dir, "dir", ".", "folder for gitpost.yaml and keys")
	f.StringVar(&s.data, "data", "", "folder for the clone, tokens and uploads (default data in --dir; "+
		systemData+" with --dir "+systemFolder+")")
	f.BoolVar(&s.add, "add", false, "add a further site to the gitpost.yaml that is there, "+
		"or, with mastodon or bluesky behind it, an account that posts can be copied to")
	f.StringVar(&s.server, "server", "", "with --add mastodon or bluesky: the address of the account's server")
	f.StringVar(&s.handle, "handle", "", "with --add bluesky: the account's handle")
	f.BoolVar(&s.yes, "yes", false, "ask nothing; take what is suggested")
	f.StringVar(&print, "print", "", "print an example file: "+strings.Join(templates.SetupNames(), ", "))
	c.Args = func(c *cobra.Command, args []string) error {
		if print != "" {
			if _, err := templates.Setup(print); err != nil {
				return err
			}
		}
		if s.tls != "" && s.tls != "auto" {
			return fmt.Errorf("--tls %s is not known; write auto, or leave it out", s.tls)
		}
		if _, known := networks[strings.Join(args, " ")]; known && s.add {
			s.network = args[0]
			return nil
		}
		return noArguments(c, args)
	}
	return c
}
