package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"gitpost/bridge/config"
	"gitpost/gitstore"
	"gitpost/templates"
)

// exampleFile is an example of init --print. It has the values of the gitpost.yaml in dir, or else of the usual
// one, if there is one.
func exampleFile(name, dir string) (string, error) {
	text, err := templates.Setup(name)
	if err != nil {
		return "", err
	}
	var fill func(text string, cfg config.Config, path string) string
	needed := true // the configuration, if there is one
	switch name {
	case "caddy", "nginx":
		fill = func(text string, cfg config.Config, _ string) string { return proxyFile(text, cfg) }
	case "systemd", "systemd-socket", "launchd", "windows":
		fill = serviceFile
	case "compose":
		fill = composeFile
	case "post-receive-hugo", "post-receive-jekyll", "github-hugo", "github-jekyll":
		fill = func(text string, cfg config.Config, _ string) string { return siteBuild(text, cfg.Sites[0]) }
		needed = false
	default:
		return text, nil // it builds the site, and has no values of gitpost's
	}
	path := filepath.Join(dir, configName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && dir == "." {
		path = usualConfig(systemFolder)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return text, nil
	}
	cfg, err := config.Load(path, os.Environ())
	if err != nil && !needed {
		return text, nil
	}
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", fmt.Errorf("find the configuration: %w", err)
	}
	return fill(text, cfg, path), nil
}

// proxyFile puts name, path, address and largest upload into the configuration of a web server.
func proxyFile(text string, cfg config.Config) string {
	if u, err := url.Parse(cfg.URL); err == nil {
		text = strings.ReplaceAll(text, "pub.example.org", u.Host)
		if path := strings.TrimSuffix(u.EscapedPath(), "/"); path != "" {
			text = strippingProxy(text, path)
		}
	}
	if cfg.MediaMaxSize != 100_000_000 {
		size := cfg.MediaMaxSize/1_000_000 + 1
		text = strings.NewReplacer("101MB", fmt.Sprintf("%dMB", size), "101m", fmt.Sprintf("%dm", size)).Replace(text)
	}
	if socket, ok := strings.CutPrefix(cfg.Listen, config.UnixPrefix); ok {
		return strings.NewReplacer("http://127.0.0.1:8080/;", "http://unix:"+socket+":/;",
			"http://127.0.0.1:8080", "http://unix:"+socket, "127.0.0.1:8080", "unix/"+socket).Replace(text)
	}
	return strings.ReplaceAll(text, "127.0.0.1:8080", cfg.Listen)
}

// strippingProxy has a web server pass what is below a path on, without that path: gitpost serves at the root.
func strippingProxy(text, path string) string {
	return strings.NewReplacer(
		"location / {", "location "+path+"/ { # gitpost serves at the root, so the slash at the end of proxy_pass "+
			"strips the path",
		"proxy_pass http://127.0.0.1:8080;", "proxy_pass http://127.0.0.1:8080/;",
		"\treverse_proxy 127.0.0.1:8080\n",
		"\thandle_path "+path+"/* { # gitpost serves at the root, so the path is stripped\n"+
			"\t\treverse_proxy 127.0.0.1:8080\n\t}\n",
	).Replace(text)
}

// siteBuild puts the branch and the site's host into what builds the site.
func siteBuild(text string, site config.Site) string {
	branch := site.Branch
	if w, err := gitstore.ReadWaiting(site.CloneDir()); branch == "" && err == nil {
		branch = w.Branch
	}
	if u, err := url.Parse(site.Me); err == nil && u.Hostname() != "" {
		text = strings.Replace(text, "site=/var/www/example.org", "site=/var/www/"+u.Hostname(), 1)
	}
	branch = cmp.Or(branch, "main")
	return strings.NewReplacer("branch=main\n", "branch="+branch+"\n", "branches: [main]",
		"branches: ["+branch+"]").Replace(text)
}

