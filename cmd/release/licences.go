package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licences is the text of the licences of all that is in the program, on any system: they ask
// that whoever passes the program on passes them on too.
func licences(ctx context.Context) ([]byte, error) {
	folders := map[string]string{} // by module and version
	for _, target := range targets {
		system, machine, _ := strings.Cut(target, "/")
		c := exec.CommandContext(ctx, "go", "list", "-deps", "-tags=nodynamic", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/gitpost")
		c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH="+machine)
		c.Stderr = os.Stderr
		out, err := c.Output()
		if err != nil {
			return nil, fmt.Errorf("list the modules for %s: %w", target, err)
		}
		for line := range strings.Lines(string(out)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				folders[name] = dir
			}
		}
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("ask for the folder of Go: %w", err)
	}
	folders["Go and its standard library"] = strings.TrimSpace(string(root))
	return licencesOf(folders)
}

func writeLicences(ctx context.Context, path string) error {
	text, err := licences(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

const aboutLicences = `gitpost's own licence is in the file LICENSE. The program has in it what follows, each under its
own licence. The decoder of HEIC pictures is libheif and libde265 (LGPL 3), compiled to WebAssembly
by github.com/gen2brain/heic; their source is at https://github.com/strukturag.
`

// licencesOf joins the licences that lie in folders, which have names.
func licencesOf(folders map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(aboutLicences)
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		entries, err := os.ReadDir(folders[name])
		if err != nil {
			return nil, err
		}
		found := false
		for _, e := range entries {
			if e.IsDir() || !isLicence.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(folders[name], e.Name()))
			if err != nil {
				return nil, err
			}
			found = true
			fmt.Fprintf(&b, "\n%s\n%s: %s\n\n%s\n", strings.Repeat("=", 80), name, e.Name(), bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
		}
		if !found {
			return nil, errors.New(name + " has no file with a licence; see how it may be passed on")
		}
	}
	return b.Bytes(), nil
}

var isLicence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|authors)(-[a-z0-9-]+)?(\.(md|txt|bsd|mpl-2\.0))?$`)
