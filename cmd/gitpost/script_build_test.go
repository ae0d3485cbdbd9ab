package main

import (
	"os"
	"os/exec"
	"path/filepath"
)

// build OUTPUT [REMOTE] clones the remote, as a site's CI does, and builds it with its generator.
func (s *scene) build(args []string) {
	s.usage(args, 1, "build OUTPUT [REMOTE]")
	remote := "remote.git"
	if len(args) > 1 {
		remote = args[1]
	}
	checkout := s.ts.MkAbs("checkout")
	s.check(os.RemoveAll(checkout))
	s.git(".", "clone", "--quiet", remote, "checkout")
	output := s.ts.MkAbs(args[0])
	s.check(os.RemoveAll(output))
	c := exec.Command("hugo", "--source", checkout, "--destination", output)
	if _, err := os.Stat(filepath.Join(checkout, "_config.yml")); err == nil {
		c = exec.Command("jekyll", "build", "--source", checkout, "--destination", output, "--disable-disk-cache")
	}
	if _, err := os.Stat(filepath.Join(checkout, "eleventy.config.js")); err == nil {
		modules := os.Getenv("GITPOST_NODE_MODULES") // condition missing:@11ty/eleventy
		s.check(os.Symlink(modules, filepath.Join(checkout, "node_modules")))
		c = exec.Command("node", filepath.Join(modules, "@11ty", "eleventy", "cmd.cjs"), "--output="+output)
	}
	if site := s.ts.Getenv("SITE"); site != "" && filepath.Base(c.Path) == "hugo" {
		c.Args = append(c.Args, "--baseURL", site)
	}
	c.Env = s.environ()
	c.Dir = checkout
	text, err := c.CombinedOutput()
	if (err != nil) != s.neg {
		s.ts.Fatalf("%v: %v\n%s", c.Args, err, text)
	}
	s.ts.Stdout().Write(text)
}