// composeFile puts folders and the port into the definition of a container. Folders have the same names
// inside, so that paths in the configuration hold there.
func composeFile(text string, cfg config.Config, path string) string {
	folder := filepath.Dir(path)
	volumes := fmt.Sprintf("- %s:%[1]s:ro\n      - %s:%[2]s", folder, cfg.Data)
	if below, err := filepath.Rel(folder, cfg.Data); err == nil && filepath.IsLocal(below) {
		volumes = fmt.Sprintf("- %s:%[1]s:ro\n      - %s:%[2]s # below the other, and writable", folder, cfg.Data)
	}
	ports := `["127.0.0.1:8080:8080"] # with tls: auto ["443:8080"]`
	text = strings.Replace(text, fmt.Sprintf("- %s:%[1]s:ro\n      - %s:%[2]s", systemFolder, systemData), volumes, 1)
	if cfg.TLS == "auto" {
		text = strings.Replace(text, ports, `["443:8080"]`, 1)
	} else if host, port, err := net.SplitHostPort(cfg.Listen); err == nil {
		text = strings.Replace(text, ports, fmt.Sprintf("[%q]", net.JoinHostPort(cmp.Or(host, "0.0.0.0"), port)+":8080"), 1)
	}
	return strings.NewReplacer(systemFolder+"/"+configName, path, systemFolder, folder, systemData, cfg.Data).Replace(text)
}

// siteFolder is the line of a hook that names the folder of the built site.
var siteFolder = regexp.MustCompile(`(?m)^site=(/\S+)$`)

// builtInto returns the folder into which the hook of a repository on this machine builds the site, if it is the
// one of init --print: gitpost's push runs it.
func builtInto(repo string) []string {
	hook, err := os.ReadFile(filepath.Join(repo, "hooks", "post-receive"))
	if found := siteFolder.FindSubmatch(hook); err == nil && found != nil {
		return []string{string(found[1])}
	}
	return nil
}

// What stands for values in the examples for Windows and macOS.
const (
	windowsFolder = `C:\ProgramData\gitpost` // of the configuration
	userName      = "<key>UserName</key>\n\t<string>"
)

// serviceFile puts paths and address into the definition of a service.
func serviceFile(text string, cfg config.Config, path string) string {
	folders := []string{}
	if cfg.Data != systemData {
		folders = append(folders, cfg.Data)
	}
	for _, site := range cfg.Sites {
		if filepath.IsAbs(site.Repo) {
			folders = append(folders, append([]string{site.Repo}, builtInto(site.Repo)...)...)
		}
	}
	if len(folders) > 0 {
		text = strings.Replace(text, "#ReadWritePaths=/srv/git/blog.git", "ReadWritePaths="+strings.Join(folders, " "), 1)
	}
	if strings.HasPrefix(path, "/home/") || strings.HasPrefix(path, "/root/") {
		text = strings.Replace(text, "ProtectHome=yes", "ProtectHome=read-only", 1)
	}
	if cfg.TLS == "auto" {
		text = strings.NewReplacer("CapabilityBoundingSet=\n", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n",
			"AmbientCapabilities=\n", "AmbientCapabilities=CAP_NET_BIND_SERVICE\n",
			"ListenStream=127.0.0.1:8080", "ListenStream=443").Replace(text)
	}
	if owner := ownerOf(path); owner != "" {
		text = strings.Replace(text, userName+"gitpost<", userName+owner+"<", 1)
	}
	if runtime.GOOS == "windows" {
		text = strings.ReplaceAll(text, windowsFolder, filepath.Dir(path))
	}
	listen := strings.TrimPrefix(cfg.Listen, config.UnixPrefix)
	return strings.NewReplacer(systemFolder+"/"+configName, path, systemFolder, filepath.Dir(path), systemData, cfg.Data,
		"ListenStream=127.0.0.1:8080", "ListenStream="+listen).Replace(text)
}
