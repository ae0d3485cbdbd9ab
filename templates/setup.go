package templates

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed setup
var setup embed.FS

// setupFiles are the examples of `gitpost init --print`, by their names there.
var setupFiles = []struct{ name, file string }{
	{"compose", "compose.yaml"},
	{"systemd", "gitpost.service"},
	{"systemd-socket", "gitpost.socket"},
	{"caddy", "Caddyfile"},
	{"nginx", "nginx.conf"},
	{"github-hugo", "github-hugo.yml"},
	{"github-jekyll", "github-jekyll.yml"},
	{"netlify-hugo", "netlify-hugo.toml"},
	{"netlify-jekyll", "netlify-jekyll.toml"},
	{"post-receive-hugo", "post-receive-hugo"},
	{"post-receive-jekyll", "post-receive-jekyll"},
}

// SetupNames are the names that Setup knows.
func SetupNames() []string {
	var names []string
	for _, f := range setupFiles {
		names = append(names, f.name)
	}
	return names
}

// Setup is an example of a file that runs gitpost, or builds its site.
func Setup(name string) (string, error) {
	for _, f := range setupFiles {
		if f.name == name {
			text, err := setup.ReadFile(path.Join("setup", f.file))
			return string(text), err
		}
	}
	return "", fmt.Errorf("there is no example called %s; it is one of %s", name, strings.Join(SetupNames(), ", "))
}
