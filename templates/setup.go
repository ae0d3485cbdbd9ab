package templates

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed setup
var setup embed.FS

// setupFiles are the examples of `gitpost init --print`, by name.
var setupFiles = []struct{ name, file string }{
	{"compose", "compose.yaml"},
	{"systemd", "gitpost.service"},
	{"systemd-socket", "gitpost.socket"},
	{"launchd", "launchd.plist"},
	{"windows", "windows.txt"},
	{"caddy", "Caddyfile"},
	{"nginx", "nginx.conf"},
	{"github-hugo", "github-hugo.yml"},
	{"github-jekyll", "github-jekyll.yml"},
	{"netlify-hugo", "netlify-hugo.toml"},
	{"netlify-jekyll", "netlify-jekyll.toml"},
	{"post-receive-hugo", "post-receive-hugo"},
	{"post-receive-jekyll", "post-receive-jekyll"},
}

// SetupNames returns the names that Setup accepts.
func SetupNames() []string {
	var names []string
	for _, f := range setupFiles {
		names = append(names, f.name)
	}
	return names
}

// Setup returns an example file that runs gitpost or builds its site.
func Setup(name string) (string, error) {
	for _, f := range setupFiles {
		if f.name == name {
			text, err := setup.ReadFile(path.Join("setup", f.file))
			return string(text), err
		}
	}
	return "", fmt.Errorf("no example named %s; use one of %s", name, strings.Join(SetupNames(), ", "))
}
